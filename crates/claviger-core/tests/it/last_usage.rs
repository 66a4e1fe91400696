//! When keys were used last: who asks is told exactly, and calls that use keys write nothing.

use claviger_core::jobs;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::scene::{DAY, HOUR, START_MS, Scene, code, key_id, root, wait_seconds};

#[tokio::test]
async fn the_last_use_is_the_last_that_succeeded() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let created = json!(START_MS as f64 / 1000.0);
    let unused = json!({
        "KeyId": key_id(&key),
        "KeyLastUsage": {},
        "TrackingStartDate": created,
        "KeyCreationDate": created,
    });
    // Looking at a key is no use of it.
    for operation in ["DescribeKey", "ListGrants", "GetKeyLastUsage"] {
        scene.ok(operation, json!({"KeyId": key})).await;
    }
    assert_eq!(usage(&scene, &key).await, unused);
    let before = scene.at_rest.dump().await;
    wait_seconds(60);
    let request_id = Uuid::from_u128(7);
    let body = json!({"KeyId": key, "Plaintext": "aGk="}).to_string();
    let root = root("111122223333");
    scene
        .send_as(request_id, &root, "Encrypt", body.clone())
        .await
        .unwrap();
    let event = scene.events().pop().unwrap();
    let used = json!({
        "Operation": "Encrypt",
        "Timestamp": START_MS as f64 / 1000.0 + 60.0,
        "CloudTrailEventId": event["eventID"],
        "KmsRequestId": request_id.to_string(),
    });
    assert_eq!(usage(&scene, &key).await["KeyLastUsage"], used);
    // Neither a refusal nor a rehearsal counts.
    wait_seconds(60);
    for extra in [json!({"DryRun": true}), json!({"EncryptionAlgorithm": "X"})] {
        let mut body: Value = serde_json::from_str(&body).unwrap();
        let members = extra.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members);
        assert_ne!(code(&scene.call("Encrypt", body).await), "");
    }
    assert_eq!(usage(&scene, &key).await["KeyLastUsage"], used);
    assert_eq!(scene.at_rest.dump().await, before, "nothing was written");
}

#[tokio::test]
async fn re_encryption_is_a_use_of_both_keys() {
    let scene = Scene::new().await;
    let (from, to) = (
        scene.new_key(json!({})).await,
        scene.new_key(json!({})).await,
    );
    let body = json!({"KeyId": from, "Plaintext": "aGk="});
    let blob = scene.ok("Encrypt", body).await["CiphertextBlob"].clone();
    let body = json!({"CiphertextBlob": blob, "DestinationKeyId": to});
    scene.ok("ReEncrypt", body).await;
    for key in [from, to] {
        let usage = usage(&scene, &key).await;
        assert_eq!(usage["KeyLastUsage"]["Operation"], "ReEncrypt");
    }
}

#[tokio::test]
async fn a_job_writes_it_down_and_a_restart_remembers() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    encrypt(&scene, &key).await;
    let first = usage(&scene, &key).await;
    scene.advance(15 * 60 - 1).await;
    assert_eq!(notings(&scene), 0);
    scene.advance(1).await;
    assert_eq!(notings(&scene), 1);
    assert_eq!(usage(&scene, &key).await, first);
    let scene = scene.crash().await;
    assert_eq!(usage(&scene, &key).await, first);
    // An end in order writes down what is younger.
    encrypt(&scene, &key).await;
    let second = usage(&scene, &key).await;
    assert_ne!(second, first);
    let scene = scene.restart().await;
    assert_eq!(usage(&scene, &key).await, second);
    // Many keys are several batches.
    for _ in 0..33 {
        let key = scene.new_key(json!({})).await;
        encrypt(&scene, &key).await;
    }
    let before = notings(&scene);
    scene.advance(HOUR).await;
    assert_eq!(notings(&scene), before + 3);
    scene.advance(HOUR).await;
    assert_eq!(notings(&scene), before + 3, "nothing new");
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn uses_of_a_deleted_key_are_forgotten() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    encrypt(&scene, &key).await;
    let body = json!({"KeyId": key, "PendingWindowInDays": 7});
    scene.ok("ScheduleKeyDeletion", body).await;
    wait_seconds(i64::from(8 * DAY));
    for _ in 0..2 {
        jobs::run_due(&scene.core).await.unwrap();
    }
    let gone = scene.call("DescribeKey", json!({"KeyId": key})).await;
    assert_eq!(code(&gone), "NotFoundException");
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// `kms:TrailingDaysWithoutKeyUsage` counts whole days since the last use, or else since the creation.
#[tokio::test]
async fn policies_ask_for_the_days_without_use() {
    let scene = Scene::new().await;
    let root = "arn:aws:iam::111122223333:root";
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Principal": {"AWS": root},
            "Action": ["kms:DisableKey", "kms:ScheduleKeyDeletion"],
            "Resource": "*",
            "Condition": {"NumericLessThan": {"kms:TrailingDaysWithoutKeyUsage": "10"}},
        },
    ]});
    let key = scene.new_key(json!({"Policy": policy.to_string()})).await;
    let body = json!({"KeyId": key});
    assert!(denied(&scene, &body).await, "new");
    scene.advance(10 * DAY).await;
    assert!(!denied(&scene, &body).await, "never used");
    scene.ok("EnableKey", body.clone()).await;
    encrypt(&scene, &key).await;
    assert!(denied(&scene, &body).await, "used a moment ago");
    scene.advance(10 * DAY - 1).await;
    assert!(denied(&scene, &body).await, "a second too early");
    let scene = scene.restart().await;
    assert!(denied(&scene, &body).await, "after a restart");
    scene.advance(1).await;
    assert!(!denied(&scene, &body).await, "ten days later");
}

async fn denied(scene: &Scene, body: &Value) -> bool {
    let answer = scene.call("DisableKey", body.clone()).await;
    code(&answer) == "AccessDeniedException"
}

/// How often uses were written down.
fn notings(scene: &Scene) -> usize {
    let events = scene.events().into_iter();
    events
        .filter(|event| event["eventName"] == "RecordKeyUse")
        .count()
}

async fn usage(scene: &Scene, key: &str) -> Value {
    scene.ok("GetKeyLastUsage", json!({"KeyId": key})).await
}

async fn encrypt(scene: &Scene, key: &str) {
    let body = json!({"KeyId": key, "Plaintext": "aGk="});
    scene.ok("Encrypt", body).await;
}
