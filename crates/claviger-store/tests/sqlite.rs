//! What the embedded engine promises beyond the contract: its file, its erasures, its groups, its end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::fs;
use std::future::poll_fn;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::task::Poll;
use std::time::Duration;

use claviger_store::{Batch, Committed, Error, Kv, Revision, Sqlite};
use rusqlite::Connection;
use tempfile::TempDir;

#[tokio::test]
async fn keeps_everything_over_a_restart() {
    let (folder, path) = place();
    let last = {
        let kv = open(&path);
        commit(&kv, Batch::new().put("a", "1")).await;
        commit(&kv, Batch::new().put("b", "2").delete("a")).await
    };
    assert_eq!(
        file_names(&folder),
        ["kv.db"],
        "the WAL went into the database at the orderly end"
    );

    let kv = open(&path);
    assert_eq!(kv.get(b"a").await.unwrap(), None);
    let entry = kv.get(b"b").await.unwrap().unwrap();
    assert_eq!((entry.value.as_slice(), entry.revision), (&b"2"[..], last));
    let next = commit(&kv, Batch::new().expect("b", last).put("b", "3")).await;
    assert_eq!(next, last + 1, "revisions go on where they were");
    kv.integrity_check().await.unwrap();
}

#[tokio::test]
async fn finishes_what_is_queued_before_it_ends() {
    let (_folder, path) = place();
    let kv = open(&path);
    for number in 0..200 {
        // Polled once, which queues it, and then abandoned.
        let pending = kv.commit(Batch::new().put(format!("{number}"), ""));
        let _ = tokio::time::timeout(Duration::ZERO, pending).await;
    }
    drop(kv);
    assert_eq!(open(&path).scan(b"", None, 1000).await.unwrap().len(), 200);
}

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    let (folder, path) = place();
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let kv = open(&path);
    commit(&kv, Batch::new().put("a", "1")).await;
    assert_eq!(file_names(&folder), ["kv.db", "kv.db-shm", "kv.db-wal"]);
    for name in file_names(&folder) {
        let mode = fs::metadata(folder.path().join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn refuses_other_schemas_and_foreign_files() {
    let (_folder, path) = place();
    commit(&open(&path), Batch::new().put("a", "1")).await;

    alter(&path, "PRAGMA user_version = 2");
    assert_eq!(
        refusal(&path),
        Error::Refused("the file has schema version 2, not 1".into())
    );
    alter(&path, "PRAGMA user_version = 1");
    assert_eq!(
        open(&path).get(b"a").await.unwrap().unwrap().value,
        b"1",
        "it was left untouched"
    );

    let (_folder, path) = place();
    alter(&path, "CREATE TABLE addresses (street TEXT)");
    assert_eq!(
        refusal(&path),
        Error::Refused("the file is not a Claviger store".into())
    );
}

#[tokio::test]
async fn damage_is_told_and_never_panics() {
    let (_folder, path) = place();
    fs::write(
        &path,
        b"not a database, but long enough to hold the header of one".repeat(100),
    )
    .unwrap();
    assert!(matches!(refusal(&path), Error::Corrupt(_)));

    let (_folder, path) = place();
    {
        let kv = open(&path);
        for number in 0..100 {
            commit(
                &kv,
                Batch::new().put(format!("k{number:03}"), vec![7; 1000]),
            )
            .await;
        }
    }
    // The pages behind the schema's now hold nothing that a tree could be made of.
    let mut bytes = fs::read(&path).unwrap();
    bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0xee);
    fs::write(&path, bytes).unwrap();
    match Sqlite::open(&path, panic_with) {
        Err(error) => assert!(matches!(error, Error::Corrupt(_)), "{error:?}"),
        Ok(kv) => {
            assert!(matches!(kv.get(b"k001").await, Err(Error::Corrupt(_))));
            assert!(matches!(
                kv.scan(b"", None, 1000).await,
                Err(Error::Corrupt(_))
            ));
            assert!(matches!(
                kv.commit(Batch::new().put("k001", "")).await,
                Err(Error::Corrupt(_))
            ));
            assert!(matches!(kv.integrity_check().await, Err(Error::Corrupt(_))));
        }
    }
}

#[tokio::test]
async fn a_revision_from_nowhere_fails_the_integrity_check() {
    let (_folder, path) = place();
    commit(&open(&path), Batch::new().put("a", "1")).await;
    alter(&path, "UPDATE kv SET revision = 99");
    assert!(matches!(
        open(&path).integrity_check().await,
        Err(Error::Corrupt(_))
    ));
}

/// Values of many sizes come and go in an order that makes SQLite move them between pages, where it leaves copies.
#[tokio::test]
async fn erased_values_are_in_no_file() {
    let (folder, path) = place();
    let kv = open(&path);
    for round in 0..20_usize {
        for number in 0..60_usize {
            let key = (number * 7919 + round * 31) % 997;
            let size = (key * 37 + round * 101) % 1500;
            commit(&kv, Batch::new().put(format!("{key}"), secret(size))).await;
        }
        for key in (round % 3..997).step_by(3) {
            commit(&kv, Batch::new().delete(format!("{key}"))).await;
        }
    }
    assert!(secrets_in(&folder) > 0, "the search finds what is there");
    for entry in kv.scan(b"", None, 1000).await.unwrap() {
        commit(&kv, Batch::new().put(entry.key, "harmless")).await;
    }
    kv.erase().await.unwrap();
    assert_eq!(secrets_in(&folder), 0);

    commit(&kv, Batch::new().put("late", secret(5000))).await;
    commit(&kv, Batch::new().delete("late")).await;
    kv.erase().await.unwrap();
    assert_eq!(secrets_in(&folder), 0);
    kv.integrity_check().await.unwrap();
}

/// `.cargo/config.toml` builds it so. Otherwise SQLite makes an fsync of its own whose failure it ignores.
#[test]
fn sqlite_leaves_the_folder_to_us() {
    let connection = Connection::open_in_memory().unwrap();
    let query = "SELECT sqlite_compileoption_used('DISABLE_DIRSYNC')";
    assert!(
        connection
            .query_row(query, [], |row| row.get::<_, bool>(0))
            .unwrap()
    );
}

#[tokio::test]
async fn the_wal_does_not_grow_without_end() {
    let (folder, path) = place();
    let kv = open(&path);
    for _ in 0..40 {
        commit(&kv, Batch::new().put("same", vec![1; 1_000_000])).await;
    }
    let wal_bytes = fs::metadata(folder.path().join("kv.db-wal")).unwrap().len();
    assert!(wal_bytes < 16_000_000, "{wal_bytes}");
}

#[tokio::test]
async fn batches_that_wait_share_a_transaction() {
    let (_folder, path) = place();
    let kv = open(&path);
    let first = commit(&kv, Batch::new().put("contended", "")).await;
    let before = kv.transactions();

    // Another connection holds the write lock, as a slow disk would, until all are queued: the first poll of each does that.
    let lock = Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let commits = (0..300).map(|number| {
        let batch = Batch::new()
            .expect("contended", first)
            .put("contended", format!("{number}"));
        kv.commit(batch.put(format!("{number}"), ""))
    });
    let mut commits: Vec<_> = commits.collect();
    for commit in &mut commits {
        let queued = poll_fn(|cx| Poll::Ready(commit.as_mut().poll(cx).is_pending()));
        assert!(queued.await);
    }
    lock.execute_batch("ROLLBACK").unwrap();

    let mut outcomes = Vec::new();
    for commit in commits {
        outcomes.push(commit.await.unwrap());
    }
    let won = outcomes
        .iter()
        .filter(|outcome| **outcome != Committed::Conflict)
        .count();
    assert_eq!(
        won, 1,
        "each batch of a group is judged after the ones before it"
    );
    assert_eq!(kv.scan(b"", None, 1000).await.unwrap().len(), 2);
    let transactions = kv.transactions() - before;
    assert!(
        transactions < 20,
        "300 batches took {transactions} transactions"
    );
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kv.db");
    (folder, path)
}

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, panic_with).unwrap()
}

fn panic_with(line: &str) -> ! {
    panic!("{line}")
}

fn refusal(path: &Path) -> Error {
    Sqlite::open(path, panic_with).err().unwrap()
}

fn alter(path: &Path, statements: &str) {
    Connection::open(path)
        .unwrap()
        .execute_batch(statements)
        .unwrap();
}

async fn commit(kv: &Sqlite, batch: Batch) -> Revision {
    match kv.commit(batch).await.unwrap() {
        Committed::At(revision) => revision,
        Committed::Conflict => panic!("a conflict out of nowhere"),
    }
}

fn file_names(folder: &TempDir) -> Vec<String> {
    let files = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn secret(size: usize) -> Vec<u8> {
    SECRET
        .iter()
        .copied()
        .cycle()
        .take(SECRET.len() + size)
        .collect()
}

fn secrets_in(folder: &TempDir) -> usize {
    // A copy is searched: closing any handle of the database would drop the locks that SQLite holds in this process.
    let copy = tempfile::tempdir().unwrap();
    let status = Command::new("cp")
        .arg("-r")
        .arg(folder.path())
        .arg(copy.path())
        .status()
        .unwrap();
    assert!(status.success());
    let inside = copy.path().join(folder.path().file_name().unwrap());
    let files = fs::read_dir(inside)
        .unwrap()
        .map(|file| fs::read(file.unwrap().path()).unwrap());
    files
        .map(|bytes| {
            bytes
                .windows(SECRET.len())
                .filter(|window| *window == SECRET)
                .count()
        })
        .sum()
}

const SECRET: &[u8] = b"<sealed bytes that must go>";
