use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use claviger_audit::verify::Verdict;
use claviger_audit::{Ack, Error, Log};

use crate::scene::{Scene, event};

#[tokio::test]
async fn each_event_of_a_round_is_a_line() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    record_beside_each_other(&log, 1..=9).await;
    record_beside_each_other(&log, 10..=10).await;
    drop(log);
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, 10)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_record_beside_each_other() {
    let scene = Scene::new();
    let (log, _) = scene.try_open(scene.settings(Ack::Fsync)).unwrap();
    for hundred in 0..8 {
        record_beside_each_other(&log, hundred * 100..=hundred * 100 + 49).await;
    }
    assert_eq!(log.durable_seq(), 400, "what is answered is on the disk");
    drop(log);
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, 400)
    );
}

#[tokio::test]
async fn the_line_of_a_call_that_nobody_waits_for_is_written() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    {
        let mut alone = pin!(log.record(event(1)));
        assert!(is_pending(alone.as_mut()).await);
    }
    // The one who would write goes; the other one does it.
    let mut other = Box::pin(log.record(event(3)));
    {
        let mut first = pin!(log.record(event(2)));
        assert!(is_pending(first.as_mut()).await);
        assert!(is_pending(other.as_mut()).await);
    }
    other.await.unwrap();
    drop(log);
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, 3)
    );
}

#[tokio::test]
async fn another_takes_the_place_of_the_one_who_waits_for_the_disk() {
    let scene = Scene::new();
    let (log, _) = scene.try_open(scene.settings(Ack::Fsync)).unwrap();
    let mut other = Box::pin(log.record(event(1)));
    {
        let mut first = pin!(log.record(event(2)));
        assert!(is_pending(first.as_mut()).await);
        assert!(is_pending(other.as_mut()).await);
        // Writes, and waits unless the disk was quicker.
        let _ = is_pending(first.as_mut()).await;
    }
    other.await.unwrap();
    assert_eq!(log.durable_seq(), 2);
}

#[tokio::test]
async fn a_thread_writes_to_two_logs_in_one_turn() {
    let (one, other) = (Scene::new(), Scene::new());
    let logs = [one.open().0, other.open().0];
    let recorded = tokio::join!(
        logs[0].record(event(1)),
        logs[1].record(event(2)),
        logs[0].record(event(3)),
        logs[1].record(event(4)),
    );
    for each in [recorded.0, recorded.1, recorded.2, recorded.3] {
        each.unwrap();
    }
    drop(logs);
    for scene in [one, other] {
        let report = scene.report();
        assert_eq!(
            (report.verdict(), report.nodes[0].lines),
            (Verdict::Proven, 2)
        );
    }
}

/// A runtime that stands still does not keep the line of a later one, on the same thread, from being written.
#[test]
fn a_round_outlives_the_runtime_that_it_began_on() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let first = runtime();
    let mut stopped = Box::pin(log.record(event(1)));
    assert!(first.block_on(is_pending(stopped.as_mut())));
    runtime().block_on(log.record(event(2))).unwrap();
    first.block_on(stopped).unwrap();
    drop(log);
    assert_eq!(scene.report().nodes[0].lines, 2);
}

#[tokio::test]
async fn all_of_a_round_that_cannot_be_written_are_told() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    log.shutdown();
    let (first, second) = tokio::join!(log.record(event(1)), log.record(event(2)));
    for refused in [first, second] {
        assert!(
            matches!(refused.as_ref().map_err(Arc::as_ref), Err(Error::Closed)),
            "{refused:?}"
        );
    }
    drop(log);
    assert_eq!(scene.report().nodes[0].lines, 0);
}

async fn record_beside_each_other(log: &Log, numbers: std::ops::RangeInclusive<u64>) {
    let tasks: Vec<_> = numbers
        .map(|number| {
            let log = log.clone();
            tokio::spawn(async move { log.record(event(number)).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

async fn is_pending<T>(mut work: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
    poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx).is_pending())).await
}
