//! The timers of a session (R2, R3): at most one of each kind. Each sits in the due index as an entry of its own, written
//! with the state it belongs to. Schedules only tidy up: an armed timer may fire early, and the sweep arms it again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Session, Settings, State};

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DueKind {
    /// R3: look whether the agent went quiet.
    Inactivity,
    /// R2: a tier's time is over.
    Access,
    /// R23: a message waits to be sent (again).
    Delivery,
}

impl DueKind {
    /// As it stands in keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inactivity => "inactivity",
            Self::Access => "access",
            Self::Delivery => "delivery",
        }
    }
}

/// Something to look at, not before `at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// What.
    pub kind: DueKind,
    /// When.
    pub at: Timestamp,
}

/// The longest that an armed inactivity timer sleeps. Settings are read live (R19): a session whose timer was armed
/// under a longer N, or under none, learns of a shorter one within this time even if nobody touches it.
pub const RECHECK: SignedDuration = SignedDuration::from_hours(6);

/// The armed timers of a session: when each kind is due.
pub type Timers = BTreeMap<DueKind, Timestamp>;

/// The timers that `session` needs, given those that are `armed`. Activity moves the deadline, not the timer: one that
/// will fire too early stays, because re-arming it later costs a write and moving it now would cost one per action.
#[must_use]
pub fn next(session: &Session, settings: &Settings, armed: &Timers, now: Timestamp) -> Timers {
    let wanted = match session.state {
        State::Invited | State::Active => {
            let recheck = now.checked_add(RECHECK).unwrap_or(Timestamp::MAX);
            let deadline = settings.inactivity_deadline(session.last_agent_action_at);
            Some((DueKind::Inactivity, deadline.map_or(recheck, |deadline| deadline.min(recheck))))
        }
        State::Ended => {
            // A boundary that passed and was not swept yet stays armed whatever else is written meanwhile: only the
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
    wanted.map(keep).into_iter().collect()
}
