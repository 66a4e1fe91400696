//! Every engine passes the conformance suite.

#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    reason = "a test may fail loudly"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use claviger_store::{Faulty, Kv, Memory, Sqlite, conformance, end_process};

#[tokio::test]
async fn memory() {
    conformance::run(async || Arc::new(Memory::new()) as Arc<dyn Kv>).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let made = AtomicU32::new(0);
    conformance::run(async || {
        let path = folder
            .path()
            .join(made.fetch_add(1, Ordering::Relaxed).to_string());
        Arc::new(Sqlite::open(path, end_process).unwrap()) as Arc<dyn Kv>
    })
    .await;
}

#[tokio::test]
async fn faulty_without_faults() {
    conformance::run(async || Arc::new(Faulty::new(Arc::new(Memory::new()))) as Arc<dyn Kv>).await;
}
