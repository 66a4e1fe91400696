use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::watch::Feed;
use crate::{
    ABSENT, Batch, Change, ChangeKind, Committed, Entry, Error, Kv, Pending, Revision, Watch,
};

/// The engine without files, for tests: everything is gone when it is dropped.
pub struct Memory {
    state: Mutex<State>,
    feed: Feed,
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            feed: Feed::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn apply(&self, batch: Batch) -> Result<Committed, Error> {
        batch.check()?;
        // Held until the changes are published, so that watchers see them in the order of revisions.
        let mut state = self.state();
        let Some(changes) = state.apply(batch) else {
            return Ok(Committed::Conflict);
        };
        self.feed.publish(changes);
        Ok(Committed::At(state.revision))
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Kv for Memory {
    fn get<'a>(&'a self, key: &'a [u8]) -> Pending<'a, Option<Entry>> {
        Box::pin(async move { Ok(self.state().get(key)) })
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> Pending<'a, Vec<Entry>> {
        Box::pin(async move { Ok(self.state().scan(prefix, after, limit)) })
    }

    fn commit(&self, batch: Batch) -> Pending<'_, Committed> {
        Box::pin(async move { self.apply(batch) })
    }

    fn erase(&self) -> Pending<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.feed.watch(prefix)
    }
}

#[derive(Default)]
struct State {
    entries: BTreeMap<Vec<u8>, (Vec<u8>, Revision)>,
    revision: Revision,
}

impl State {
    fn get(&self, key: &[u8]) -> Option<Entry> {
        self.entries.get_key_value(key).map(entry)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Vec<Entry> {
        let first = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            Some(_) | None => Bound::Included(prefix),
        };
        self.entries
            .range::<[u8], _>((first, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(entry)
            .collect()
    }

    /// What the batch changed, or nothing at all if an expectation does not hold.
    fn apply(&mut self, batch: Batch) -> Option<Vec<Change>> {
        let revision_of = |key| {
            self.entries
                .get(key)
                .map_or(ABSENT, |(_, revision)| *revision)
        };
        if batch
            .expect
            .iter()
            .any(|(key, expected)| revision_of(key) != *expected)
        {
            return None;
        }
        let revision = self.revision + 1;
        let mut changes = Vec::with_capacity(batch.put.len() + batch.delete.len());
        for key in batch.delete {
            if self.entries.remove(&key).is_some() {
                changes.push(Change {
                    key,
                    revision,
                    kind: ChangeKind::Delete,
                });
            }
        }
        for (key, value) in batch.put {
            self.entries.insert(key.clone(), (value, revision));
            changes.push(Change {
                key,
                revision,
                kind: ChangeKind::Put,
            });
        }
        if !changes.is_empty() {
            self.revision = revision;
        }
        Some(changes)
    }
}

fn entry((key, (value, revision)): (&Vec<u8>, &(Vec<u8>, Revision))) -> Entry {
    Entry {
        key: key.clone(),
        value: value.clone(),
        revision: *revision,
    }
}
