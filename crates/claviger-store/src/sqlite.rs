//! The embedded engine: SQLite in WAL mode, one thread that writes, a few that read.
//!
//! Nothing blocks the async runtime: a call is a message to one of the engine's own threads and a wait for its answer.
//! Readers take snapshots and never wait for the writer. What keeps the promise of durability is in [`writer`].

mod crew;
mod failure;
mod file;
mod reader;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::watch::Feed;
use crate::{Batch, Committed, Entry, Error, Kv, Pending, Watch};
use crew::Crew;
use writer::{Write, Writer};

pub use failure::{OnFatal, end_process};

/// A store in one SQLite file. Dropping it commits what is queued, checkpoints and joins its threads.
///
/// The caller makes sure that no second process opens the same file.
pub struct Sqlite {
    // In the order of their end: the writer's connection closes last and leaves no WAL behind.
    readers: Crew<Read>,
    writer: Crew<Write>,
    feed: Feed,
    transactions: Arc<AtomicU64>,
}

impl Sqlite {
    /// Opens the store at `path`, or creates it there, readable by its owner only.
    ///
    /// `on_fatal` ends the process once a write to disk failed in a way after which nothing may be acknowledged;
    /// [`end_process`] is the one to give outside tests.
    ///
    /// # Errors
    /// [`Error::Refused`] for a file that is no store or has another schema version, [`Error::Corrupt`] for a damaged
    /// one, [`Error::Unavailable`] when the file system fails.
    pub fn open(path: impl AsRef<Path>, on_fatal: OnFatal) -> Result<Self, Error> {
        let path = path.as_ref();
        let connection = file::open(path)?;
        let readers = (0..READERS)
            .map(|_| file::open_reader(path))
            .collect::<Result<Vec<_>, _>>()?;

        let feed = Feed::new();
        let transactions = Arc::new(AtomicU64::new(0));
        let writer = Writer::new(
            connection,
            path,
            feed.clone(),
            Arc::clone(&transactions),
            on_fatal,
        )?;
        Ok(Self {
            readers: Crew::sharing("store-reader", readers, |connection, read: Read| {
                read(connection)
            })?,
            writer: Crew::alone("store-writer", move |writes| writer.run(&writes))?,
            feed,
            transactions,
        })
    }

    /// Reads the whole file and checks its structure and its revisions.
    ///
    /// # Errors
    /// [`Error::Corrupt`] with the first thing that is wrong.
    #[must_use]
    pub fn integrity_check(&self) -> Pending<'_, ()> {
        Box::pin(async { self.read(reader::integrity).await?.map_err(Error::Corrupt) })
    }

    /// How many transactions were committed since the store was opened: fewer than batches under load, since
    /// batches that wait for the disk share the next one.
    #[must_use]
    pub fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }

    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        self.readers.send(Box::new(move |connection| {
            // Whoever asked may have gone.
            let _ = answer.send(question(connection).map_err(|error| failure::explain(&error)));
        }))?;
        answered.await.unwrap_or_else(|_| Err(crew::stopped()))
    }

    async fn write<T>(&self, write: impl FnOnce(writer::Answer<T>) -> Write) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(write(answer))?;
        answered.await.unwrap_or_else(|_| Err(crew::stopped()))
    }
}

impl Kv for Sqlite {
    fn get<'a>(&'a self, key: &'a [u8]) -> Pending<'a, Option<Entry>> {
        let key = key.to_vec();
        Box::pin(self.read(|connection| reader::entry(connection, key)))
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> Pending<'a, Vec<Entry>> {
        let (prefix, after) = (prefix.to_vec(), after.map(<[u8]>::to_vec));
        Box::pin(self.read(move |connection| reader::page(connection, &prefix, after, limit)))
    }

    fn commit(&self, batch: Batch) -> Pending<'_, Committed> {
        Box::pin(async {
            batch.check()?;
            self.write(|answer| Write::Commit(batch, answer)).await
        })
    }

    fn erase(&self) -> Pending<'_, ()> {
        Box::pin(self.write(Write::Erase))
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.feed.watch(prefix)
    }
}

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// Reads are short and mostly served from memory; more threads would wait for the same cores.
const READERS: usize = 4;
