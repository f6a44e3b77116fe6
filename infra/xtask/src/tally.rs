//! Counting what passed and failed, and for how long it ran.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Says what each part came to, and adds it up.
#[derive(Default)]
pub(crate) struct Count(Mutex<Tally>);

impl Count {
    pub(crate) fn done(&self, part: &str, since: Instant, tally: Tally) {
        // Poisoned only if printing panicked; the count is still right.
        let mut total = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        println!("{part}: {} passed, {} failed, {}", tally.passed, tally.failed, seconds(since.elapsed()));
        *total += tally;
    }

    /// The closing line; whether nothing failed.
    pub(crate) fn close(self) -> bool {
        let total = self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        println!("{} passed, {} failed", total.passed, total.failed);
        total.failed == 0
    }
}

pub(crate) fn one(passed: bool) -> Tally {
    Tally { passed: usize::from(passed), failed: usize::from(!passed) }
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f32())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a tool that says how long its parts took; no product code is judged by it"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}
