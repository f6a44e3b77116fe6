//! The timers of a session (R2, R3, R9, R23, R25): at most one of each kind. Each is an entry of the due index and is written with the
//! state that it belongs to. Schedules only tidy up: a timer may fire early, and the sweep arms it again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{DueKind, Session, Settings, State};

/// The longest time until an inactivity timer fires. Settings are read live (R19): a session whose timer was armed under
/// a longer limit, or under none, notices a shorter one within this time even if nobody touches it.
pub const RECHECK: SignedDuration = SignedDuration::from_hours(6);

/// The armed timers of a session: when each kind is due.
pub type Timers = BTreeMap<DueKind, Timestamp>;

/// The timers that `session` needs, given the `armed` ones. Activity moves the deadline but not the timer: a timer that
/// will fire too early stays, because arming it again when it fires costs one write, and moving it costs one for each action.
#[must_use]
pub fn next(session: &Session, settings: &Settings, armed: &Timers, now: Timestamp) -> Timers {
    if let Some(erased) = &session.erased {
        // R25: until nothing is left of it.
        let due = erased.pending.as_ref().map(|_| erased.at).or(erased.again_at);
        return due.into_iter().map(|at| (DueKind::Retention, at)).collect();
    }
    let wanted = match session.state {
        State::Invited | State::Active => {
            let recheck = now.checked_add(RECHECK).unwrap_or(Timestamp::MAX);
            let deadline = settings.inactivity_deadline(session.last_agent_action_at);
            Some((DueKind::Inactivity, deadline.map_or(recheck, |deadline| deadline.min(recheck))))
        }
        State::Ended => {
            // A boundary that has passed stays armed until it was swept, whatever else is written meanwhile: only the
            // sweep tells the rooms and the timeline about it.
            let passed = armed.get(&DueKind::Access).copied().filter(|at| *at <= now);
            let boundary = || session.ended.as_ref().and_then(|end| end.plan.next_boundary(now));
            passed.or_else(boundary).map(|at| (DueKind::Access, at))
        }
        State::Planned | State::Discarded => None,
    };
    let keep = |(kind, at): (DueKind, Timestamp)| match armed.get(&kind) {
        Some(early) if *early <= at && (*early > now || kind == DueKind::Access) => (kind, *early),
        _ => (kind, at),
    };
    // R9: so that somebody notes and tells that it lapsed, or completes it if the owner's going was missed.
    let asked = session.transfer.as_ref().filter(|transfer| transfer.answer.is_none());
    let lapses = asked.map(|transfer| (DueKind::Transfer, transfer.lapses_at));
    let kept = session.over_since().and_then(|since| {
        // R25: by the settings at the end, as the plan of R2.
        let at_end = || kept_until(since, settings).filter(|_| since == now);
        armed.get(&DueKind::Retention).copied().or_else(at_end).map(|until| (DueKind::Retention, until))
    });
    // R23: messages that the clock sends.
    let reminder = session.first_due(|guest| guest.reminder_due(settings, now)).map(|(at, _)| (DueKind::Reminder, at));
    let notice = session.first_due(|guest| guest.notice_due(settings)).map(|(at, _)| (DueKind::Notice, at));
    wanted.into_iter().chain(lapses).chain(reminder).chain(notice).map(keep).chain(kept).collect()
}

/// R25: until when a session that is over since `since` is kept; `None` if for ever.
pub(crate) fn kept_until(since: Timestamp, settings: &Settings) -> Option<Timestamp> {
    let minutes = settings.data.retention_minutes?;
    Some(since.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX))
}
