//! A log that cannot be written: nobody gets an answer, nothing more is changed, and it recovers by itself.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use claviger_core::jobs;
use claviger_model::Operation;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::scene::{ACCOUNT, DAY, Scene, code, root, wait_seconds};

/// The kernel's limit on file sizes stands in for a full disk; it holds for a process, so the test starts itself again.
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the test starts itself again and tells the two runs apart"
)]
fn nothing_is_answered_or_changed_without_the_log() {
    if std::env::var(LIMITED).is_ok() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        return runtime.unwrap().block_on(fill_and_recover());
    }
    let name = "unwritable::nothing_is_answered_or_changed_without_the_log";
    let output = Command::new("prlimit")
        .args([
            "--fsize=60000:unlimited",
            "sh",
            "-c",
            r#"trap "" XFSZ; exec "$0" "$@""#,
        ])
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

async fn fill_and_recover() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let doomed = scene.new_key(json!({})).await;
    scene
        .ok(
            "ScheduleKeyDeletion",
            json!({"KeyId": doomed, "PendingWindowInDays": 7}),
        )
        .await;
    let written = fill(&scene, &key).await;
    check_that_all_is_refused(&scene, &key).await;
    lift_the_limit();
    let start = Instant::now();
    while !scene.core.audit_healthy() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "nobody appends, and still it recovers"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    // The next change of the key comes before any job: the log must keep the order of the two.
    scene
        .ok(
            "UpdateKeyDescription",
            json!({"KeyId": key, "Description": "last"}),
        )
        .await;
    jobs::run_due(&scene.core).await.unwrap();
    let gone = scene.call("DescribeKey", json!({"KeyId": doomed})).await;
    assert_eq!(
        code(&gone),
        "NotFoundException",
        "what was due is made up for"
    );
    let events = scene.events();
    for number in 1..=written {
        let own = events.iter().filter(|event| is_of(event, number));
        assert_eq!(own.count(), 1, "call {number} of {written}");
    }
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// Changes the key until the log is full; gives the number of the call that got no answer, although its change stands.
async fn fill(scene: &Scene, key: &str) -> u128 {
    for number in 1.. {
        let body = json!({"KeyId": key, "Description": format!("number {number}")});
        let answer = change(scene, number, body).await;
        if let Err(error) = answer {
            assert_eq!(error.code(), "KMSInternalException");
            assert!(number > 10, "{number}");
            return number;
        }
    }
    unreachable!("the log takes everything")
}

async fn check_that_all_is_refused(scene: &Scene, key: &str) {
    assert!(!scene.core.audit_healthy());
    let (stored, logged) = (scene.at_rest.dump().await, scene.at_rest.count_lines());
    for operation in Operation::ALL {
        for body in [json!({"KeyId": key}).to_string(), "{".to_owned()] {
            let answer = scene.send(&root(ACCOUNT), operation.name(), body).await;
            let error = answer.unwrap_err();
            assert_eq!(error.code(), "KMSInternalException", "{}", operation.name());
            let text = "The audit log cannot be written; no request is served until it can.";
            assert_eq!(error.message(), Some(text));
        }
    }
    wait_seconds(i64::from(8 * DAY));
    assert!(jobs::run_due(&scene.core).await.is_err());
    assert_eq!(scene.at_rest.dump().await, stored);
    // The log tries now and then whether it can be written again, and takes back what it wrote.
    assert_eq!(scene.at_rest.count_lines(), logged);
}

async fn change(scene: &Scene, number: u128, body: Value) -> crate::scene::Answer {
    let id = Uuid::from_u128(number);
    scene
        .send_as(id, &root(ACCOUNT), "UpdateKeyDescription", body.to_string())
        .await
}

fn is_of(event: &Value, number: u128) -> bool {
    event["requestID"] == json!(Uuid::from_u128(number).to_string())
}

fn lift_the_limit() {
    let this = std::process::id().to_string();
    let lifted = Command::new("prlimit")
        .args(["--pid", &this, "--fsize=unlimited"])
        .status();
    assert!(lifted.unwrap().success());
}

const LIMITED: &str = "CLAVIGER_CORE_TEST_LIMITED";
