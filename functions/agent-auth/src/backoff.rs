//! How long wrong passwords make the next try for an address wait.
//!
//! Long enough that guessing is hopeless, short enough that an outsider who guesses on purpose cannot keep the owner of
//! an address out for more than minutes. The waits belong to the address, whether or not somebody has it.

use jiff::{SignedDuration, Timestamp};
use parlor_store::WrongPasswords;

/// Wrong passwords without a wait: people mistype.
const FREE: u32 = 4;
/// The longest wait.
const LONGEST_MINUTES: i64 = 5;

/// The wait after the `count`-th wrong password in a row: none up to the fourth, then 1, 2, 4 and at most 5 minutes.
fn wait_after(count: u32) -> Option<SignedDuration> {
    let doubled = count.checked_sub(FREE + 1)?;
    let minutes = 1_i64.checked_shl(doubled.min(8)).unwrap_or(LONGEST_MINUTES);
    Some(SignedDuration::from_mins(minutes.min(LONGEST_MINUTES)))
}

/// Until when a try at `now` has to wait; it is not looked at, and not counted either.
pub(crate) fn waiting(wrong: &WrongPasswords, now: Timestamp) -> Option<Timestamp> {
    wrong.wait_until.filter(|until| now < *until)
}

/// The count with one more wrong password at `now`.
pub(crate) fn count(wrong: &WrongPasswords, now: Timestamp) -> WrongPasswords {
    let before = if wrong.is_fresh(now) { wrong.count } else { 0 };
    let count = before.saturating_add(1);
    let wait_until = wait_after(count).and_then(|wait| now.checked_add(wait).ok());
    WrongPasswords { count, wait_until, at: Some(now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_minutes_and_no_further() {
        let minutes: Vec<_> = (1..=12).map(|count| wait_after(count).map(|wait| wait.as_mins())).collect();
        assert_eq!(minutes[..4], [None; 4]);
        assert_eq!(minutes[4..], [1, 2, 4, 5, 5, 5, 5, 5].map(Some));
        assert_eq!(wait_after(u32::MAX), Some(SignedDuration::from_mins(5)));
    }

    #[test]
    fn a_wait_is_half_open_and_counting_starts_again_after_a_day() {
        let now = Timestamp::UNIX_EPOCH;
        let mut wrong = WrongPasswords::default();
        for _ in 0..5 {
            assert_eq!(waiting(&wrong, now), None);
            wrong = count(&wrong, now);
        }
        let until = now + SignedDuration::from_mins(1);
        assert_eq!(waiting(&wrong, now), Some(until));
        assert_eq!(waiting(&wrong, until), None);
        assert_eq!(count(&wrong, until).count, 6);
        assert_eq!(count(&wrong, now + SignedDuration::from_hours(24)).count, 1);
    }
}
