//! The one timer of a session (R2, R3). It is an entry of the due index and is written with the state that it belongs
//! to. Schedules only tidy up: a timer may fire early, and the sweep arms it again.

use jiff::{SignedDuration, Timestamp};

use crate::{Due, DueKind, Session, Settings, State};

/// The longest time until an inactivity timer fires. Settings are read live (R19): a session whose timer was armed under
/// a longer limit, or under none, notices a shorter one within this time even if nobody touches it.
pub const RECHECK: SignedDuration = SignedDuration::from_hours(6);

/// The timer that `session` needs, given the `armed` one. Activity moves the deadline but not the timer: a timer that will
/// fire too early stays, because arming it again when it fires costs one write, and moving it costs one for each action.
#[must_use]
pub fn next(session: &Session, settings: &Settings, armed: Option<&Due>, now: Timestamp) -> Option<Due> {
    let wanted = match session.state {
        State::Invited | State::Active => {
            let recheck = now.checked_add(RECHECK).unwrap_or(Timestamp::MAX);
            let at = settings
                .inactivity_deadline(session.last_agent_action_at)
                .map_or(recheck, |deadline| deadline.min(recheck));
            Due { kind: DueKind::Inactivity, at }
        }
        State::Ended => {
            // A boundary that has passed stays armed until it was swept, whatever else is written meanwhile: only the
            // sweep tells the rooms and the timeline about it.
            if let Some(armed) = armed.filter(|armed| armed.kind == DueKind::Access && armed.at <= now) {
                return Some(armed.clone());
            }
            let at = session.ended.as_ref()?.plan.next_boundary(now)?;
            return Some(Due { kind: DueKind::Access, at });
        }
        State::Planned | State::Discarded => return None,
    };
    match armed {
        Some(armed) if armed.kind == wanted.kind && armed.at <= wanted.at && armed.at > now => Some(armed.clone()),
        _ => Some(wanted),
    }
}
