//! The clock that the code reads, and how it is made to jump.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dynoxide::storage_backend;
use jiff::Timestamp;
use parlor_runtime::Clock;

use crate::data::Data;

/// One clock for the whole stack.
#[derive(Clone)]
pub(crate) struct LocalClock {
    offset: Arc<AtomicI64>,
    pub(crate) clock: Clock,
    data: Data,
}

impl LocalClock {
    /// The clock as far ahead as it was when the data was last used: time that went back would make no sense of it.
    pub(crate) fn new(data: Data) -> Self {
        let offset = Arc::new(AtomicI64::new(data.clock_offset()));
        Self { clock: Clock::shifted(Arc::clone(&offset)), offset, data }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// Jumps `seconds` ahead.
    pub(crate) fn advance(&self, seconds: u32) {
        let offset = self.offset.fetch_add(i64::from(seconds), Ordering::Relaxed);
        self.data.keep_clock_offset(offset + i64::from(seconds));
    }
}

impl storage_backend::Clock for LocalClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.now().as_second()).unwrap_or_default()
    }

    #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double")]
    fn now_unix_secs_f64(&self) -> f64 {
        self.now().as_millisecond() as f64 / 1000.0
    }
}
