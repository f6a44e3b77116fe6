//! Correcting the details of a customer who has not joined (R8).

use super::{
    draft::Draft,
    guard::{must_be_sendable, must_be_writable},
    start::{must_not_need_texts, usual_channel},
};
use crate::{
    EventKind, Message,
    link::{Issued, LinkOrigin},
    names::valid_name,
    session::{
        command::{Correction, Outcome, Rejection},
        model::State,
    },
};

/// R8: changes name, contact, channel and language, ends the links up to now and sends another invitation. What is as it
/// was wanted already is left alone, so that a repeated correction invites nobody twice. The content stays, and so does the
/// PIN, which the customer may know.
///
/// R1, R12: a planned session invites nobody yet, and an embedded one has a new link to hand over instead.
pub(super) fn reengage(draft: &mut Draft<'_>, correction: Correction, issued: &Issued) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    if draft.session.joined_at.is_some() {
        return Err(Rejection::AlreadyJoined);
    }
    if !correct(draft, correction)? {
        return Ok(Outcome::Unchanged);
    }
    draft.record(EventKind::Reengaged);
    if draft.session.state == State::Planned {
        return Ok(Outcome::Done);
    }
    if draft.settings.channels.embedded {
        draft.link(issued, LinkOrigin::Generated);
        draft.record(EventKind::LinkGenerated);
        return Ok(Outcome::Done);
    }
    must_be_sendable(draft.session.channel, draft.settings)?;
    draft.link(issued, LinkOrigin::Sent);
    draft.record(EventKind::Invited { channel: Some(draft.session.channel) });
    draft.send(Message::Invitation { token: issued.sealed.clone() })?;
    Ok(Outcome::Done)
}

/// Puts the correction into the session; whether it changed anything. A phone number that is on file already may stay
/// where text messages were switched off meanwhile (R13): it is often the reason for the correction.
fn correct(draft: &mut Draft<'_>, correction: Correction) -> Result<bool, Rejection> {
    let session = &mut draft.session;
    let before = (session.customer.clone(), session.channel, session.language.clone());
    let gives_phone =
        correction.phone.as_ref().is_some_and(|phone| phone.is_some() && *phone != session.customer.contact.phone);
    let gives_channel = correction.channel.filter(|channel| *channel != session.channel);
    must_not_need_texts(gives_phone, gives_channel, draft.settings)?;
    if let Some(name) = correction.name {
        valid_name(&name)?.clone_into(&mut session.customer.name);
    }
    let contact = &mut session.customer.contact;
    if let Some(email) = correction.email {
        contact.email = email;
    }
    if let Some(phone) = correction.phone {
        contact.phone = phone;
    }
    session.channel = match correction.channel {
        Some(channel) => channel,
        None if contact.address(session.channel).is_some() => session.channel,
        None => usual_channel(contact, draft.settings),
    };
    if contact.address(session.channel).is_none() {
        return Err(Rejection::NoContact);
    }
    if let Some(language) = correction.language {
        session.language = language;
    }
    let changes = (session.customer.clone(), session.channel, session.language.clone()) != before;
    if session.customer.contact != before.0.contact && !session.former_contacts.contains(&before.0.contact) {
        session.former_contacts.push(before.0.contact);
    }
    Ok(changes)
}
