//! What fails authentication is counted and logged, but not chained: nobody outside may fill the audit log.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use uuid::Uuid;

use crate::sigv4::{Reason, Refusal};

/// Counters by reason, and the log's rate limit.
#[derive(Debug)]
pub struct Refusals {
    counts: [(Reason, AtomicU64); Reason::ALL.len()],
    second: AtomicI64,
    logged_in_second: AtomicU64,
    unlogged: AtomicU64,
}

/// Where a refused request came from.
pub(super) struct Refused<'r> {
    pub(super) request_id: Uuid,
    pub(super) source_ip: &'r str,
    pub(super) access_key_id: &'r str,
    pub(super) now_ms: i64,
}

impl Default for Refusals {
    fn default() -> Self {
        Self {
            counts: Reason::ALL.map(|reason| (reason, AtomicU64::new(0))),
            second: AtomicI64::new(0),
            logged_in_second: AtomicU64::new(0),
            unlogged: AtomicU64::new(0),
        }
    }
}

impl Refusals {
    /// The requests refused so far, by reason.
    pub fn counts(&self) -> impl Iterator<Item = (Reason, u64)> {
        self.counts
            .iter()
            .map(|(reason, count)| (*reason, count.load(Relaxed)))
    }

    pub(super) fn record(&self, refusal: &Refusal, refused: &Refused<'_>) {
        for (reason, count) in &self.counts {
            if *reason == refusal.reason {
                count.fetch_add(1, Relaxed);
            }
        }
        if !self.may_log(refused.now_ms.div_euclid(1000)) {
            self.unlogged.fetch_add(1, Relaxed);
            return;
        }
        // Debug form: what a stranger sent reaches the log with its control characters escaped, and cut.
        let access_key_id: String = refused
            .access_key_id
            .chars()
            .take(LOGGED_CHARS_MAX)
            .collect();
        tracing::warn!(
            reason = ?refusal.reason,
            request_id = %refused.request_id,
            source_ip = refused.source_ip,
            ?access_key_id,
            unlogged_before = self.unlogged.swap(0, Relaxed),
            "authentication refused"
        );
    }

    /// Two threads may both start a second; then that second logs a few lines more, which does no harm.
    fn may_log(&self, second: i64) -> bool {
        if self.second.swap(second, Relaxed) != second {
            self.logged_in_second.store(0, Relaxed);
        }
        self.logged_in_second.fetch_add(1, Relaxed) < LINES_PER_SECOND_MAX
    }
}

const LINES_PER_SECOND_MAX: u64 = 10;
const LOGGED_CHARS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_limited_by_the_second() {
        let refusals = Refusals::default();
        let logged = |second| (0..100).filter(|_| refusals.may_log(second)).count();
        assert_eq!(logged(7), 10);
        assert_eq!(logged(7), 0);
        assert_eq!(logged(8), 10);
    }

    #[test]
    fn every_reason_has_a_counter() {
        let refusals = Refusals::default();
        let refused = Refused {
            request_id: Uuid::nil(),
            source_ip: "",
            access_key_id: "",
            now_ms: 0,
        };
        for reason in Reason::ALL {
            refusals.record(
                &Refusal {
                    reason,
                    message: "".into(),
                },
                &refused,
            );
        }
        assert!(refusals.counts().all(|(_, count)| count == 1));
    }
}
