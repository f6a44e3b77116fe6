//! The one timer of a session (R2, R3). It sits in the due index, written with the state it belongs to. Schedules only
//! tidy up: an armed timer may fire early, and the sweep arms it again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Session, Settings, State};

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// The timer that `session` needs, given the one that is `armed`. Activity moves the deadline, not the timer: one that
/// will fire too early stays, because re-arming it later costs a write and moving it now would cost one per action.
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
            // A boundary that passed and was not swept yet stays armed whatever else is written meanwhile: only the
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
