//! Every engine agrees with an ordered map on any sequence of calls, over restarts too.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use claviger_store::{
    ABSENT, Batch, Change, ChangeKind, Committed, Entry, Faulty, Kv, Memory, Revision, Sqlite,
    Watched, end_process,
};
use proptest::prelude::*;
use proptest::sample::Index;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_is_an_ordered_map(steps in steps()) {
        let kv: Arc<dyn Kv> = Arc::new(Memory::new());
        compare(|_| Arc::clone(&kv), steps);
    }

    #[test]
    fn faulty_is_an_ordered_map_until_it_is_told_otherwise(steps in steps()) {
        let kv: Arc<dyn Kv> = Arc::new(Faulty::new(Arc::new(Memory::new())));
        compare(|_| Arc::clone(&kv), steps);
    }

    #[test]
    fn sqlite_is_an_ordered_map(steps in steps()) {
        compare(|folder| Arc::new(Sqlite::open(folder.join("kv.db"), end_process).unwrap()), steps);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Commit {
        expect: Vec<(Key, Expectation)>,
        put: BTreeMap<Key, Vec<u8>>,
        delete: Vec<Key>,
    },
    Get(Key),
    Scan {
        prefix: Key,
        after: Option<Key>,
        limit: usize,
    },
    Erase,
    Reopen,
}

#[derive(Clone, Debug)]
enum Expectation {
    Right,
    Absent,
    Some(Index),
}

type Key = Vec<u8>;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let commit = (
        prop::collection::vec((key(), expectation()), 0..3),
        prop::collection::btree_map(key(), prop::collection::vec(any::<u8>(), 0..20), 0..4),
        prop::collection::vec(key(), 0..3),
    );
    let scan = (
        prop::collection::vec(byte(), 0..3),
        prop::option::of(key()),
        0..6_usize,
    );
    let step = prop_oneof![
        12 => commit.prop_map(|(expect, put, delete)| Step::Commit { expect, put, delete }),
        4 => key().prop_map(Step::Get),
        6 => scan.prop_map(|(prefix, after, limit)| Step::Scan { prefix, after, limit }),
        1 => Just(Step::Erase),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

/// Few bytes and short keys, so that calls meet.
fn key() -> impl Strategy<Value = Key> {
    prop::collection::vec(byte(), 1..4)
}

fn byte() -> impl Strategy<Value = u8> {
    prop::sample::select(vec![0x00, b'a', 0xff])
}

fn expectation() -> impl Strategy<Value = Expectation> {
    prop_oneof![
        6 => Just(Expectation::Right),
        1 => Just(Expectation::Absent),
        1 => any::<Index>().prop_map(Expectation::Some),
    ]
}

fn compare(open: impl Fn(&Path) -> Arc<dyn Kv>, steps: Vec<Step>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let mut model = Model::default();
        let mut kv = open(folder.path());
        let mut watch = kv.watch(b"a");
        for step in steps {
            match step {
                Step::Commit {
                    expect,
                    put,
                    delete,
                } => {
                    let batch = model.batch(expect, put, delete);
                    let (committed, changes) = model.commit(batch.clone());
                    assert_eq!(kv.commit(batch).await, Ok(committed));
                    for change in changes
                        .into_iter()
                        .filter(|change| change.key.starts_with(b"a"))
                    {
                        assert_eq!(watch.next().await, Some(Watched::Changed(change)));
                    }
                }
                Step::Get(key) => assert_eq!(kv.get(&key).await, Ok(model.get(&key))),
                Step::Scan {
                    prefix,
                    after,
                    limit,
                } => {
                    let page = kv.scan(&prefix, after.as_deref(), limit).await;
                    assert_eq!(page, Ok(model.scan(&prefix, after.as_deref(), limit)));
                }
                Step::Erase => kv.erase().await.unwrap(),
                Step::Reopen => {
                    drop(kv);
                    kv = open(folder.path());
                    watch = kv.watch(b"a");
                }
            }
        }
        assert_eq!(
            kv.scan(b"", None, usize::MAX).await,
            Ok(model.scan(b"", None, usize::MAX))
        );
    });
}

/// The contract, as literally as it can be put.
#[derive(Default)]
struct Model {
    entries: BTreeMap<Key, Entry>,
    revision: Revision,
}

impl Model {
    fn batch(
        &self,
        expect: Vec<(Key, Expectation)>,
        put: BTreeMap<Key, Vec<u8>>,
        mut delete: Vec<Key>,
    ) -> Batch {
        let expect = expect.into_iter().map(|(key, expectation)| {
            let revision = match expectation {
                Expectation::Right => self.revision_of(&key),
                Expectation::Absent => ABSENT,
                Expectation::Some(index) => Revision::try_from(index.index(50)).unwrap(),
            };
            (key, revision)
        });
        let expect = expect.collect();
        delete.sort();
        delete.dedup();
        delete.retain(|key| !put.contains_key(key));
        Batch {
            expect,
            put: put.into_iter().collect(),
            delete,
        }
    }

    fn commit(&mut self, batch: Batch) -> (Committed, Vec<Change>) {
        if batch
            .expect
            .iter()
            .any(|(key, expected)| self.revision_of(key) != *expected)
        {
            return (Committed::Conflict, Vec::new());
        }
        let revision = self.revision + 1;
        let existing = batch
            .delete
            .into_iter()
            .filter(|key| self.entries.remove(key).is_some());
        let mut changes: Vec<_> = existing
            .map(|key| Change {
                key,
                revision,
                kind: ChangeKind::Delete,
            })
            .collect();
        for (key, value) in batch.put {
            self.entries.insert(
                key.clone(),
                Entry {
                    key: key.clone(),
                    value,
                    revision,
                },
            );
            changes.push(Change {
                key,
                revision,
                kind: ChangeKind::Put,
            });
        }
        self.revision = if changes.is_empty() {
            self.revision
        } else {
            revision
        };
        (Committed::At(self.revision), changes)
    }

    fn get(&self, key: &[u8]) -> Option<Entry> {
        self.entries.get(key).cloned()
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Vec<Entry> {
        let entries = self
            .entries
            .values()
            .filter(|entry| entry.key.starts_with(prefix));
        let behind = entries.filter(|entry| after.is_none_or(|after| entry.key.as_slice() > after));
        behind.take(limit).cloned().collect()
    }

    fn revision_of(&self, key: &[u8]) -> Revision {
        self.entries.get(key).map_or(ABSENT, |entry| entry.revision)
    }
}
