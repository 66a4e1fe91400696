//! What fails authentication is counted and logged, but not chained: nobody outside may fill the audit log.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
};

use claviger_model::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    security_log::SecurityLog,
    sigv4::{Reason, Refusal},
};

/// Counters by reason, and the log with its rate limit.
#[derive(Debug, Default)]
pub struct Refusals {
    counts: Arc<Counts>,
    log: Option<SecurityLog>,
    second: AtomicI64,
    logged_in_second: AtomicU64,
    unlogged: AtomicU64,
}

#[derive(Debug)]
struct Counts {
    by_reason: [(Reason, AtomicU64); Reason::ALL.len()],
    handshakes: AtomicU64,
}

/// Where a refused request came from.
pub(super) struct Refused<'r> {
    pub(super) request_id: Uuid,
    pub(super) source_ip: &'r str,
    pub(super) access_key_id: &'r str,
    pub(super) now_ms: i64,
}

impl Refusals {
    /// Counters that are logged as well; `now_ms` is the real clock.
    ///
    /// # Errors
    /// The log cannot be opened.
    pub fn logged(path: &Path, now_ms: fn() -> i64) -> io::Result<Self> {
        let counts = Arc::<Counts>::default();
        let counted = Arc::clone(&counts);
        let summary = move || json!({ "time": time(now_ms()), "event": "RefusalsSinceStart", "counts": counted.by_name() });
        Ok(Self {
            log: Some(SecurityLog::open(path, Arc::new(summary))?),
            counts,
            ..Self::default()
        })
    }

    /// The requests refused so far, by reason.
    pub fn counts(&self) -> impl Iterator<Item = (Reason, u64)> {
        self.counts.iter()
    }

    /// The clients that no TLS connection came about with.
    pub fn handshakes_failed(&self) -> u64 {
        self.counts.handshakes.load(Relaxed)
    }

    pub(super) fn record(&self, refusal: &Refusal, refused: &Refused<'_>) {
        self.counts.add(refusal.reason);
        self.log(refused.now_ms, |unlogged_before| {
            json!({
                "time": time(refused.now_ms),
                "event": "AuthenticationRefused",
                "reason": refusal.reason.name(),
                "requestId": refused.request_id.to_string(),
                "sourceIp": refused.source_ip,
                "accessKeyId": shown(refused.access_key_id),
                "unloggedBefore": unlogged_before,
            })
        });
    }

    pub(super) fn record_handshake(&self, source_ip: &str, now_ms: i64, error: &io::Error) {
        self.counts.handshakes.fetch_add(1, Relaxed);
        self.log(now_ms, |unlogged_before| {
            json!({
                "time": time(now_ms),
                "event": "TlsHandshakeFailed",
                "reason": error.to_string(),
                "sourceIp": source_ip,
                "unloggedBefore": unlogged_before,
            })
        });
    }

    fn log(&self, now_ms: i64, line: impl FnOnce(u64) -> Value) {
        let Some(log) = &self.log else { return };
        let unlogged_before = self.unlogged.swap(0, Relaxed);
        let logged = self.may_log(now_ms.div_euclid(1000)) && log.offer(line(unlogged_before));
        if !logged {
            self.unlogged
                .fetch_add(unlogged_before.saturating_add(1), Relaxed);
        }
    }

    /// Two threads may both start a second; then that second logs a few lines more, which does no harm.
    fn may_log(&self, second: i64) -> bool {
        if self.second.swap(second, Relaxed) != second {
            self.logged_in_second.store(0, Relaxed);
        }
        self.logged_in_second.fetch_add(1, Relaxed) < LINES_PER_SECOND_MAX
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            by_reason: Reason::ALL.map(|reason| (reason, AtomicU64::new(0))),
            handshakes: AtomicU64::new(0),
        }
    }
}

impl Counts {
    fn add(&self, reason: Reason) {
        for (own, count) in &self.by_reason {
            if *own == reason {
                count.fetch_add(1, Relaxed);
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = (Reason, u64)> {
        self.by_reason
            .iter()
            .map(|(reason, count)| (*reason, count.load(Relaxed)))
    }

    fn by_name(&self) -> Value {
        let handshakes = (HANDSHAKE, self.handshakes.load(Relaxed));
        self.iter()
            .map(|(reason, count)| (reason.name(), count))
            .chain([handshakes])
            .map(|(name, count)| (name.to_owned(), Value::from(count)))
            .collect()
    }
}

/// An access key id is no secret, but a secret may stand in its place by mistake: what does not look like an id of AWS is
/// told by its beginning only.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>
fn shown(access_key_id: &str) -> String {
    let of_aws = ACCESS_KEY_ID_LETTERS.contains(&access_key_id.len())
        && access_key_id
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if of_aws || access_key_id.is_empty() {
        return access_key_id.to_owned();
    }
    let start = access_key_id.chars().take(SHOWN_LETTERS);
    start.flat_map(char::escape_default).chain(['…']).collect()
}

fn time(epoch_ms: i64) -> String {
    Timestamp::from_epoch_ms(epoch_ms).to_string()
}

/// Beside the names of the reasons.
const HANDSHAKE: &str = "TlsHandshake";
const LINES_PER_SECOND_MAX: u64 = 10;
const ACCESS_KEY_ID_LETTERS: std::ops::RangeInclusive<usize> = 16..=32;
const SHOWN_LETTERS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn record_all(refusals: &Refusals, access_key_id: &str, now_ms: i64) {
        for reason in Reason::ALL {
            let message = "a text for the client".into();
            let refused = Refused {
                request_id: Uuid::nil(),
                source_ip: "192.0.2.1",
                access_key_id,
                now_ms,
            };
            refusals.record(&Refusal { reason, message }, &refused);
        }
    }

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
        record_all(&refusals, "", 0);
        assert!(refusals.counts().all(|(_, count)| count == 1));
    }

    #[test]
    fn the_log_says_what_came_and_how_much_it_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("security.log");
        let refusals = Refusals::logged(&path, || 1_440_938_160_000).unwrap();
        for _ in 0..3 {
            record_all(&refusals, "AKIDEXAMPLE00000", 1_440_938_160_000);
        }
        record_all(&refusals, "wJalr\u{1b}[31m\n\"", 1_440_938_161_000);
        drop(refusals);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        // Ten lines a second, and the summary at the end.
        assert_eq!(lines.len(), 10 + 10 + 1);
        let first = json!({
            "time": "2015-08-30T12:36:00Z",
            "event": "AuthenticationRefused",
            "reason": "MissingToken",
            "requestId": "00000000-0000-0000-0000-000000000000",
            "sourceIp": "192.0.2.1",
            "accessKeyId": "AKIDEXAMPLE00000",
            "unloggedBefore": 0,
        });
        assert_eq!(lines[0], first);
        assert_eq!(lines[10]["unloggedBefore"], 3 * Reason::ALL.len() - 10);
        assert_eq!(lines[10]["accessKeyId"], "wJal…");
        assert_eq!(lines[20]["counts"]["Mismatch"], 4);
        assert!(!text.contains("a text for the client"));
    }

    #[test]
    fn what_is_no_access_key_id_is_cut_and_escaped() {
        assert_eq!(shown(""), "");
        assert_eq!(shown("AKIAIOSFODNN7EXAMPLE"), "AKIAIOSFODNN7EXAMPLE");
        assert_eq!(shown("\u{1b}[2J\u{202e}x"), "\\u{1b}[2J…");
    }
}
