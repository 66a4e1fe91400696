//! Rotation by the key's schedule, and what it and rotation on demand have to do with each other.

use claviger_core::jobs;
use claviger_store::{Call, Fault};
use serde_json::{Value, json};

use crate::{
    ceremony::imported_key,
    scene::{
        DAY, OTHER_ACCOUNT, REGION, START_MS, Scene, code, key_id, refusal, root, wait_seconds,
    },
};

/// A key with rotation every 90 days.
async fn rotating_key(scene: &Scene) -> String {
    let key = scene.new_key(json!({})).await;
    let body = json!({"KeyId": key, "RotationPeriodInDays": 90});
    assert_eq!(scene.ok("EnableKeyRotation", body).await, Value::Null);
    key
}

#[tokio::test]
async fn the_status_tells_the_schedule() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let off = json!({"KeyId": key_id(&key), "KeyRotationEnabled": false});
    assert_eq!(status(&scene, &key).await, off);
    let named = json!({"KeyId": key});
    scene.ok("EnableKeyRotation", named.clone()).await;
    assert_eq!(status(&scene, &key).await, on(&key, 365, 365));
    // Asked again, the period begins again; so does another one.
    scene.advance(10 * DAY).await;
    scene.ok("EnableKeyRotation", named.clone()).await;
    assert_eq!(status(&scene, &key).await, on(&key, 365, 375));
    let body = json!({"KeyId": key, "RotationPeriodInDays": 2560});
    scene.ok("EnableKeyRotation", body).await;
    assert_eq!(status(&scene, &key).await, on(&key, 2560, 2570));
    assert_eq!(scene.at_rest.paths("due").await.len(), 1);
    for _ in 0..2 {
        scene.ok("DisableKeyRotation", named.clone()).await;
        assert_eq!(status(&scene, &key).await, off);
    }
    assert_eq!(scene.at_rest.paths("due").await.len(), 0);
    for days in [89, 2561] {
        let body = json!({"KeyId": key, "RotationPeriodInDays": days});
        let refused = scene.call("EnableKeyRotation", body).await;
        assert_eq!(code(&refused), "ValidationException", "{days}");
    }
}

#[tokio::test]
async fn a_key_rotates_by_the_clock_for_its_life() {
    let scene = Scene::new().await;
    let key = rotating_key(&scene).await;
    let mut blobs = vec![encrypt(&scene, &key).await];
    let mut previous = describe(&scene, &key).await["CurrentKeyMaterialId"].clone();
    let mut scene = scene;
    for round in 1..=3 {
        scene.advance(90 * DAY - 1).await;
        assert_eq!(rotations(&scene, &key).await.len(), round - 1);
        // The due date is stored, and so is the clock.
        scene = scene.restart().await;
        scene.advance(1).await;
        let listed = rotations(&scene, &key).await;
        assert_eq!(listed.len(), round);
        let last = &listed[round - 1];
        assert_eq!(last["RotationType"], "AUTOMATIC");
        assert_eq!(last["KeyMaterialState"], "CURRENT");
        assert_eq!(last["RotationDate"], date(90 * round as i64));
        let current = describe(&scene, &key).await["CurrentKeyMaterialId"].clone();
        assert_eq!(last["KeyMaterialId"], current);
        assert_eq!(
            status(&scene, &key).await,
            on(&key, 90, 90 * (round as i64 + 1))
        );
        let events = scene.events();
        let event = named(&events, "RotateKey").pop().unwrap();
        assert_eq!(event["eventType"], "AwsServiceEvent");
        assert_eq!(event["managementEvent"], json!(true));
        assert_eq!(event["userIdentity"]["invokedBy"], "AWS Internal");
        assert_eq!(event["resources"][0]["ARN"], json!(key));
        assert_eq!(
            event["serviceEventDetails"],
            json!({
                "keyId": key_id(&key),
                "rotationType": "AUTOMATIC",
                "keyOrigin": "AWS_KMS",
                "previousKeyMaterialId": previous,
                "currentKeyMaterialId": current,
            })
        );
        previous = current;
        blobs.push(encrypt(&scene, &key).await);
    }
    scene.ok("DisableKeyRotation", json!({"KeyId": key})).await;
    scene.advance(91 * DAY).await;
    assert_eq!(rotations(&scene, &key).await.len(), 3);
    for blob in blobs {
        scene.ok("Decrypt", json!({"CiphertextBlob": blob})).await;
    }
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// A service that stood still for long makes up for it with one rotation, and the period begins anew.
#[tokio::test]
async fn missed_periods_are_one_rotation() {
    let scene = Scene::new().await;
    let key = rotating_key(&scene).await;
    scene.advance(300 * DAY).await;
    assert_eq!(rotations(&scene, &key).await.len(), 1);
    assert_eq!(status(&scene, &key).await, on(&key, 90, 390));
    // A little late is still the old schedule.
    scene.advance(100 * DAY).await;
    assert_eq!(status(&scene, &key).await, on(&key, 90, 480));
}

#[tokio::test]
async fn a_disabled_key_makes_up_for_its_rotation_when_enabled() {
    let scene = Scene::new().await;
    for (shut, opened) in [
        ("DisableKey", None),
        ("ScheduleKeyDeletion", Some("CancelKeyDeletion")),
    ] {
        let key = rotating_key(&scene).await;
        let body = json!({"KeyId": key});
        let scheduled = status(&scene, &key).await;
        scene.ok(shut, body.clone()).await;
        // A key that waits for its deletion shows nothing of it.
        let shown = status(&scene, &key).await;
        let shows = shut == "DisableKey";
        assert_eq!(shown["KeyRotationEnabled"], shows);
        assert_eq!(shown.get("NextRotationDate").is_some(), shows);
        scene.advance(29 * DAY).await;
        if let Some(operation) = opened {
            scene.ok(operation, body.clone()).await;
        }
        assert_eq!(status(&scene, &key).await, scheduled, "as it was");
        scene.advance(70 * DAY).await;
        assert_eq!(rotations(&scene, &key).await.len(), 0, "{shut}");
        scene.ok("EnableKey", body.clone()).await;
        assert_eq!(rotations(&scene, &key).await.len(), 1, "{shut}");
        scene.ok("EnableKey", body).await;
        scene.advance(1).await;
        assert_eq!(rotations(&scene, &key).await.len(), 1, "{shut}");
        assert_eq!(status(&scene, &key).await["KeyRotationEnabled"], true);
    }
    // Nothing was missed: the old schedule goes on.
    let key = rotating_key(&scene).await;
    let scheduled = status(&scene, &key).await;
    scene.ok("DisableKey", json!({"KeyId": key})).await;
    scene.advance(10 * DAY).await;
    scene.ok("EnableKey", json!({"KeyId": key})).await;
    assert_eq!(status(&scene, &key).await, scheduled);
    scene.advance(80 * DAY).await;
    assert_eq!(rotations(&scene, &key).await.len(), 1);
}

#[tokio::test]
async fn on_demand_leaves_the_schedule_alone() {
    let scene = Scene::new().await;
    let key = rotating_key(&scene).await;
    let body = json!({"KeyId": key});
    let rotated = scene.ok("RotateKeyOnDemand", body.clone()).await;
    assert_eq!(rotated, json!({"KeyId": key_id(&key)}));
    assert_eq!(status(&scene, &key).await, on(&key, 90, 90));
    // Close before the date it is refused.
    scene.advance(90 * DAY - 20 * 60).await;
    let refused = scene.call("RotateKeyOnDemand", body.clone()).await;
    assert_eq!(code(&refused), "ConflictException");
    scene.advance(20 * 60).await;
    scene.ok("RotateKeyOnDemand", body.clone()).await;
    let kinds: Vec<Value> = rotations(&scene, &key)
        .await
        .iter()
        .map(|entry| entry["RotationType"].clone())
        .collect();
    assert_eq!(kinds, ["ON_DEMAND", "AUTOMATIC", "ON_DEMAND"]);
    // Only those on demand count.
    for _ in 2..25 {
        scene.ok("RotateKeyOnDemand", body.clone()).await;
    }
    let refused = scene.call("RotateKeyOnDemand", body).await;
    assert_eq!(code(&refused), "LimitExceededException");
    scene.advance(90 * DAY).await;
    assert_eq!(rotations(&scene, &key).await.len(), 27);
}

#[tokio::test]
async fn imported_keys_rotate_only_on_demand() {
    let scene = Scene::new().await;
    let (key, _) = imported_key(&scene, &[1; 32], json!({})).await;
    let text = format!("{key} origin is EXTERNAL which is not valid for this operation.");
    let refused = ("UnsupportedOperationException".to_owned(), Some(text));
    let body = json!({"KeyId": key});
    for operation in ["EnableKeyRotation", "DisableKeyRotation"] {
        assert_eq!(
            refusal(scene.call(operation, body.clone()).await),
            refused,
            "{operation}"
        );
    }
    let off = json!({"KeyId": key_id(&key), "KeyRotationEnabled": false});
    assert_eq!(status(&scene, &key).await, off);
    scene.ok("DeleteImportedKeyMaterial", body.clone()).await;
    let answer = scene.call("GetKeyRotationStatus", body).await;
    assert_eq!(refusal(answer), refused);
}

/// AWS managed keys rotate every year, and their policy lets nobody change that.
#[tokio::test]
async fn aws_managed_keys_rotate_every_year() {
    let scene = Scene::new().await;
    let body = json!({"KeyId": "alias/aws/s3"});
    let described = scene.ok("DescribeKey", body).await;
    let key = described["KeyMetadata"]["Arn"].as_str().unwrap();
    assert_eq!(status(&scene, key).await, on(key, 365, 365));
    let refused = scene
        .call("DisableKeyRotation", json!({"KeyId": key}))
        .await;
    assert_eq!(code(&refused), "AccessDeniedException");
    scene.advance(365 * DAY).await;
    assert_eq!(rotations(&scene, key).await.len(), 1);
}

#[tokio::test]
async fn another_account_may_read_the_status_and_no_more() {
    let scene = Scene::new().await;
    let key = rotating_key(&scene).await;
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": {"AWS": [
            "arn:aws:iam::111122223333:root", format!("arn:aws:iam::{OTHER_ACCOUNT}:root"),
        ]},
    }]});
    let body = json!({"KeyId": key, "Policy": policy.to_string()});
    scene.ok("PutKeyPolicy", body).await;
    let body = json!({"KeyId": key}).to_string();
    let other = root(OTHER_ACCOUNT);
    for (operation, expected) in [
        ("GetKeyRotationStatus", ""),
        ("ListKeyRotations", "AccessDeniedException"),
        ("EnableKeyRotation", "AccessDeniedException"),
        ("DisableKeyRotation", "AccessDeniedException"),
        ("RotateKeyOnDemand", "AccessDeniedException"),
    ] {
        let answer = scene.send(&other, operation, body.clone()).await;
        assert_eq!(code(&answer), expected, "{operation}");
    }
    let key = scene.new_key(json!({})).await;
    let body = json!({"KeyId": key}).to_string();
    let answer = scene.send(&other, "GetKeyRotationStatus", body).await;
    assert_eq!(code(&answer), "AccessDeniedException");
}

/// A key that rotated for decades has more materials than one batch destroys.
#[tokio::test]
async fn a_deleted_key_leaves_none_of_its_materials() {
    let scene = Scene::new().await;
    let key = rotating_key(&scene).await;
    for _ in 0..210 {
        scene.advance(90 * DAY).await;
    }
    assert_eq!(scene.at_rest.paths("material").await.len(), 211);
    let body = json!({"KeyId": key, "PendingWindowInDays": 7});
    scene.ok("ScheduleKeyDeletion", body).await;
    wait_seconds(i64::from(8 * DAY));
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(scene.at_rest.paths("material").await, Vec::<String>::new());
    assert_eq!(scene.at_rest.paths("due").await, Vec::<String>::new());
    let events = scene.events();
    assert_eq!(named(&events, "DeleteKey").len(), 1);
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// What was destroyed does not come back, so the key does not either.
#[tokio::test]
async fn a_key_is_not_revived_between_the_steps_of_its_destruction() {
    let scene = Scene::new().await;
    let key = rotating_key(&scene).await;
    for _ in 0..210 {
        scene.advance(90 * DAY).await;
    }
    let body = json!({"KeyId": key, "PendingWindowInDays": 7});
    scene.ok("ScheduleKeyDeletion", body).await;
    wait_seconds(i64::from(8 * DAY));
    // The second step is not reached.
    let faulty = &scene.at_rest.faulty;
    faulty.inject(Call::Commit, 2, Fault::Conflict);
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(scene.at_rest.paths("material").await.len(), 11);
    let cancelled = scene.call("CancelKeyDeletion", json!({"KeyId": key})).await;
    assert_eq!(code(&cancelled), "NotFoundException");
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(scene.at_rest.paths("key").await, Vec::<String>::new());
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// Only the primary key is told to rotate; all that belong to it rotate with it, also when another becomes primary.
#[tokio::test]
async fn replicas_rotate_with_their_primary_key() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"MultiRegion": true})).await;
    let replica = key.replace(REGION, EU);
    let body = json!({"KeyId": key, "ReplicaRegion": EU});
    scene.ok("ReplicateKey", body).await;
    let body = json!({"KeyId": key, "RotationPeriodInDays": 90});
    scene.ok("EnableKeyRotation", body).await;
    scene.ok("RotateKeyOnDemand", json!({"KeyId": key})).await;
    let text = format!("{replica} is not a multi-region primary key.");
    let refused = ("UnsupportedOperationException".to_owned(), Some(text));
    let there = json!({"KeyId": replica});
    for operation in [
        "EnableKeyRotation",
        "DisableKeyRotation",
        "RotateKeyOnDemand",
    ] {
        let answer = scene.call_in(EU, operation, there.clone()).await;
        assert_eq!(refusal(answer), refused, "{operation}");
    }
    let mut expected = vec!["ON_DEMAND"];
    for days in [90, 180] {
        scene.advance(90 * DAY).await;
        expected.push("AUTOMATIC");
        let here = [
            status(&scene, &key).await,
            json!(rotations(&scene, &key).await),
        ];
        let body = there.clone();
        let shown = scene.ok_in(EU, "ListKeyRotations", body.clone()).await;
        let other = [
            scene.ok_in(EU, "GetKeyRotationStatus", body).await,
            shown["Rotations"].clone(),
        ];
        assert_eq!(here, other, "day {days}");
        let kinds = here[1].as_array().unwrap().iter();
        assert_eq!(
            kinds
                .map(|entry| &entry["RotationType"])
                .collect::<Vec<_>>(),
            expected,
            "day {days}"
        );
        // What is encrypted under the new material here opens there.
        let blob = encrypt(&scene, &key).await;
        let body = json!({"CiphertextBlob": blob});
        scene.ok_in(EU, "Decrypt", body).await;
        if days == 90 {
            let body = json!({"KeyId": key, "PrimaryRegion": EU});
            scene.ok("UpdatePrimaryRegion", body).await;
        }
    }
    assert_eq!(scene.at_rest.paths("due").await.len(), 1);
    let answer = scene
        .call("DisableKeyRotation", json!({"KeyId": key}))
        .await;
    assert_eq!(code(&answer), "UnsupportedOperationException");
    // A primary key that waits for its replicas shows no schedule; its replicas go on.
    scene.ok_in(EU, "ScheduleKeyDeletion", there.clone()).await;
    let waiting = scene.ok_in(EU, "GetKeyRotationStatus", there.clone()).await;
    assert_eq!(waiting["KeyRotationEnabled"], false);
    assert_eq!(status(&scene, &key).await["KeyRotationEnabled"], true);
    for operation in ["CancelKeyDeletion", "EnableKey", "DisableKeyRotation"] {
        scene.ok_in(EU, operation, there.clone()).await;
    }
    assert_eq!(scene.at_rest.paths("due").await.len(), 0);
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

async fn status(scene: &Scene, key: &str) -> Value {
    scene
        .ok("GetKeyRotationStatus", json!({"KeyId": key}))
        .await
}

/// The status of a key whose next rotation is so many days after the beginning.
fn on(key: &str, period_days: u32, next_days: i64) -> Value {
    json!({
        "KeyId": key_id(key),
        "KeyRotationEnabled": true,
        "RotationPeriodInDays": period_days,
        "NextRotationDate": date(next_days),
    })
}

fn date(days: i64) -> Value {
    let seconds = START_MS / 1000 + days * i64::from(DAY);
    json!(seconds as f64)
}

async fn rotations(scene: &Scene, key: &str) -> Vec<Value> {
    let body = json!({"KeyId": key, "Limit": 1000});
    scene.ok("ListKeyRotations", body).await["Rotations"]
        .as_array()
        .unwrap()
        .clone()
}

async fn describe(scene: &Scene, key: &str) -> Value {
    scene.ok("DescribeKey", json!({"KeyId": key})).await["KeyMetadata"].clone()
}

async fn encrypt(scene: &Scene, key: &str) -> Value {
    let body = json!({"KeyId": key, "Plaintext": "aGk="});
    scene.ok("Encrypt", body).await["CiphertextBlob"].clone()
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["eventName"] == name)
        .collect()
}

const EU: &str = "eu-west-1";
