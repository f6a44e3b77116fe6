use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Tells the time. Cheap to clone; clones tell the same time.
#[derive(Clone, Default)]
pub struct Clock {
    /// Seconds to add to the system's clock. Only the one-machine stack and tests ever have one.
    offset: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self { offset: None }
    }

    /// The system's clock plus `offset` seconds. Whoever holds the same `offset` can make this clock jump.
    pub fn shifted(offset: Arc<AtomicI64>) -> Self {
        Self { offset: Some(offset) }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        #[allow(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
        let system = Timestamp::now();
        match &self.offset {
            None => system,
            Some(offset) => {
                let shift = SignedDuration::from_secs(offset.load(Ordering::Relaxed));
                // Only an offset of thousands of years leaves the range; then the clock stands still at its edge.
                system.saturating_add(shift).unwrap_or(system)
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_shifted_clock_jump_together() {
        let offset = Arc::new(AtomicI64::new(0));
        let clock = Clock::shifted(Arc::clone(&offset));
        let clone = clock.clone();
        let before = clone.now();
        offset.store(3600, Ordering::Relaxed);
        let jumped = clone.now().duration_since(before).as_secs();
        assert!((3600..3660).contains(&jumped), "{jumped}");
        assert!(clock.now() >= before);
    }
}
