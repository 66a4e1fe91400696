//! A write that fails ends the process, and nothing is acknowledged after it.
//!
//! The test runs itself again as a process whose files may not grow beyond a limit. Other faults can be tried on the
//! same process by hand: set `COMMIT_UNTIL_FATAL` to a path and run this test's binary under
//! `strace -f -e inject=fdatasync,fsync:error=EIO:when=N`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and read its environment"
)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use claviger_store::{Batch, Kv, Sqlite, end_process};

#[tokio::test]
async fn nothing_is_acknowledged_after_a_failed_write() {
    if let Ok(path) = std::env::var(PATH) {
        return commit_until_fatal(Path::new(&path)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kv.db");
    let child = on_a_failing_disk(&path).output().unwrap();
    let stderr = String::from_utf8(child.stderr).unwrap();
    assert_eq!(child.status.code(), Some(74), "EX_IOERR: {stderr}");
    assert!(stderr.contains("ending without acknowledging"), "{stderr}");

    let stdout = String::from_utf8(child.stdout).unwrap();
    let acknowledged: Vec<_> = stdout
        .lines()
        .filter_map(|line| line.split("committed ").nth(1))
        .collect();
    assert!((1..COMMITS).contains(&acknowledged.len()), "{stdout}");
    let kv = Sqlite::open(&path, end_process).unwrap();
    kv.integrity_check().await.unwrap();
    for key in acknowledged {
        assert!(
            kv.get(key.as_bytes()).await.unwrap().is_some(),
            "{key} was acknowledged and is lost"
        );
    }
}

#[test]
fn the_end_waits_for_no_reader_of_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    let (_reader, mut full) = std::io::pipe().unwrap();
    full.write_all(&[b'.'; PIPE_BYTES]).unwrap();
    let mut child = on_a_failing_disk(&folder.path().join("kv.db"))
        .stdout(Stdio::null())
        .stderr(full)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                child.kill().unwrap();
                panic!("it does not end");
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    assert_eq!(status.code(), Some(74), "EX_IOERR");
}

/// The other test of this file as a process of its own.
fn on_a_failing_disk(path: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "nothing_is_acknowledged_after_a_failed_write",
            "--nocapture",
        ])
        .env(PATH, path);
    command
}

async fn commit_until_fatal(path: &Path) {
    let kv = Sqlite::open(path, end_process).unwrap();
    for number in 0..COMMITS {
        let key = format!("{number:04}");
        match kv
            .commit(Batch::new().put(key.as_str(), vec![1; 10_000]))
            .await
        {
            Ok(_) => println!("committed {key}"),
            Err(error) => println!("refused {key}: {error}"),
        }
        if number % 10 == 9 {
            println!("erased: {:?}", kv.erase().await);
        }
    }
}

const PATH: &str = "COMMIT_UNTIL_FATAL";

const COMMITS: usize = 30;

/// What a pipe takes that nobody reads.
const PIPE_BYTES: usize = 65_536;
