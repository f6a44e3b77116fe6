//! The customer's way in: **Continue**, PIN, one-time code, and the device that is bound by them.

use super::{
    draft::Draft,
    guard::{must_be_sendable, must_not_ask_too_often},
};
use crate::{
    EventKind, Gate, Keyring, Link, Message, Presented, Secret, gate,
    keyring::Sealed,
    pin::{CODE_LIFETIME, Lock, OneTimeCode, Pin},
    session::{
        command::{Outcome, Rejection},
        model::{Device, text_hash},
    },
    settings::Method,
};

/// R6: binds the device if no gate is left. R5: a device that is bound already takes over the later expiry of this link.
pub(super) fn press_continue(
    draft: &mut Draft<'_>,
    link: &Link,
    presented: &Presented,
    device: &Secret,
) -> Result<Outcome, Rejection> {
    match gate_at(draft, link, presented) {
        Gate::Enter => {
            // What an earlier device proved is not this one's.
            (draft.session.authenticated_at, draft.session.authenticated_by) = (None, None);
            bind(draft, link, presented, device);
        }
        Gate::Inside => match draft.session.device.as_mut() {
            Some(bound) if bound.link_expires_at < link.expires_at => bound.link_expires_at = link.expires_at,
            _ => return Ok(Outcome::Unchanged),
        },
        closed => return Err(Rejection::Gate(closed)),
    }
    Ok(Outcome::Done)
}

/// R7: binds the device by the right PIN or code, and counts a wrong one.
pub(super) fn enter_digits(
    draft: &mut Draft<'_>,
    link: &Link,
    presented: &Presented,
    device: &Secret,
    typed: &str,
    keyring: &Keyring,
) -> Result<Outcome, Rejection> {
    let (method, expected) = match gate_at(draft, link, presented) {
        Gate::Pin { .. } => (Method::Pin, draft.session.pin.as_ref()),
        Gate::Code { .. } => {
            let sent = draft.session.code.as_ref().filter(|code| draft.now() < code.expires_at);
            (Method::Otp, sent.map(|sent| &sent.code))
        }
        other => return Err(Rejection::Gate(other)),
    };
    let expected = expected.and_then(|sealed| Pin::open(&draft.session.id, sealed, keyring).ok());
    if !expected.is_some_and(|pin| pin.matches(typed)) {
        return Ok(Outcome::Wrong(count_wrong(draft)));
    }
    (draft.session.authenticated_at, draft.session.authenticated_by) = (Some(draft.now()), Some(method));
    bind(draft, link, presented, device);
    Ok(Outcome::Done)
}

/// R7: sends a one-time code, which replaces an earlier one. As often as links (R5), and counted apart from them.
pub(super) fn send_code(
    draft: &mut Draft<'_>,
    link: &Link,
    presented: &Presented,
    code: Sealed,
) -> Result<Outcome, Rejection> {
    match gate_at(draft, link, presented) {
        Gate::Code { .. } => {}
        other => return Err(Rejection::Gate(other)),
    }
    must_not_ask_too_often(&draft.session.code_requests, draft.now())?;
    must_be_sendable(draft.session.channel, draft.settings)?;
    draft.record(EventKind::CodeSent { channel: draft.session.channel });
    draft.session.code = Some(OneTimeCode { code: code.clone(), expires_at: draft.now() + CODE_LIFETIME });
    draft.send(Message::Code { code })?;
    Ok(Outcome::Done)
}

/// R6: the gate that the customer stands at.
fn gate_at(draft: &Draft<'_>, link: &Link, presented: &Presented) -> Gate {
    gate::at_link(&draft.session, Some(link), draft.settings, presented, draft.now())
}

/// R6: makes `device` the session's one device. R1: the first time, the customer has joined.
fn bind(draft: &mut Draft<'_>, link: &Link, presented: &Presented, device: &Secret) {
    let asked = draft.settings.authentication.consent.required;
    if asked && presented.consent && draft.session.consented_at.is_none() {
        draft.record(EventKind::Consented);
        let text = draft.settings.authentication.consent.text.as_deref();
        draft.session.consented_to = Some(text_hash(text.unwrap_or_default()));
    }
    draft.record(EventKind::DeviceBound);
    let bound = Device { hash: device.hash(), bound_at: draft.now(), link_expires_at: link.expires_at };
    if let Some(before) = draft.session.device.replace(bound) {
        draft.session.released = Some(before.hash);
        draft.session.releases += 1;
    }
    if draft.session.joined_at.is_none() {
        let waited = draft.session.invited_at.map(|invited| draft.now().duration_since(invited).as_secs());
        draft.record(EventKind::Joined { after_seconds: waited.and_then(|seconds| seconds.try_into().ok()) });
    }
}

/// R7: counts a wrong try, and locks or bans when there were too many.
fn count_wrong(draft: &mut Draft<'_>) -> Lock {
    let now = draft.now();
    draft.record(EventKind::PinWrong);
    draft.session.tries.count_wrong(&draft.settings.authentication, now);
    let lock = draft.session.tries.lock(&draft.settings.authentication, now);
    match lock {
        Lock::Open { .. } => {}
        Lock::Until(until) => draft.record(EventKind::PinLocked { until }),
        Lock::Banned => draft.record(EventKind::PinBanned),
    }
    lock
}
