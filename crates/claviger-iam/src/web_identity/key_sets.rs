//! The published keys of all providers, fetched when they are needed and kept for a while.
//!
//! A provider is outside, and may be slow, down or hostile. So each has a lock of its own, a fetch has limits, nobody
//! waits for keys that are there, and neither a failure nor a token that names an unknown key makes us ask again at once.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use claviger_model::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey};

use super::{Refusal, key_set::KeySet};

/// Where key sets come from.
pub trait KeySetSource: Send + Sync {
    /// The JWK set of this issuer (`https://...`), as JSON. Size and time are the source's to limit.
    fn fetch<'a>(
        &'a self,
        issuer: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Unavailable>> + Send + 'a>>;
}

/// A key set could not be had, with the reason for the operator.
#[derive(Debug)]
pub struct Unavailable(pub String);

/// The key sets of all providers.
pub struct KeySets {
    source: Arc<dyn KeySetSource>,
    issuers: Mutex<HashMap<String, Arc<Issuer>>>,
}

/// One provider.
#[derive(Default)]
struct Issuer {
    held: RwLock<Held>,
    /// Held by whoever fetches; the others wait for what it brings.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Held {
    keys: Arc<KeySet>,
    fetched_ms: Option<i64>,
    failed_ms: Option<i64>,
}

impl KeySets {
    /// The key sets that `source` brings.
    pub fn new(source: Arc<dyn KeySetSource>) -> Self {
        Self {
            source,
            issuers: Mutex::default(),
        }
    }

    /// The key of this id that the issuer publishes for this algorithm.
    pub(super) async fn key(
        &self,
        issuer: &str,
        id: &str,
        alg: Algorithm,
        now: Timestamp,
    ) -> Result<DecodingKey, Refusal> {
        let now_ms = now.epoch_ms();
        let known = self.issuer(issuer);
        match known.look(id, alg, now_ms) {
            Look::Found(key) => return Ok(*key),
            Look::Answer(refusal) => return Err(refusal),
            Look::Ask => {}
        }
        let _alone = known.fetching.lock().await;
        // Whoever had the lock before may have brought it.
        match known.look(id, alg, now_ms) {
            Look::Found(key) => return Ok(*key),
            Look::Answer(refusal) => return Err(refusal),
            Look::Ask => {}
        }
        let fetched = self.source.fetch(issuer).await.and_then(|json| {
            KeySet::parse(&json).ok_or_else(|| Unavailable("this is no JWK set".to_owned()))
        });
        known.keep(fetched, issuer, now_ms);
        match known.look(id, alg, now_ms) {
            Look::Found(key) => Ok(*key),
            Look::Answer(refusal) => Err(refusal),
            Look::Ask => Err(Refusal::Unreachable),
        }
    }

    fn issuer(&self, issuer: &str) -> Arc<Issuer> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = issuers.get(issuer) {
            return Arc::clone(known);
        }
        // Only registered providers come here; when there are too many all the same, all start anew.
        if issuers.len() >= ISSUERS_MAX {
            issuers.clear();
        }
        Arc::clone(issuers.entry(issuer.to_owned()).or_default())
    }
}

/// What is known of a key without asking its provider.
enum Look {
    Found(Box<DecodingKey>),
    Answer(Refusal),
    Ask,
}

impl Issuer {
    fn look(&self, id: &str, alg: Algorithm, now_ms: i64) -> Look {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        // Either way: whoever waited for a fetch may have begun a moment before it.
        let within =
            |since: Option<i64>, ms: u64| since.is_some_and(|since| now_ms.abs_diff(since) < ms);
        let fresh = within(held.fetched_ms, KEPT_MS);
        match held.keys.key(id, alg).filter(|_| fresh) {
            Some(key) => Look::Found(Box::new(key)),
            None if within(held.failed_ms, RETRY_MS) => Look::Answer(Refusal::Unreachable),
            None if within(held.fetched_ms, REFETCH_MS) => Look::Answer(Refusal::NoKey),
            None => Look::Ask,
        }
    }

    fn keep(&self, fetched: Result<KeySet, Unavailable>, issuer: &str, now_ms: i64) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        match fetched {
            Ok(keys) => {
                *held = Held {
                    keys: Arc::new(keys),
                    fetched_ms: Some(now_ms),
                    failed_ms: None,
                }
            }
            // What was fetched before stays good for as long as it would have been.
            Err(Unavailable(cause)) => {
                tracing::warn!(%issuer, %cause, "the keys of an identity provider could not be fetched");
                held.failed_ms = Some(now_ms);
            }
        }
    }
}

/// A key that its provider withdrew is accepted no longer than this.
const KEPT_MS: u64 = 60 * 60 * 1000;
/// A token with an unknown key makes us ask again, but not more often than this.
const REFETCH_MS: u64 = 60 * 1000;
/// After a failure everybody is told so for this long.
const RETRY_MS: u64 = 10 * 1000;
const ISSUERS_MAX: usize = 1000;
