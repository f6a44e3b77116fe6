//! The end by inactivity, as both rooms warn of it (R3, R27).

use jiff::{SignedDuration, Timestamp};

/// When inactivity ends the session (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// When the session ends unless the agent does something.
    pub at: Timestamp,
    /// Both rooms warn from then on: two minutes before, or halfway for settings under four minutes.
    pub warn_at: Timestamp,
}

impl Deadline {
    /// The deadline `minutes` (the setting `end.inactivity_minutes`) after the last action, with R3's time to warn.
    pub fn new(last_action_at: Timestamp, minutes: u32) -> Self {
        let all = SignedDuration::from_mins(i64::from(minutes));
        let warning = if minutes < 4 { all / 2 } else { SignedDuration::from_mins(2) };
        let at = last_action_at.checked_add(all).unwrap_or(Timestamp::MAX);
        Self { at, warn_at: at.checked_sub(warning).unwrap_or(at) }
    }
}
