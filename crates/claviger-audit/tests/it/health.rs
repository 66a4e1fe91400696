use std::process::Command;
use std::time::{Duration, Instant};

use claviger_audit::verify::Verdict;
use claviger_audit::{Ack, Error};

use crate::scene::{Scene, event};

/// The kernel's limit on file sizes stands in for a full disk: writes come short and then fail, until the limit is lifted.
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the test starts itself again and tells the two runs apart"
)]
fn a_log_that_cannot_be_written_fails_closed_and_recovers_by_itself() {
    if std::env::var(LIMITED).is_ok() {
        return fill_and_recover();
    }
    let name = "health::a_log_that_cannot_be_written_fails_closed_and_recovers_by_itself";
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

    let this = std::process::id().to_string();
    let lifted = Command::new("prlimit")
        .args(["--pid", &this, "--fsize=unlimited"])
        .status()
        .unwrap();
    assert!(lifted.success());
    let start = Instant::now();
    while !log.healthy() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "nobody appends, and still it recovers"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(log.append(&event(written + 1)).unwrap().seq(), written + 1);
    drop(log);
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, written + 1)
    );
}

const LIMITED: &str = "CLAVIGER_AUDIT_TEST_LIMITED";
