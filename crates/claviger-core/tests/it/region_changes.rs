//! Changes of what related keys share: rotations, races, and as many Regions as there are.

use std::{sync::Arc, time::Duration};

use claviger_core::jobs;
use claviger_model::Region;
use claviger_store::{Call, Fault};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::{
    regions::{AP, EU, configuration, described, encrypt, in_region, replicated},
    scene::{ACCOUNT, DAY, REGION, Scene, key_id, refusal},
};

/// The primary rotates for all, whoever that is.
#[tokio::test]
async fn a_rotation_is_everywhere_at_once() {
    let (scene, key) = replicated().await;
    let old = encrypt(&scene, EU, &key).await;
    let named = json!({"KeyId": key_id(&key)});
    for operation in [
        "RotateKeyOnDemand",
        "EnableKeyRotation",
        "DisableKeyRotation",
    ] {
        let text = format!("{} is not a multi-region primary key.", in_region(&key, EU));
        let answer = scene.call_in(EU, operation, named.clone()).await;
        assert_eq!(
            refusal(answer),
            ("UnsupportedOperationException".to_owned(), Some(text))
        );
    }
    scene.ok("RotateKeyOnDemand", named.clone()).await;
    same_material(&scene, &key, 1).await;
    let every = json!({"KeyId": key_id(&key), "RotationPeriodInDays": 90});
    scene.ok("EnableKeyRotation", every).await;
    for region in [REGION, EU, AP] {
        let status = scene
            .ok_in(region, "GetKeyRotationStatus", named.clone())
            .await;
        assert_eq!(status["RotationPeriodInDays"], 90, "{status}");
    }
    scene.advance(90 * DAY).await;
    same_material(&scene, &key, 2).await;
    let promote = json!({"KeyId": key, "PrimaryRegion": EU});
    scene.ok("UpdatePrimaryRegion", promote).await;
    scene.ok("DisableKey", named.clone()).await;
    scene.advance(90 * DAY).await;
    scene.ok("EnableKey", named).await;
    same_material(&scene, &key, 3).await;
    let told = scene
        .events()
        .into_iter()
        .filter(|event| event["eventName"] == "SynchronizeMultiRegionKey");
    let regions: Vec<Value> = told.map(|event| event["awsRegion"].clone()).collect();
    // Two replicas, two rotations by date and one on demand, one of them under another primary key.
    assert_eq!(regions, [REGION, REGION, REGION, REGION, REGION, EU]);
    for region in [REGION, EU, AP] {
        scene
            .ok_in(region, "Decrypt", json!({"CiphertextBlob": old}))
            .await;
    }
    assert_eq!(scene.at_rest.paths("material").await.len(), 4);
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// All three encrypt under one material, which is the newest of so many rotations.
async fn same_material(scene: &Scene, key: &str, rotations: usize) {
    let mut current = Vec::new();
    for region in [REGION, EU, AP] {
        let body = json!({"KeyId": key_id(key)});
        let listed = scene.ok_in(region, "ListKeyRotations", body).await["Rotations"].clone();
        let listed = listed.as_array().unwrap();
        assert_eq!(listed.len(), rotations, "{listed:?}");
        current.push(listed[rotations - 1]["KeyMaterialId"].clone());
        let blob = encrypt(scene, region, key).await;
        let opened = scene
            .ok_in(EU, "Decrypt", json!({"CiphertextBlob": blob}))
            .await;
        current.push(opened["KeyMaterialId"].clone());
    }
    current.dedup();
    assert_eq!(current.len(), 1, "{current:?}");
}

/// Every family of keys has replicas, and what one signs the other verifies.
#[tokio::test]
async fn replicas_of_every_family_are_the_same_key() {
    let scene = Scene::new().await;
    let message = json!({"Message": "aGk="});
    for (spec, usage, make, check, member, result) in [
        (
            "RSA_2048",
            "SIGN_VERIFY",
            ("Sign", "SigningAlgorithm", "RSASSA_PSS_SHA_256"),
            "Verify",
            "Signature",
            "SignatureValid",
        ),
        (
            "ECC_NIST_P256",
            "SIGN_VERIFY",
            ("Sign", "SigningAlgorithm", "ECDSA_SHA_256"),
            "Verify",
            "Signature",
            "SignatureValid",
        ),
        (
            "HMAC_256",
            "GENERATE_VERIFY_MAC",
            ("GenerateMac", "MacAlgorithm", "HMAC_SHA_256"),
            "VerifyMac",
            "Mac",
            "MacValid",
        ),
    ] {
        let body = json!({"MultiRegion": true, "KeySpec": spec, "KeyUsage": usage});
        let key = scene.new_key(body).await;
        scene
            .ok("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": EU}))
            .await;
        let (operation, algorithm, name) = make;
        let mut body = message.clone();
        body["KeyId"] = json!(key_id(&key));
        body[algorithm] = json!(name);
        let made = scene.ok(operation, body.clone()).await;
        body[member] = made[member].clone();
        assert_eq!(scene.ok_in(EU, check, body).await[result], true, "{spec}");
        if spec != "HMAC_256" {
            let named = json!({"KeyId": key_id(&key)});
            let here = scene.ok("GetPublicKey", named.clone()).await["PublicKey"].clone();
            assert_eq!(
                scene.ok_in(EU, "GetPublicKey", named).await["PublicKey"],
                here
            );
        }
    }
}

/// A reader in another Region that is slower than a change is not believed afterwards.
#[tokio::test]
async fn what_is_said_of_a_key_is_new_in_every_region() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        let (scene, key) = replicated().await;
        let scene = scene.restart().await;
        let barrier = Arc::new(Barrier::new(2));
        scene
            .at_rest
            .faulty
            .inject(Call::Get, 1, how(Arc::clone(&barrier)));
        let slow = described(&scene, EU, &key);
        let change = async {
            barrier.wait().await;
            let body = json!({"KeyId": key, "ReplicaRegion": "us-west-2"});
            scene.ok("ReplicateKey", body).await;
            barrier.wait().await;
        };
        let (_, ()) = tokio::join!(slow, change);
        for (region, kind) in [
            (REGION, "PRIMARY"),
            (EU, "REPLICA"),
            ("us-west-2", "REPLICA"),
        ] {
            let expected = configuration(&key, kind, REGION, &[AP, EU, "us-west-2"]);
            assert_eq!(
                described(&scene, region, &key).await["MultiRegionConfiguration"],
                expected
            );
        }
    }
}

/// Changes in all Regions at once wait for each other and not in a circle.
#[tokio::test]
async fn changes_of_related_keys_take_turns() {
    let (scene, key) = replicated().await;
    let named = json!({"KeyId": key_id(&key)});
    let promote = |region: &str| json!({"KeyId": key_id(&key), "PrimaryRegion": region});
    let replicate = |region: &str| json!({"KeyId": key_id(&key), "ReplicaRegion": region});
    for _ in 0..3 {
        let mut calls = tokio::task::JoinSet::new();
        for (region, operation, body) in [
            (REGION, "ReplicateKey", replicate("us-west-1")),
            (REGION, "UpdatePrimaryRegion", promote(EU)),
            (EU, "UpdatePrimaryRegion", promote(AP)),
            (AP, "UpdatePrimaryRegion", promote(REGION)),
            (EU, "DisableKey", named.clone()),
            (EU, "EnableKey", named.clone()),
            (
                AP,
                "UpdateKeyDescription",
                json!({"KeyId": key_id(&key), "Description": "d"}),
            ),
        ] {
            let handling = scene.handling(region, operation, body);
            calls.spawn(handling);
        }
        let all = tokio::time::timeout(Duration::from_secs(60), calls.join_all());
        for answer in all.await.expect("no circle") {
            let code = answer.as_ref().map_or_else(|error| error.code(), |_| "");
            let expected = [
                "",
                "UnsupportedOperationException",
                "DisabledException",
                "AlreadyExistsException",
            ];
            assert!(expected.contains(&code), "{answer:?}");
        }
        scene.ok_in(EU, "EnableKey", named.clone()).await;
    }
    let primary =
        described(&scene, REGION, &key).await["MultiRegionConfiguration"]["PrimaryKey"].clone();
    for region in [EU, AP] {
        let seen = described(&scene, region, &key).await;
        assert_eq!(seen["MultiRegionConfiguration"]["PrimaryKey"], primary);
    }
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// All that AWS's limits allow, in each Region: what they share changes in one batch all the same.
#[tokio::test]
async fn the_largest_keys_in_every_region_change_together() {
    let scene = Scene::new().await;
    let largest = largest_metadata();
    let mut body = largest.clone();
    body["MultiRegion"] = json!(true);
    let key = scene.new_key(body).await;
    let all = Region::aws_partition_names();
    for region in all.iter().filter(|region| **region != REGION) {
        let mut body = largest.clone();
        body["KeyId"] = json!(key);
        body["ReplicaRegion"] = json!(region);
        scene.ok("ReplicateKey", body).await;
    }
    scene.ok("RotateKeyOnDemand", json!({"KeyId": key})).await;
    same_material(&scene, &key, 1).await;
    let promote = json!({"KeyId": key, "PrimaryRegion": EU});
    scene.ok("UpdatePrimaryRegion", promote).await;
    let body = json!({"KeyId": key, "PendingWindowInDays": 7});
    scene.ok("ScheduleKeyDeletion", body).await;
    scene.advance(7 * DAY).await;
    assert_eq!(scene.at_rest.paths("key").await.len(), all.len() - 1);
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// Policy, description and tags of the greatest length, in letters that take four bytes each where AWS counts letters.
fn largest_metadata() -> Value {
    let letters = |count: usize| "\u{20000}".repeat(count);
    let policy = |padding: usize| {
        let statement = json!({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"});
        json!({"Version": "2012-10-17", "Id": "i".repeat(padding), "Statement": [statement]})
            .to_string()
    };
    let tags: Vec<Value> = (0..50)
        .map(|number| json!({"TagKey": format!("{number:02}{}", letters(126)), "TagValue": letters(256)}))
        .collect();
    json!({
        "Policy": policy(32_768 - policy(0).len()),
        "Description": letters(8_192),
        "Tags": tags,
    })
}

/// As many Regions as there are, in one batch each.
#[tokio::test]
async fn a_key_in_every_region_is_replicated_rotated_and_deleted() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"MultiRegion": true})).await;
    let all = Region::aws_partition_names();
    for region in all.iter().filter(|region| **region != REGION) {
        scene
            .ok(
                "ReplicateKey",
                json!({"KeyId": key, "ReplicaRegion": region}),
            )
            .await;
    }
    for name in 0..50 {
        let body = json!({"AliasName": format!("alias/{name}"), "TargetKeyId": key_id(&key)});
        scene.ok_in(EU, "CreateAlias", body).await;
    }
    let body = json!({"KeyId": key_id(&key), "PendingWindowInDays": 7});
    scene.ok_in(EU, "ScheduleKeyDeletion", body).await;
    scene.advance(7 * DAY).await;
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(scene.at_rest.paths("key").await.len(), all.len() - 1);
    assert_eq!(scene.at_rest.paths("alias").await.len(), 0);
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}
