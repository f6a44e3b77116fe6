//! Invitations, and the links that go without one.

use super::{
    draft::Draft,
    guard::{must_be_sendable, must_be_writable, must_not_ask_too_often},
};
use crate::{
    AccessTier, Channel, EventKind, Gate, Message,
    link::{Issued, LinkOrigin},
    session::{
        command::{Outcome, Rejection},
        model::State,
    },
};

/// R1: invites the customer of a planned session, or sends the invitation again.
pub(super) fn invite(draft: &mut Draft<'_>, issued: &Issued, channel: Option<Channel>) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    // R22: a participant is invited when the customer is.
    if draft.session.seat().is_some() && draft.session.state == State::Planned {
        return Err(Rejection::NotInvited);
    }
    send_invitation(draft, issued, channel)?;
    Ok(Outcome::Done)
}

/// R12: makes a link to copy. Whoever holds a link can come in, so a planned session is invited by it.
pub(super) fn generate_link(draft: &mut Draft<'_>, issued: &Issued) -> Result<Outcome, Rejection> {
    match draft.session.state {
        State::Discarded => return Err(Rejection::Discarded),
        State::Ended if draft.session.access(draft.now()).tier == AccessTier::None => {
            return Err(Rejection::AlreadyEnded);
        }
        State::Planned => draft.record(EventKind::Invited { channel: None }),
        State::Invited | State::Active | State::Ended => {}
    }
    draft.link(issued, LinkOrigin::Generated);
    draft.record(EventKind::LinkGenerated);
    Ok(Outcome::Done)
}

/// R5: sends the customer a new link in place of an expired one, to the contact on file.
pub(super) fn request_link(draft: &mut Draft<'_>, issued: Issued) -> Result<Outcome, Rejection> {
    if draft.session.access(draft.now()).tier == AccessTier::None {
        return Err(Rejection::Gate(Gate::SessionExpired));
    }
    must_not_ask_too_often(&draft.session.requests, draft.now())?;
    must_be_sendable(draft.session.channel, draft.settings)?;
    draft.link(&issued, LinkOrigin::Sent);
    draft.record(EventKind::LinkRenewed { channel: draft.session.channel });
    draft.send(Message::NewLink { token: issued.sealed, renewed: false })?;
    Ok(Outcome::Done)
}

/// R5: gives the customer a link in place of the earlier ones: by a message, or to copy where none can be sent (R12, R13).
pub(super) fn replace_link(draft: &mut Draft<'_>, issued: &Issued) -> Result<(), Rejection> {
    let session = &draft.session;
    let reachable = session.customer.contact.address(session.channel).is_some();
    if draft.settings.channels.embedded || !reachable || must_be_sendable(session.channel, draft.settings).is_err() {
        draft.link(issued, LinkOrigin::Generated);
        draft.record(EventKind::LinkGenerated);
        return Ok(());
    }
    draft.link(issued, LinkOrigin::Sent);
    draft.record(EventKind::Invited { channel: Some(draft.session.channel) });
    draft.send(Message::NewLink { token: issued.sealed.clone(), renewed: false })
}

/// R1: sends the link that invites the customer. R12: an embedded session gets the link when it leaves `planned`, but no
/// message; a message after that is the agent's explicit wish.
pub(super) fn send_invitation(
    draft: &mut Draft<'_>,
    issued: &Issued,
    channel: Option<Channel>,
) -> Result<(), Rejection> {
    if draft.settings.channels.embedded && draft.session.state == State::Planned {
        draft.link(issued, LinkOrigin::Generated);
        draft.record(EventKind::Invited { channel: None });
        return Ok(());
    }
    let channel = channel.unwrap_or(draft.session.channel);
    must_be_sendable(channel, draft.settings)?;
    draft.link(issued, LinkOrigin::Sent);
    draft.record(EventKind::Invited { channel: Some(channel) });
    draft.send_by(channel, Message::Invitation { token: issued.sealed.clone() })
}
