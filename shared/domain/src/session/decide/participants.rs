//! Further people in a session (R22): added, invited, removed.

use super::{
    draft::Draft,
    guard::{must_be_sendable, must_be_writable},
    start::channel_for,
};
use crate::{
    EventKind, Message, ParticipantId,
    interaction::Assignee,
    link::{Issued, LinkOrigin},
    names::valid_name,
    participant::{PARTICIPANTS_EVER, PARTICIPANTS_MAX},
    session::{
        command::{NewParticipant, Outcome, Rejection},
        model::{Customer, State},
    },
    settings::Method,
    turn,
};

/// R22: adds somebody, and invites them unless the session is planned. R7, R13: what the settings demand of PIN and contact is checked
/// as at a start.
pub(super) fn add(draft: &mut Draft<'_>, new: NewParticipant, issued: &Issued) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    let NewParticipant { id, person, channel, language, pin, order } = new;
    must_be_an_order(order)?;
    let name = valid_name(&person.name)?.to_owned();
    let channel = channel_for(&person.contact, channel, draft.settings)?;
    if draft.settings.authentication.method == Method::Pin && pin.is_none() {
        return Err(Rejection::PinRequired);
    }
    let (present, ever) = (draft.session.present_participants().count(), draft.session.participants.len());
    if present >= PARTICIPANTS_MAX || ever >= PARTICIPANTS_EVER {
        return Err(Rejection::TooManyParticipants);
    }
    draft.record_about(Some(id.clone()), EventKind::ParticipantAdded { name: name.clone(), channel, order });
    // What events do not carry.
    if let Some(added) = draft.session.participants.iter_mut().find(|one| one.id == id) {
        added.person = Customer { name, contact: person.contact };
        (added.language, added.pin) = (language, pin);
    }
    if draft.session.state != State::Planned {
        draft.sit(Some(&id))?;
        send_invitation(draft, issued)?;
    }
    Ok(Outcome::Done)
}

/// R22: each of those who were not invited yet gets an invitation with a link of their own: they were added while the session was
/// planned, and it is not any more.
pub(super) fn invite_all(draft: &mut Draft<'_>, issued: &[(ParticipantId, Issued)]) -> Result<(), Rejection> {
    for (id, issued) in issued {
        draft.sit(Some(id))?;
        if draft.session.invited_at.is_none() {
            send_invitation(draft, issued)?;
        }
    }
    draft.sit(None)
}

/// R12: where sessions are embedded nothing is sent; there is a link to hand over.
fn send_invitation(draft: &mut Draft<'_>, issued: &Issued) -> Result<(), Rejection> {
    if draft.settings.channels.embedded {
        draft.link(issued, LinkOrigin::Generated);
        draft.record(EventKind::Invited { channel: None });
        return Ok(());
    }
    let channel = draft.session.channel;
    must_be_sendable(channel, draft.settings)?;
    draft.link(issued, LinkOrigin::Sent);
    draft.record(EventKind::Invited { channel: Some(channel) });
    draft.send(Message::Invitation { token: issued.sealed.clone() })
}

/// R22: removes somebody, whatever the session's state but erased: their links and their device open nothing any more. What was
/// assigned to them stays so until somebody else gets it, or it is withdrawn. Removing them again changes nothing.
pub(super) fn remove(draft: &mut Draft<'_>, id: &ParticipantId) -> Result<Outcome, Rejection> {
    let known = draft.session.participants.iter().find(|one| one.id == *id).ok_or(Rejection::NoParticipant)?;
    if known.removed_at.is_some() {
        return Ok(Outcome::Unchanged);
    }
    let name = known.person.name.clone();
    draft.record_about(Some(id.clone()), EventKind::ParticipantRemoved { name });
    Ok(Outcome::Done)
}

/// R22: what waits for whom is decided anew. What is completed stays so, and what was entered is kept.
pub(super) fn set_order(draft: &mut Draft<'_>, who: &Assignee, order: u32) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    must_be_an_order(order)?;
    draft.sit(who.participant())?;
    if draft.session.order == order {
        return Ok(Outcome::Unchanged);
    }
    draft.record(EventKind::OrderChanged { name: draft.session.customer.name.clone(), order });
    Ok(Outcome::Done)
}

fn must_be_an_order(order: u32) -> Result<(), Rejection> {
    if (turn::FIRST..=turn::LAST).contains(&order) { Ok(()) } else { Err(Rejection::InvalidOrder) }
}
