use std::process::Command;
use std::time::{Duration, Instant};

use claviger_audit::verify::Verdict;
use claviger_audit::{Ack, Error, Log};

use crate::scene::{Scene, event};

#[test]
fn a_log_that_cannot_be_written_fails_closed_and_recovers_by_itself() {
    on_small_files(
        "health::a_log_that_cannot_be_written_fails_closed_and_recovers_by_itself",
        fill_and_recover,
    );
}

#[test]
fn a_log_whose_checkpoints_cannot_be_written_fails_closed_and_recovers_by_itself() {
    on_small_files(
        "health::a_log_whose_checkpoints_cannot_be_written_fails_closed_and_recovers_by_itself",
        fill_checkpoints_and_recover,
    );
}

#[test]
fn a_log_whose_first_checkpoint_cannot_be_written_is_not_begun() {
    on_small_files(
        "health::a_log_whose_first_checkpoint_cannot_be_written_is_not_begun",
        begin_without_room,
    );
}

/// The kernel's limit on file sizes stands in for a full disk: writes come short and then fail, until the limit is lifted.
#[allow(
    clippy::disallowed_methods,
    reason = "the test starts itself again and tells the two runs apart"
)]
fn on_small_files(name: &str, test: fn()) {
    if std::env::var(LIMITED).is_ok() {
        return test();
    }
    let script = r#"trap "" XFSZ; exec "$0" "$@""#;
    let output = Command::new("prlimit")
        .args(["--fsize=20000:unlimited", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(LIMITED, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

fn begin_without_room() {
    let scene = Scene::new();
    limit_files_to("10:");
    let refused = scene.try_open(scene.settings(Ack::Write)).err();
    assert!(matches!(refused, Some(Error::Unwritable(_))), "{refused:?}");
    lift_the_limit();
    drop(scene.open());
    assert_eq!(scene.verdict(), Verdict::Proven);
}

fn fill_checkpoints_and_recover() {
    let scene = Scene::new();
    let mut settings = scene.settings(Ack::Write);
    settings.checkpoint_ms_max = 50;
    let (log, _) = scene.try_open(settings).unwrap();
    // Segments end before they are full; the checkpoints of all stand in one file.
    let mut written = 0;
    while log.healthy() {
        written = log.append(&event(written + 1)).unwrap().seq();
        scene.rotate(&log);
        assert!(written < 1000);
    }
    std::thread::sleep(Duration::from_millis(500));
    assert!(!log.healthy(), "they cannot be written yet");

    lift_the_limit();
    await_health(&log);
    written = log.append(&event(written + 1)).unwrap().seq();
    drop(log);
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, written)
    );
}

fn fill_and_recover() {
    let scene = Scene::new();
    let (log, _) = scene.try_open(scene.settings(Ack::Write)).unwrap();
    let mut written = 0;
    let refused = loop {
        match log.append(&event(written + 1)) {
            Ok(ticket) => written = ticket.seq(),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, Error::Unwritable(_)), "{refused}");
    assert!(written > 50, "{written}");
    assert!(!log.healthy());
    assert!(matches!(log.append(&event(0)), Err(Error::Unwritable(_))));
    std::thread::sleep(Duration::from_millis(500));
    assert!(!log.healthy(), "it cannot be written yet");

    lift_the_limit();
    await_health(&log);
    assert_eq!(log.append(&event(written + 1)).unwrap().seq(), written + 1);
    drop(log);
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, written + 1)
    );
}

fn lift_the_limit() {
    limit_files_to("unlimited");
}

fn limit_files_to(bytes: &str) {
    let this = std::process::id().to_string();
    let limited = Command::new("prlimit")
        .args(["--pid", &this, &format!("--fsize={bytes}")])
        .status()
        .unwrap();
    assert!(limited.success());
}

fn await_health(log: &Log) {
    let start = Instant::now();
    while !log.healthy() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "nobody appends, and still it recovers"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

const LIMITED: &str = "CLAVIGER_AUDIT_TEST_LIMITED";
