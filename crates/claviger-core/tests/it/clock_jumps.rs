//! The wall clock is set wrongly, by hand, by a time server or by a machine that woke up: nothing is destroyed before its date.

use claviger_core::jobs;
use serde_json::{Value, json};

use crate::{
    ceremony::{expiring, imported_key},
    scene::{DAY, Scene, set_clock_ahead, wait_seconds},
};

#[tokio::test]
async fn no_jump_destroys_before_the_time_has_passed() {
    let jumps = JUMPS.into_iter().flat_map(|seconds| [seconds, -seconds]);
    // Each round takes ten days.
    for (jump, valid_to) in jumps.zip((1..).map(|round| expiring(round * 10 * DAY))) {
        let scene = Scene::new().await;
        let (expiring, _) = imported_key(&scene, &[1; 32], valid_to).await;
        let blob = encrypt(&scene, &expiring).await;
        let leaving = scheduled(&scene).await;
        set_clock_ahead(jump);
        for _ in 0..3 {
            wait_seconds(i64::from(DAY));
            jobs::run_due(&scene.core).await.unwrap();
        }
        assert_eq!(scene.key_state(&leaving).await, "PendingDeletion");
        set_clock_ahead(-jump);
        jobs::run_due(&scene.core).await.unwrap();
        let body = json!({"CiphertextBlob": blob});
        assert_eq!(scene.ok("Decrypt", body).await["Plaintext"], "aGk=");
        wait_seconds(i64::from(4 * DAY));
        jobs::run_due(&scene.core).await.unwrap();
        let gone = scene.call("DescribeKey", json!({"KeyId": leaving})).await;
        assert_eq!(gone.unwrap_err().code(), "NotFoundException", "{jump}");
        wait_seconds(i64::from(3 * DAY));
        jobs::run_due(&scene.core).await.unwrap();
        assert_eq!(scene.at_rest.paths("material").await.len(), 0, "{jump}");
    }
}

#[tokio::test]
async fn a_deletion_that_waits_can_be_cancelled() {
    let scene = Scene::new().await;
    let key = scheduled(&scene).await;
    set_clock_ahead(TEN_YEARS);
    jobs::run_due(&scene.core).await.unwrap();
    scene.ok("CancelKeyDeletion", json!({"KeyId": key})).await;
    wait_seconds(i64::from(8 * DAY));
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(scene.key_state(&key).await, "Disabled");
}

/// Otherwise its date would be in the past as the clock is put right.
#[tokio::test]
async fn a_waiting_period_that_begins_while_the_clock_is_behind_is_whole() {
    let scene = Scene::new().await;
    set_clock_ahead(-TEN_YEARS);
    let key = scheduled(&scene).await;
    let (primary, replica) = primary_that_waits(&scene).await;
    set_clock_ahead(TEN_YEARS);
    wait_seconds(i64::from(7 * DAY - 1));
    jobs::run_due(&scene.core).await.unwrap();
    for waiting in [&key, &replica] {
        let region = waiting.split(':').nth(3).unwrap();
        let described = scene.ok_in(region, "DescribeKey", json!({"KeyId": waiting}));
        assert_eq!(
            described.await["KeyMetadata"]["KeyState"],
            "PendingDeletion"
        );
    }
    set_clock_ahead(-TEN_YEARS);
    wait_seconds(1);
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(
        scene.key_state(&key).await,
        "PendingDeletion",
        "the clock says so"
    );
    set_clock_ahead(TEN_YEARS);
    jobs::run_due(&scene.core).await.unwrap();
    let gone = scene.call("DescribeKey", json!({"KeyId": key})).await;
    assert_eq!(gone.unwrap_err().code(), "NotFoundException");
    // The replica went as well; now the primary key's own days begin.
    assert_eq!(scene.key_state(&primary).await, "PendingDeletion");
    wait_seconds(i64::from(7 * DAY));
    jobs::run_due(&scene.core).await.unwrap();
    let gone = scene.call("DescribeKey", json!({"KeyId": primary})).await;
    assert_eq!(gone.unwrap_err().code(), "NotFoundException");
}

/// A start has nothing else to believe; and a machine that began with a wrong clock is mended by a restart.
#[tokio::test]
async fn a_start_believes_the_wall_clock() {
    let scene = Scene::new().await;
    let key = scheduled(&scene).await;
    set_clock_ahead(i64::from(8 * DAY));
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(scene.key_state(&key).await, "PendingDeletion");
    let scene = scene.restart().await;
    jobs::run_due(&scene.core).await.unwrap();
    let gone = scene.call("DescribeKey", json!({"KeyId": key})).await;
    assert_eq!(gone.unwrap_err().code(), "NotFoundException");
}

#[tokio::test]
async fn a_jump_moves_no_rotation() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let body = json!({"KeyId": key, "RotationPeriodInDays": 90});
    scene.ok("EnableKeyRotation", body).await;
    set_clock_ahead(TEN_YEARS);
    jobs::run_due(&scene.core).await.unwrap();
    set_clock_ahead(-TEN_YEARS);
    for rotations in [0, 1, 2] {
        let listed = scene.ok("ListKeyRotations", json!({"KeyId": key})).await;
        assert_eq!(listed["Rotations"].as_array().unwrap().len(), rotations);
        wait_seconds(i64::from(90 * DAY));
        jobs::run_due(&scene.core).await.unwrap();
    }
}

/// A key whose seven days begin.
async fn scheduled(scene: &Scene) -> String {
    let key = scene.new_key(json!({})).await;
    schedule(scene, "us-east-1", &key).await;
    key
}

/// A primary key that waits for its replica, which waits for its date; and the replica.
async fn primary_that_waits(scene: &Scene) -> (String, String) {
    let primary = scene.new_key(json!({"MultiRegion": true})).await;
    let body = json!({"KeyId": primary, "ReplicaRegion": "eu-west-1"});
    let replicated = scene.ok("ReplicateKey", body).await;
    let replica = replicated["ReplicaKeyMetadata"]["Arn"].as_str().unwrap();
    schedule(scene, "us-east-1", &primary).await;
    schedule(scene, "eu-west-1", replica).await;
    (primary, replica.to_owned())
}

async fn schedule(scene: &Scene, region: &str, key: &str) {
    let body = json!({"KeyId": key, "PendingWindowInDays": 7});
    let _ = scene.ok_in(region, "ScheduleKeyDeletion", body).await;
}

async fn encrypt(scene: &Scene, key: &str) -> Value {
    let body = json!({"KeyId": key, "Plaintext": "aGk="});
    scene.ok("Encrypt", body).await["CiphertextBlob"].clone()
}

const TEN_YEARS: i64 = 3_653 * 86_400;
const JUMPS: [i64; 3] = [3_600, 8 * 86_400, TEN_YEARS];
