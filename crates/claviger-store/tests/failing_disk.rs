//! A write that fails ends the process, and nothing is acknowledged after it.
//!
//! The test runs itself again as a process whose files may not grow beyond a limit. Other faults can be tried on the
//! same process by hand: set `COMMIT_UNTIL_FATAL` to a path and run this test's binary under
//! `strace -f -e inject=fdatasync,fsync:error=EIO:when=N`.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and read its environment"
)]

use std::path::Path;
use std::process::Command;

use claviger_store::{Batch, Kv, Sqlite, end_process};

#[tokio::test]
async fn nothing_is_acknowledged_after_a_failed_write() {
    if let Ok(path) = std::env::var(PATH) {
        return commit_until_fatal(Path::new(&path)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kv.db");
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "nothing_is_acknowledged_after_a_failed_write",
            "--nocapture",
        ])
        .env(PATH, &path)
        .output()
        .unwrap();
    let stderr = String::from_utf8(child.stderr).unwrap();
    assert_eq!(child.status.code(), Some(74), "EX_IOERR: {stderr}");
    assert!(stderr.contains("ending without acknowledging"), "{stderr}");

    let stdout = String::from_utf8(child.stdout).unwrap();
    let acknowledged = stdout
        .lines()
        .filter(|line| line.starts_with("committed "))
        .count();
    assert!((1..COMMITS).contains(&acknowledged), "{stdout}");
    let kept = Sqlite::open(&path, end_process)
        .unwrap()
        .scan(b"", None, COMMITS)
        .await
        .unwrap();
    assert!(
        kept.len() == acknowledged || kept.len() == acknowledged + 1,
        "{} kept",
        kept.len()
    );
}

async fn commit_until_fatal(path: &Path) {
    let kv = Sqlite::open(path, end_process).unwrap();
    for number in 0..COMMITS {
        let batch = Batch::new().put(format!("{number:04}"), vec![1; 10_000]);
        println!("committed {:?}", kv.commit(batch).await.unwrap());
        if number % 10 == 9 {
            kv.erase().await.unwrap();
            println!("erased");
        }
    }
}

const PATH: &str = "COMMIT_UNTIL_FATAL";

const COMMITS: usize = 30;
