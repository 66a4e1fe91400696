//! Ordered bytes that outlive the process: the storage contract, [`Kv`], and its engines.
//!
//! The contract is etcd's compare-then-put, which an embedded tree can offer just as well: a [`Batch`] names the
//! revisions that it was decided upon and takes effect whole or not at all. All engines have etcd's limits, so that the
//! embedded store never accepts what a cluster would refuse, and all pass the same [`conformance`] suite.
//!
//! This crate knows bytes only. What the keys mean and how the values are sealed is decided above it.

mod batch;
pub mod conformance;
mod error;
mod faulty;
mod memory;
mod sqlite;
mod watch;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

pub use batch::{BYTES_MAX, Batch, Committed, OPERATIONS_MAX};
pub use error::Error;
pub use faulty::{Call, Fault, Faulty};
pub use memory::Memory;
pub use sqlite::{OnFatal, Sqlite, end_process};
pub use watch::{Change, ChangeKind, Watch, Watched};

/// An answer that is on its way. Dropping it does not undo a commit that was already handed to the engine.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The store's version: it grows with each batch that changed something, and starts at 1.
pub type Revision = u64;

/// The revision that a [`Batch`] expects of a key that must not exist.
pub const ABSENT: Revision = 0;

/// An ordered map from bytes to bytes, changed by atomic conditional batches.
///
/// A commit that has resolved is durable, is seen by every later read, and is in the queue of every [`Watch`].
/// A commit that failed with [`Error::Unavailable`] may have taken effect; read back before trying again.
pub trait Kv: Send + Sync + 'static {
    /// The entry under `key`, if there is one.
    fn get<'a>(&'a self, key: &'a [u8]) -> Pending<'a, Option<Entry>>;

    /// The first `limit` entries, in the order of their keys' bytes, whose keys start with `prefix` and, with
    /// `after`, are strictly greater than it. A page is one consistent view; two pages are two views.
    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> Pending<'a, Vec<Entry>>;

    /// Applies the whole batch if every expectation holds, and else nothing.
    ///
    /// # Errors
    /// [`Error::TooLarge`] and [`Error::Refused`] before anything happens; otherwise the engine's failure.
    fn commit(&self, batch: Batch) -> Pending<'_, Committed>;

    /// Makes every value that was deleted or overwritten by an earlier commit unreadable in the engine's files.
    /// It may rewrite the whole store, so it belongs to the end of a sweep and not to each batch.
    fn erase(&self) -> Pending<'_, ()>;

    /// The changes under `prefix` that are committed after this call.
    fn watch(&self, prefix: &[u8]) -> Watch;
}

/// One stored value. Its `Debug` form shows the length of the value and not its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands; never empty.
    pub key: Vec<u8>,
    /// What it holds; may be empty.
    pub value: Vec<u8>,
    /// The revision at which it was last written.
    pub revision: Revision,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.escape_ascii();
        write!(f, "{key} @{}: {} bytes", self.revision, self.value.len())
    }
}
