//! The one thread that changes the file.
//!
//! **Group commit without a timer.** While a transaction waits for the disk, batches queue; the next transaction takes
//! them all, applies each for itself and answers all after the COMMIT. A lone batch never waits for company.
//!
//! **No acknowledgement after a failed write.** A write or fsync that failed ends the process, and so does every failure
//! of a COMMIT or checkpoint that is not named here:
//!
//! - *Disk full* is answered after a ROLLBACK. That is safe because SQLite reports it for the write that did not fit,
//!   which comes before the fsync of the frame that makes the transaction count; a WAL without that frame is a WAL
//!   without the transaction, also after a crash, and the next transaction overwrites it. A disk that turns out to be
//!   full at the fsync is an I/O error and ends the process. A checkpoint copies what the WAL already holds durably, so
//!   it may be cut short anywhere.
//! - *Busy* in a checkpoint means that a reader still needs the WAL; the next one goes on.

use std::fmt::Display;
use std::fs::File;
use std::iter;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use rusqlite::{Connection, Error as SqliteError, OptionalExtension, params};
use tokio::sync::oneshot;

use super::failure::{OnFatal, explain, is_busy, is_full, is_io, obituary};
use super::file::wal_of;
use crate::watch::Feed;
use crate::{ABSENT, Batch, Change, ChangeKind, Committed, Error, Revision};

/// Where the outcome of a write is awaited. Whoever asked may have gone, so that nobody minds a failed `send`.
pub(super) type Answer<T> = oneshot::Sender<Result<T, Error>>;

pub(super) enum Write {
    Commit(Batch, Answer<Committed>),
    Erase(Answer<()>),
}

pub(super) struct Writer {
    connection: Connection,
    /// Open from the start, so that an erasure cannot fail for want of a file handle.
    wal: File,
    /// Of the last transaction that was committed.
    revision: Revision,
    feed: Feed,
    transactions: Arc<AtomicU64>,
    on_fatal: OnFatal,
    /// A bound on what the WAL has grown by since it was last copied into the database.
    uncopied_bytes: usize,
    /// Something was written since the last erasure, as far as this process knows.
    scrub_due: bool,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        path: &Path,
        feed: Feed,
        transactions: Arc<AtomicU64>,
        on_fatal: OnFatal,
    ) -> Result<Self, Error> {
        let revision = connection
            .busy_timeout(LOCK_WAIT_MAX)
            .and_then(|()| connection.query_row("SELECT revision FROM store", [], |row| row.get(0)))
            .map_err(|error| explain(&error))?;
        let wal = File::open(wal_of(path))
            .map_err(|error| Error::Unavailable(format!("the WAL: {error}")))?;
        Ok(Self {
            connection,
            wal,
            revision,
            feed,
            transactions,
            on_fatal,
            uncopied_bytes: 0,
            scrub_due: true,
        })
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self, queue: &Receiver<Write>) {
        while let Ok(first) = queue.recv() {
            let mut batches = Vec::new();
            let mut erasures = Vec::new();
            for write in iter::once(first).chain(queue.try_iter()).take(GROUP_MAX) {
                match write {
                    Write::Commit(batch, answer) => batches.push((batch, answer)),
                    Write::Erase(answer) => erasures.push(answer),
                }
            }
            if !batches.is_empty() {
                self.commit(batches);
            }
            if !erasures.is_empty() {
                let outcome = self.erase();
                for answer in erasures {
                    let _ = answer.send(outcome.clone());
                }
            }
            if self.uncopied_bytes > UNCOPIED_BYTES_MAX {
                // What it could not copy stays in the WAL, and the next one tries again.
                let _ = self.checkpoint("PASSIVE");
            }
        }
        let _ = self.checkpoint("TRUNCATE");
    }

    fn commit(&mut self, group: Vec<(Batch, Answer<Committed>)>) {
        let (batches, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        match self.transact(batches) {
            Ok(outcomes) => {
                for ((committed, changes), answer) in outcomes.into_iter().zip(answers) {
                    self.feed.publish(changes);
                    let _ = answer.send(Ok(committed));
                }
            }
            Err(error) => {
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// One transaction for all batches. Nothing that it returns may be told before it has returned.
    fn transact(&mut self, batches: Vec<Batch>) -> Result<Vec<(Committed, Vec<Change>)>, Error> {
        let written_bytes: usize = batches
            .iter()
            .map(|batch| batch.bytes() + batch.operations() * PAGE_BYTES)
            .sum();
        let revision_before = self.revision;
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(|error| self.survive("beginning a transaction", &error))?;
        let mut revision = self.revision;
        let applied = apply_all(&self.connection, batches, &mut revision);
        let outcomes = applied.map_err(|error| {
            let answer = self.survive("writing", &error);
            self.roll_back();
            answer
        })?;
        if let Err(error) = self.connection.execute_batch("COMMIT") {
            if !is_full(&error) {
                self.die("COMMIT", &error);
            }
            self.roll_back();
            return Err(explain(&error));
        }
        self.revision = revision;
        self.transactions.fetch_add(1, Ordering::Relaxed);
        self.uncopied_bytes += written_bytes;
        self.scrub_due |= revision != revision_before;
        Ok(outcomes)
    }

    /// `secure_delete` zeroes a value where it stood, but not the copies that SQLite left in the unused middle of pages
    /// when it moved values between them; only writing every page anew does that. Then the WAL is emptied, and
    /// its new length made durable, or a power cut could bring the old one back.
    fn erase(&mut self) -> Result<(), Error> {
        if self.scrub_due {
            self.connection
                .execute_batch("VACUUM")
                .map_err(|error| self.survive("VACUUM", &error))?;
            self.scrub_due = false;
        }
        self.checkpoint("TRUNCATE")?;
        if let Err(error) = self.wal.sync_all() {
            self.die("fsync of the WAL", &error);
        }
        Ok(())
    }

    fn checkpoint(&mut self, mode: &str) -> Result<(), Error> {
        self.uncopied_bytes = 0;
        let busy =
            self.connection
                .query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
                    row.get(0)
                });
        match busy {
            Ok(false) => Ok(()),
            Ok(true) => Err(Error::Unavailable(
                "a reader stands in the way of the checkpoint".into(),
            )),
            Err(error) if is_full(&error) || is_busy(&error) => Err(explain(&error)),
            Err(error) => self.die("checkpoint", &error),
        }
    }

    fn roll_back(&self) {
        // SQLite has already rolled back by itself after some errors.
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            self.die("ROLLBACK", &error);
        }
    }

    /// What the callers learn of a failure that happened before the COMMIT, if the process may go on.
    fn survive(&self, doing: &str, error: &SqliteError) -> Error {
        if is_io(error) {
            self.die(doing, error);
        }
        explain(error)
    }

    fn die(&self, doing: &str, error: &impl Display) -> ! {
        (self.on_fatal)(&obituary(doing, error))
    }
}

/// Applies each batch to what the ones before it left, and raises `revision` for each that changed something.
fn apply_all(
    connection: &Connection,
    batches: Vec<Batch>,
    revision: &mut Revision,
) -> rusqlite::Result<Vec<(Committed, Vec<Change>)>> {
    let before = *revision;
    let mut outcomes = Vec::with_capacity(batches.len());
    for batch in batches {
        // Checked before the first write, so that a conflict has nothing to undo.
        if !expectations_hold(connection, &batch)? {
            outcomes.push((Committed::Conflict, Vec::new()));
            continue;
        }
        let changes = apply(connection, batch, *revision + 1)?;
        if !changes.is_empty() {
            *revision += 1;
        }
        outcomes.push((Committed::At(*revision), changes));
    }
    if *revision != before {
        connection
            .prepare_cached("UPDATE store SET revision = ?1")?
            .execute([*revision])?;
    }
    Ok(outcomes)
}

fn expectations_hold(connection: &Connection, batch: &Batch) -> rusqlite::Result<bool> {
    let mut query = connection.prepare_cached("SELECT revision FROM kv WHERE key = ?1")?;
    for (key, expected) in &batch.expect {
        let found: Option<Revision> = query.query_row([key], |row| row.get(0)).optional()?;
        if found.unwrap_or(ABSENT) != *expected {
            return Ok(false);
        }
    }
    Ok(true)
}

fn apply(
    connection: &Connection,
    batch: Batch,
    revision: Revision,
) -> rusqlite::Result<Vec<Change>> {
    let mut changes = Vec::with_capacity(batch.put.len() + batch.delete.len());
    let mut delete = connection.prepare_cached("DELETE FROM kv WHERE key = ?1")?;
    for key in batch.delete {
        if delete.execute([&key])? > 0 {
            changes.push(Change {
                key,
                revision,
                kind: ChangeKind::Delete,
            });
        }
    }
    let mut put = connection.prepare_cached(PUT)?;
    for (key, value) in batch.put {
        put.execute(params![key, value, revision])?;
        changes.push(Change {
            key,
            revision,
            kind: ChangeKind::Put,
        });
    }
    Ok(changes)
}

const PUT: &str = "
    INSERT INTO kv VALUES (?1, ?2, ?3)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision
";

/// How long a checkpoint waits for readers, and all changes with it: enough for those of this process. A foreign one, such as a
/// program that copies the file, may take minutes, and whoever wants the checkpoint tries again.
const LOCK_WAIT_MAX: Duration = Duration::from_millis(250);

/// Bounds the memory of one transaction; what is left in the queue is the next group.
const GROUP_MAX: usize = 1024;

/// SQLite's own default is 1,000 pages.
const UNCOPIED_BYTES_MAX: usize = 1000 * PAGE_BYTES;

const PAGE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::file;

    #[test]
    fn a_full_disk_undoes_the_group_and_is_survived() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(&folder.path().join("kv.db"));
        let first = writer.transact(vec![Batch::new().put("a", "1")]).unwrap();
        assert_eq!(first.first().unwrap().0, Committed::At(1));

        writer
            .connection
            .execute_batch("PRAGMA max_page_count = 20")
            .unwrap();
        let fits = || Batch::new().expect("b", ABSENT).put("b", "1");
        let too_much = Batch::new().put("c", vec![1; 200_000]);
        let failed = writer.transact(vec![fits(), too_much]).err();
        assert!(matches!(failed, Some(Error::Unavailable(_))), "{failed:?}");

        let outcomes = writer.transact(vec![fits()]).unwrap();
        assert_eq!(
            outcomes.first().unwrap().0,
            Committed::At(2),
            "the group left nothing"
        );
        assert_eq!(writer.transactions.load(Ordering::Relaxed), 2);
    }

    fn writer(path: &Path) -> Writer {
        let connection = file::open(path).unwrap();
        Writer::new(connection, path, Feed::new(), Arc::default(), |line| {
            panic!("{line}")
        })
        .unwrap()
    }
}
