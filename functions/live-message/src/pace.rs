//! How many of a connection's frames are worked on.
//!
//! Nobody sends a hundred frames in ten seconds by hand. A connection that does is told to wait, and counted in its own
//! item; when it goes on, it is cut off. An ordinary frame costs nothing for this: what an instance of the function has
//! seen itself says whether there is a reason to count. Many frames at once come through many instances, and each sees
//! its part; the count in the item brings the parts together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// How long an instance looks back.
const WINDOW: SignedDuration = SignedDuration::from_secs(10);
/// Frames of a connection that an instance works on within that time.
const FRAMES: u32 = 100;
/// Frames beyond these that a connection may send in all before it is cut off.
pub(crate) const EXCESS: u32 = 500;
/// From so many connections on, those that have been quiet are forgotten.
const REMEMBERED: usize = 256;

/// What is done about a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is worked on.
    Work,
    /// It is one too many.
    Wait,
    /// It is one too many, and so many are to be counted.
    Count(u32),
    /// The connection was cut off.
    Ignore,
}

#[derive(Debug)]
struct Seen {
    since: Timestamp,
    frames: u32,
    cut_off: bool,
}

/// What this instance has seen of connections.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<HashMap<String, Seen>>);

impl Pace {
    /// One more frame of a connection.
    pub(crate) fn see(&self, connection: &str, now: Timestamp) -> Verdict {
        let recent = |seen: &Seen| now.duration_since(seen.since) < WINDOW;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.retain(|_, seen| recent(seen));
        }
        let seen = all.entry(connection.to_owned()).or_insert(Seen { since: now, frames: 0, cut_off: false });
        if seen.cut_off {
            return Verdict::Ignore;
        }
        if !recent(seen) {
            (seen.since, seen.frames) = (now, 0);
        }
        seen.frames += 1;
        match seen.frames {
            frames if frames <= FRAMES => Verdict::Work,
            frames if frames.is_multiple_of(FRAMES) => Verdict::Count(FRAMES),
            _ => Verdict::Wait,
        }
    }

    /// The connection is cut off: what it sent meanwhile is not looked at.
    pub(crate) fn cut_off(&self, connection: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = all.get_mut(connection) {
            seen.cut_off = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_frames_in_ten_seconds_and_then_one_waits() {
        let pace = Pace::default();
        let start: Timestamp = "2026-01-05T10:00:00Z".parse().expect("a time");
        for _ in 0..FRAMES {
            assert_eq!(pace.see("a", start), Verdict::Work);
        }
        let counted = (0..2 * FRAMES).filter(|_| pace.see("a", start) == Verdict::Count(FRAMES)).count();
        assert_eq!(counted, 2);
        assert_eq!(pace.see("b", start), Verdict::Work, "each connection by itself");
        assert_eq!(pace.see("a", start + WINDOW), Verdict::Work, "and it is forgiven");
        pace.cut_off("a");
        assert_eq!(pace.see("a", start + WINDOW), Verdict::Ignore);
    }

    #[test]
    fn quiet_connections_are_forgotten() {
        let pace = Pace::default();
        let start: Timestamp = "2026-01-05T10:00:00Z".parse().expect("a time");
        for number in 0..10 * REMEMBERED {
            let now = start + SignedDuration::from_secs(i64::try_from(number).expect("a number"));
            pace.see(&number.to_string(), now);
        }
        assert!(pace.0.lock().expect("a lock").len() <= REMEMBERED);
    }
}
