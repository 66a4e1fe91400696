use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use claviger_audit::Ack;
use claviger_audit::verify::Verdict;

use crate::scene::{NODE, Scene, event};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_ticket_is_redeemed() {
    let scene = Scene::new();
    let (log, _) = scene.try_open(scene.settings(Ack::Fsync)).unwrap();
    let mut tasks = Vec::new();
    for task in 0..16 {
        let log = log.clone();
        tasks.push(tokio::spawn(async move {
            for number in 0..20 {
                log.append(&event(task * 100 + number))
                    .unwrap()
                    .durable()
                    .await
                    .unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    drop(log);
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, 320)
    );
}

#[tokio::test]
async fn with_write_a_ticket_is_redeemed_at_once() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    let ticket = log.append(&event(1)).unwrap();
    let mut durable = std::pin::pin!(ticket.durable());
    let ready =
        std::future::poll_fn(|cx| std::task::Poll::Ready(durable.as_mut().poll(cx).is_ready()));
    assert!(ready.await);
}

static FATAL: AtomicBool = AtomicBool::new(false);

fn fatal(text: &str) -> ! {
    FATAL.store(true, Ordering::SeqCst);
    panic!("{text}")
}

#[tokio::test]
async fn a_failed_fsync_is_fatal_and_never_an_acknowledgement() {
    let scene = Scene::new();
    let mut settings = scene.settings(Ack::Fsync);
    settings.fatal = fatal;
    // The null device takes every write and refuses fdatasync.
    symlink(
        "/dev/null",
        scene.path().join(format!("{NODE}-{:020}.jsonl", 1)),
    )
    .unwrap();
    let (log, _) = scene.try_open(settings).unwrap();
    let ticket = log.append(&event(1)).unwrap();
    let start = Instant::now();
    while !FATAL.load(Ordering::SeqCst) {
        assert!(start.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let acknowledged = tokio::time::timeout(Duration::from_millis(100), ticket.durable()).await;
    assert!(acknowledged.is_err(), "{acknowledged:?}");
    let report = scene.report();
    assert_eq!(
        report.nodes[0].last_checkpoint.as_ref().unwrap().size,
        0,
        "nothing was signed"
    );
}
