//! The service's clock: real time, plus an offset that only `dev --test-clock` moves, forward only.

use std::sync::atomic::{AtomicI64, Ordering};

use claviger_model::Timestamp;

/// Where the service reads the time of day. Expiry, deletion and rotation follow [`Clock::now`]; the freshness
/// of signatures follows [`Clock::real_now`], so that real clients go on working while a test moves the clock.
pub struct Clock {
    source: fn() -> i64,
    offset_ms: AtomicI64,
}

impl Clock {
    /// A clock over `source`, which gives real epoch milliseconds.
    pub fn new(source: fn() -> i64) -> Self {
        Self {
            source,
            offset_ms: AtomicI64::new(0),
        }
    }

    /// The service's time.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_epoch_ms(
            (self.source)().saturating_add(self.offset_ms.load(Ordering::Acquire)),
        )
    }

    /// The real time.
    pub fn real_now(&self) -> Timestamp {
        Timestamp::from_epoch_ms((self.source)())
    }

    /// How far the service's time runs ahead of the real one, in milliseconds.
    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Acquire)
    }

    /// Moves the offset forward; a smaller one than today's is ignored.
    pub(crate) fn advance_to_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.fetch_max(offset_ms, Ordering::AcqRel);
    }
}
