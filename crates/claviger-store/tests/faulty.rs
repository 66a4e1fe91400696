//! The faulty wrapper does what is asked of it, and a careful client survives it.

#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    reason = "a test may fail loudly"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use claviger_store::{ABSENT, Batch, Call, Committed, Error, Fault, Faulty, Kv, Memory};
use tokio::sync::Barrier;

#[tokio::test]
async fn fails_before_or_after_the_effect() {
    let kv = faulty();
    kv.inject(Call::Commit, 2, Fault::FailBefore);
    kv.inject(Call::Commit, 3, Fault::FailAfter);
    kv.inject(Call::Get, 1, Fault::FailBefore);
    assert_eq!(put(&kv, "a").await, Ok(Committed::At(1)));
    assert!(matches!(put(&kv, "b").await, Err(Error::Unavailable(_))));
    assert!(matches!(put(&kv, "c").await, Err(Error::Unavailable(_))));
    assert!(matches!(kv.get(b"a").await, Err(Error::Unavailable(_))));

    assert_eq!(kv.faults_left(), 0);
    assert!(kv.get(b"a").await.unwrap().is_some());
    assert!(kv.get(b"b").await.unwrap().is_none());
    assert!(kv.get(b"c").await.unwrap().is_some());
}

#[tokio::test]
async fn conflicts_only_where_a_conflict_can_be() {
    let kv = faulty();
    kv.inject(Call::Any, 1, Fault::Conflict);
    kv.inject(Call::Any, 1, Fault::Conflict);
    assert_eq!(kv.get(b"a").await, Ok(None));
    assert_eq!(put(&kv, "a").await, Ok(Committed::Conflict));
    assert_eq!(kv.get(b"a").await, Ok(None));
    assert_eq!(put(&kv, "a").await, Ok(Committed::At(1)));
}

#[tokio::test]
async fn delays() {
    let kv = faulty();
    kv.inject(Call::Scan, 1, Fault::Delay(Duration::from_millis(50)));
    let start = Instant::now();
    assert_eq!(kv.scan(b"", None, 1).await, Ok(Vec::new()));
    assert!(start.elapsed() >= Duration::from_millis(50));
}

/// The interleaving that caches fear: a reader that has read the old value is overtaken by a commit.
#[tokio::test]
async fn holds_a_slow_reader_until_it_is_released() {
    let kv = Arc::new(faulty());
    put(&kv, "a").await.unwrap();
    let barrier = Arc::new(Barrier::new(2));
    kv.inject(Call::Get, 1, Fault::MeetAfter(Arc::clone(&barrier)));
    let reader = tokio::spawn({
        let kv = Arc::clone(&kv);
        async move { kv.get(b"a").await }
    });
    barrier.wait().await;
    put(&kv, "a").await.unwrap();
    barrier.wait().await;
    assert_eq!(reader.await.unwrap().unwrap().unwrap().revision, 1);

    kv.inject(Call::Get, 1, Fault::MeetBefore(Arc::clone(&barrier)));
    let reader = tokio::spawn({
        let kv = Arc::clone(&kv);
        async move { kv.get(b"a").await }
    });
    barrier.wait().await;
    put(&kv, "a").await.unwrap();
    barrier.wait().await;
    assert_eq!(reader.await.unwrap().unwrap().unwrap().revision, 3);
}

/// A client that reads back after a failure applies its change exactly once, whichever call fails in whichever way.
#[tokio::test]
async fn reading_back_makes_a_change_happen_once() {
    for fault in [Fault::FailBefore, Fault::FailAfter, Fault::Conflict] {
        for nth in 1.. {
            let memory = Arc::new(Memory::new());
            let kv = Faulty::new(Arc::clone(&memory) as Arc<dyn Kv>);
            kv.inject(Call::Any, nth, fault.clone());
            for step in 1..=5 {
                advance(&kv, step).await;
            }
            let count = memory.get(b"count").await.unwrap().unwrap();
            assert_eq!(count.revision, 5, "{fault:?} at call {nth}");
            if kv.faults_left() > 0 {
                break;
            }
        }
    }
}

/// Makes the value `step` bytes long, from `step - 1`.
async fn advance(kv: &Faulty, step: usize) {
    loop {
        let Ok(current) = kv.get(b"count").await else {
            continue;
        };
        if current
            .as_ref()
            .is_some_and(|entry| entry.value.len() == step)
        {
            return;
        }
        let revision = current.map_or(ABSENT, |entry| entry.revision);
        let _ = kv
            .commit(
                Batch::new()
                    .expect("count", revision)
                    .put("count", vec![1; step]),
            )
            .await;
    }
}

fn faulty() -> Faulty {
    Faulty::new(Arc::new(Memory::new()))
}

async fn put(kv: &Faulty, key: &str) -> Result<Committed, Error> {
    kv.commit(Batch::new().put(key, "")).await
}
