//! The clock of the samples.

use jiff::{SignedDuration, Timestamp};

/// The instant that all samples are rendered at.
pub fn now() -> Timestamp {
    // 21 November 2026, 14:05:00 UTC.
    Timestamp::constant(1_795_269_900, 0)
}

/// `minutes` before [`now`].
pub(crate) fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}
