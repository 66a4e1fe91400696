use std::collections::HashSet;

use crate::{Error, Revision};

/// The most expectations, puts and deletes of one batch together. A multi-Region key in every Region takes four for each where a material
/// goes from all; etcd's `--max-txn-ops` allows it (docs/adr/0012-batches-of-a-family.md).
pub const OPERATIONS_MAX: usize = 512;

/// The most bytes of one batch, 8 MiB: a multi-Region key in every Region, with all that AWS's limits allow in each. etcd's
/// `--max-request-bytes` allows it.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;

/// A change that takes effect whole or not at all, under the condition that nothing it was decided upon has changed.
#[derive(Clone, Default)]
pub struct Batch {
    /// Each key with the revision that it must have; [`ABSENT`](crate::ABSENT) for one that must not exist.
    pub expect: Vec<(Vec<u8>, Revision)>,
    /// What is written, whether the key exists or not.
    pub put: Vec<(Vec<u8>, Vec<u8>)>,
    /// What is removed; a key that does not exist is no error.
    pub delete: Vec<Vec<u8>>,
}

/// How a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It took effect; the store is now at this revision, and so is every entry that the batch put.
    /// A batch that changes nothing answers the revision that the store already had.
    At(Revision),
    /// An expectation did not hold; nothing happened.
    Conflict,
}

impl Batch {
    /// A batch that changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the condition that `key` stands at `revision`.
    #[must_use]
    pub fn expect(mut self, key: impl Into<Vec<u8>>, revision: Revision) -> Self {
        self.expect.push((key.into(), revision));
        self
    }

    /// Adds a write.
    #[must_use]
    pub fn put(mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.put.push((key.into(), value.into()));
        self
    }

    /// Adds a removal.
    #[must_use]
    pub fn delete(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.delete.push(key.into());
        self
    }

    /// How many operations count towards [`OPERATIONS_MAX`].
    #[must_use]
    pub fn operations(&self) -> usize {
        self.expect.len() + self.put.len() + self.delete.len()
    }

    /// How many bytes count towards [`BYTES_MAX`]: keys, values, and a fixed allowance for what frames an operation
    /// on its way to a cluster.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let expected: usize = self.expect.iter().map(|(key, _)| key.len()).sum();
        let put: usize = self
            .put
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum();
        let deleted: usize = self.delete.iter().map(Vec::len).sum();
        expected + put + deleted + self.operations() * FRAME_BYTES
    }

    /// Refuses what some engine would refuse, so that every engine does.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let (operations, bytes) = (self.operations(), self.bytes());
        if operations > OPERATIONS_MAX || bytes > BYTES_MAX {
            return Err(Error::TooLarge { operations, bytes });
        }
        let expected = self.expect.iter().map(|(key, _)| key);
        if expected.chain(self.written()).any(Vec::is_empty) {
            return Err(Error::Refused("an empty key".into()));
        }
        let mut seen = HashSet::with_capacity(operations);
        if self.written().all(|key| seen.insert(key)) {
            Ok(())
        } else {
            Err(Error::Refused("a batch writes a key twice".into()))
        }
    }

    fn written(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.put.iter().map(|(key, _)| key).chain(&self.delete)
    }
}

/// More than etcd's protobuf framing of one comparison, put or delete with keys and values of any allowed length.
const FRAME_BYTES: usize = 32;
