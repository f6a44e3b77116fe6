//! R9: a session goes to another agent. An owner who is in the room is asked first and has a minute; where nobody answers,
//! the session stays with its owner, and where the owner leaves meanwhile, it moves.

use jiff::{SignedDuration, Timestamp};

use super::draft::Draft;
use crate::{
    EventKind,
    session::{
        command::{Outcome, Rejection, TakeOver},
        model::{Answer, Session, State, Transfer},
    },
};

/// How long an owner has to answer.
pub const ANSWER_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// The longest reason, in characters.
pub const REASON_MAX: usize = 300;

impl Session {
    /// The transfer that waits for the owner's answer at `now`: a function of the session and the time. From
    /// [`Transfer::lapses_at`] on it waits no longer, whether or not anybody has noted that.
    #[must_use]
    pub fn pending_transfer(&self, now: Timestamp) -> Option<&Transfer> {
        self.transfer.as_ref().filter(|transfer| transfer.answer.is_none() && now < transfer.lapses_at)
    }
}

/// Takes the session over at once, or asks its owner. Asking again changes nothing while the owner is asked.
pub(super) fn take_over(draft: &mut Draft<'_>, asked: TakeOver) -> Result<Outcome, Rejection> {
    if draft.session.state == State::Discarded {
        return Err(Rejection::Discarded);
    }
    if draft.session.agent == asked.agent {
        return Ok(Outcome::Unchanged);
    }
    let reason = asked.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_MAX) {
        return Err(Rejection::InvalidReason);
    }
    let (now, at_once) = (draft.now(), asked.at_once || !asked.owner_here);
    if let Some(pending) = draft.session.pending_transfer(now).filter(|_| !asked.at_once) {
        if pending.agent != asked.agent {
            return Err(Rejection::TransferPending);
        }
        if asked.owner_here {
            return Ok(Outcome::Unchanged);
        }
    }
    let TakeOver { agent, name, email, .. } = asked;
    if at_once {
        let from = draft.session.agent.clone();
        draft.record(EventKind::Transferred { from, agent, name, reason });
        draft.session.agent_email = Some(email);
    } else {
        let lapses_at = now + ANSWER_WITHIN;
        draft.record(EventKind::TransferRequested { agent, name, reason, lapses_at });
        if let Some(transfer) = &mut draft.session.transfer {
            transfer.email = Some(email);
        }
    }
    Ok(Outcome::Done)
}

/// The owner says yes.
pub(super) fn approve(draft: &mut Draft<'_>) -> Result<Outcome, Rejection> {
    let pending = draft.session.pending_transfer(draft.now()).cloned().ok_or(Rejection::NoTransfer)?;
    complete(draft, pending);
    Ok(Outcome::Done)
}

/// The owner says no.
pub(super) fn decline(draft: &mut Draft<'_>) -> Result<Outcome, Rejection> {
    let pending = draft.session.pending_transfer(draft.now()).cloned().ok_or(Rejection::NoTransfer)?;
    draft.record(EventKind::TransferDeclined { agent: pending.agent, name: pending.name });
    Ok(Outcome::Done)
}

/// Settles a transfer that nobody answered. `owner_until` is until when the owner's connections in the room count, or did;
/// none if there are none.
///
/// While it waits it completes as soon as none of them counts. Once its time is over it completes if none counted any more at
/// that moment, because then the owner's going was missed; otherwise it has lapsed.
pub(super) fn settle(draft: &mut Draft<'_>, owner_until: Option<Timestamp>) -> Outcome {
    let now = draft.now();
    let Some(transfer) = draft.session.transfer.clone().filter(|transfer| transfer.answer.is_none()) else {
        return Outcome::Unchanged;
    };
    let gone_at = owner_until.unwrap_or(transfer.asked_at);
    if gone_at <= now && gone_at < transfer.lapses_at {
        complete(draft, transfer);
    } else if transfer.lapses_at <= now {
        draft.record(EventKind::TransferLapsed { agent: transfer.agent, name: transfer.name });
    } else {
        return Outcome::Unchanged;
    }
    Outcome::Done
}

/// Nobody gets the session: whoever asked for it has another one open by now (R10).
pub(super) fn give_up(draft: &mut Draft<'_>) -> Outcome {
    let Some(transfer) = draft.session.transfer.clone().filter(|transfer| transfer.answer.is_none()) else {
        return Outcome::Unchanged;
    };
    draft.record(EventKind::TransferLapsed { agent: transfer.agent, name: transfer.name });
    Outcome::Done
}

fn complete(draft: &mut Draft<'_>, transfer: Transfer) {
    let Transfer { agent, name, email, reason, .. } = transfer;
    let from = draft.session.agent.clone();
    draft.record(EventKind::Transferred { from, agent, name, reason });
    draft.session.agent_email = email;
}

impl Transfer {
    /// How it stands at `now`: the answer that was given, or that none was given in time; none while it waits.
    #[must_use]
    pub fn answered(&self, now: Timestamp) -> Option<Answer> {
        self.answer.or((self.lapses_at <= now).then_some(Answer::Lapsed))
    }
}
