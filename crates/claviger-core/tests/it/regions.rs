//! Multi-Region keys: what they share, what each has for itself, and how the one becomes the other.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html>

use serde_json::{Value, json};

use crate::scene::{ACCOUNT, DAY, REGION, Scene, code, key_id, refusal};

#[tokio::test]
async fn a_replica_opens_what_the_primary_sealed_and_the_other_way_round() {
    let (scene, key) = replicated().await;
    for (from, to) in [(REGION, EU), (EU, REGION), (AP, EU)] {
        let blob = encrypt(&scene, from, &key).await;
        let opened = scene
            .ok_in(to, "Decrypt", json!({"CiphertextBlob": blob}))
            .await;
        assert_eq!(opened["Plaintext"], "aGk=");
        assert_eq!(opened["KeyId"], json!(in_region(&key, to)));
        let other = scene.ok_in(to, "CreateKey", json!({})).await;
        let body = json!({
            "CiphertextBlob": blob, "DestinationKeyId": other["KeyMetadata"]["KeyId"],
            "SourceKeyId": in_region(&key, to),
        });
        let moved = scene.ok_in(to, "ReEncrypt", body).await;
        assert_eq!(moved["SourceKeyId"], json!(in_region(&key, to)));
    }
    // A key ARN is good in its own Region only, and a Region without a replica knows nothing.
    let named = json!({"KeyId": key});
    let answer = scene.call_in(EU, "DescribeKey", named).await;
    assert_eq!(code(&answer), "NotFoundException");
    let blob = encrypt(&scene, REGION, &key).await;
    let body = json!({"CiphertextBlob": blob});
    let answer = scene.call_in("us-west-2", "Decrypt", body).await;
    assert_eq!(code(&answer), "AccessDeniedException");
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_answer_to_replicate_key_is_that_of_aws() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"MultiRegion": true})).await;
    let tags = json!([{"TagKey": "a", "TagValue": "b"}]);
    let body = json!({"KeyId": key, "ReplicaRegion": EU, "Description": "d", "Tags": tags.clone()});
    let answer = scene.ok("ReplicateKey", body).await;
    let metadata = &answer["ReplicaKeyMetadata"];
    assert_eq!(metadata["Arn"], json!(in_region(&key, EU)));
    assert_eq!(metadata["KeyState"], "Creating");
    assert_eq!(metadata["Enabled"], false);
    assert_eq!(metadata["Description"], "d");
    assert_eq!(metadata.get("CurrentKeyMaterialId"), None);
    assert_eq!(
        metadata["MultiRegionConfiguration"],
        configuration(&key, "REPLICA", REGION, &[EU])
    );
    assert_eq!(answer["ReplicaTags"], tags);
    let policy = answer["ReplicaPolicy"].as_str().unwrap();
    assert!(policy.contains("Enable IAM User Permissions"), "{policy}");
    let events = scene.events();
    let [call, created, synchronized] = &events[events.len() - 3..] else {
        panic!("three events")
    };
    assert_eq!(call["eventName"], "ReplicateKey");
    assert_eq!(call["awsRegion"], REGION);
    assert_eq!(call["requestParameters"]["replicaRegion"], EU);
    assert_eq!(call["resources"][0]["ARN"], json!(key));
    let logged = &call["responseElements"]["replicaKeyMetadata"];
    assert_eq!(logged["keyState"], "Creating");
    assert_eq!(
        call["responseElements"]["replicaTags"],
        json!([{"tagKey": "a", "tagValue": "b"}])
    );
    assert_eq!(
        logged["multiRegionConfiguration"]["primaryKey"]["region"],
        REGION
    );
    let told = json!([{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key}]);
    assert_eq!(synchronized["eventName"], "SynchronizeMultiRegionKey");
    assert_eq!(synchronized["awsRegion"], REGION);
    assert_eq!(synchronized["resources"], told);
    assert_eq!(created["eventName"], "CreateKey");
    assert_eq!(created["awsRegion"], EU);
    on_behalf(created, call);
    assert_eq!(created["resources"][0]["ARN"], json!(in_region(&key, EU)));
    let asked = json!({
        "description": "d", "origin": "AWS_KMS", "bypassPolicyLockoutSafetyCheck": false,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT",
        "multiRegion": true, "tags": [{"tagKey": "a", "tagValue": "b"}],
    });
    assert_eq!(created["requestParameters"], asked);
    assert_eq!(created["responseElements"], json!({"keyMetadata": logged}));
    let untagged = json!({"KeyId": key, "ReplicaRegion": AP});
    scene.ok("ReplicateKey", untagged).await;
    let mut events = scene.events();
    events.retain(|event| event["eventName"] == "ReplicateKey");
    let elements = &events.last().unwrap()["responseElements"];
    assert_eq!(elements.get("replicaTags"), None, "{elements}");
}

/// KMS itself makes the caller's call in the other Region.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/ct-update-primary-region.html>
fn on_behalf(event: &Value, of: &Value) {
    let mut identity = of["userIdentity"].clone();
    identity["invokedBy"] = json!("kms.amazonaws.com");
    assert_eq!(event["userIdentity"], identity);
    for member in ["sourceIPAddress", "userAgent", "eventType"] {
        assert_eq!(event[member], of[member], "{member}");
    }
    assert_eq!(event["managementEvent"], json!(true));
    for member in ["requestID", "eventID"] {
        assert_ne!(event[member], of[member], "{member}");
    }
}

/// Each key has its own policy, tags, aliases, description, grants and state.
#[tokio::test]
async fn what_is_not_shared_stays_at_home() {
    let (scene, key) = replicated().await;
    let (here, there) = (json!({"KeyId": key}), json!({"KeyId": key_id(&key)}));
    let alias = json!({"AliasName": "alias/a", "TargetKeyId": key_id(&key)});
    scene.ok_in(EU, "CreateAlias", alias).await;
    let tags = json!({"KeyId": key_id(&key), "Tags": [{"TagKey": "a", "TagValue": "b"}]});
    scene.ok_in(EU, "TagResource", tags).await;
    scene.ok_in(EU, "DisableKey", there.clone()).await;
    assert_eq!(scene.key_state(&key).await, "Enabled");
    assert_eq!(state(&scene, EU, &key).await, "Disabled");
    let aliases = scene.ok("ListAliases", here.clone()).await;
    assert_eq!(aliases["Aliases"], json!([]));
    let tags = scene.ok("ListResourceTags", here).await;
    assert_eq!(tags["Tags"], json!([]));
    let body = json!({"KeyId": "alias/a", "Plaintext": "aGk="});
    let answer = scene.call_in(EU, "Encrypt", body).await;
    assert_eq!(code(&answer), "DisabledException");
    let listed = scene.ok_in(EU, "ListKeys", json!({})).await;
    assert_eq!(listed["Keys"][0]["KeyArn"], json!(in_region(&key, EU)));
}

#[tokio::test]
async fn only_a_primary_key_is_replicated_and_only_once_a_region() {
    let (scene, key) = replicated().await;
    let single = scene.new_key(json!({})).await;
    let unsupported = "UnsupportedOperationException";
    for (region, key, to, code, text) in [
        (
            EU,
            key_id(&key),
            "us-west-2",
            unsupported,
            format!("{} is not a multi-region primary key.", in_region(&key, EU)),
        ),
        (
            REGION,
            &single,
            EU,
            unsupported,
            format!("{single} is not a multi-region key."),
        ),
        (
            REGION,
            &key,
            EU,
            "AlreadyExistsException",
            "You can create only one replica of each primary key in each AWS Region.".to_owned(),
        ),
        (
            REGION,
            &key,
            REGION,
            unsupported,
            format!("{REGION} cannot have a replica because it contains the primary."),
        ),
        (
            REGION,
            &key,
            "cn-north-1",
            unsupported,
            "The replica key Region must be in the same AWS partition as the primary key Region."
                .to_owned(),
        ),
        (
            REGION,
            &key,
            "xx-nowhere-1",
            unsupported,
            "Region xx-nowhere-1 is not supported.".to_owned(),
        ),
    ] {
        let before = scene.at_rest.dump().await;
        let body = json!({"KeyId": key, "ReplicaRegion": to});
        let answer = scene.call_in(region, "ReplicateKey", body).await;
        assert_eq!(refusal(answer), (code.to_owned(), Some(text)));
        assert_eq!(scene.at_rest.dump().await, before);
    }
}

#[tokio::test]
async fn a_promoted_replica_is_the_primary_everywhere() {
    let (scene, key) = replicated().await;
    let blob = encrypt(&scene, REGION, &key).await;
    let body = json!({"KeyId": key, "PrimaryRegion": EU});
    scene.ok("UpdatePrimaryRegion", body.clone()).await;
    for (region, kind) in [(REGION, "REPLICA"), (EU, "PRIMARY"), (AP, "REPLICA")] {
        let expected = configuration(&key, kind, EU, &[AP, REGION]);
        assert_eq!(
            described(&scene, region, &key).await["MultiRegionConfiguration"],
            expected
        );
    }
    let mut events = scene.events();
    events.retain(|event| event["eventName"] == "UpdatePrimaryRegion");
    let [here, there] = events.as_slice() else {
        panic!("an event in each Region")
    };
    assert_eq!(
        (&here["awsRegion"], &there["awsRegion"]),
        (&json!(REGION), &json!(EU))
    );
    on_behalf(there, here);
    let old = json!([{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key}]);
    assert_eq!(here["resources"], old);
    let arn = in_region(&key, EU);
    let named = json!({"keyId": arn, "primaryRegion": EU});
    assert_eq!(there["requestParameters"], named);
    assert_eq!(there["responseElements"], json!({"keyId": arn}));
    assert_eq!(there.get("resources"), None);
    // What was the primary key is none any more.
    let answer = scene.call("UpdatePrimaryRegion", body).await;
    assert_eq!(code(&answer), "UnsupportedOperationException");
    for (to, expected) in [
        (EU, "NotFoundException"),
        ("us-west-2", "NotFoundException"),
        (AP, ""),
    ] {
        let body = json!({"KeyId": key_id(&key), "PrimaryRegion": to});
        let answer = scene.call_in(EU, "UpdatePrimaryRegion", body).await;
        assert_eq!(code(&answer), expected, "{to}");
    }
    // The first primary key goes, and with it nothing that the others need.
    scene
        .ok(
            "ScheduleKeyDeletion",
            json!({"KeyId": key, "PendingWindowInDays": 7}),
        )
        .await;
    scene.advance(8 * DAY).await;
    let scene = scene.restart().await;
    let opened = scene
        .ok_in(EU, "Decrypt", json!({"CiphertextBlob": blob}))
        .await;
    assert_eq!(opened["Plaintext"], "aGk=");
    let expected = configuration(&key, "REPLICA", AP, &[EU]);
    assert_eq!(
        described(&scene, EU, &key).await["MultiRegionConfiguration"],
        expected
    );
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// Both keys must be usable.
#[tokio::test]
async fn a_disabled_key_neither_is_nor_becomes_primary() {
    let (scene, key) = replicated().await;
    scene
        .ok_in(EU, "DisableKey", json!({"KeyId": key_id(&key)}))
        .await;
    let body = json!({"KeyId": key, "PrimaryRegion": EU});
    let answer = scene.call("UpdatePrimaryRegion", body).await;
    let text = format!("{} is disabled.", in_region(&key, EU));
    assert_eq!(
        refusal(answer),
        ("DisabledException".to_owned(), Some(text))
    );
    scene.ok("DisableKey", json!({"KeyId": key})).await;
    for (operation, member) in [
        ("UpdatePrimaryRegion", "PrimaryRegion"),
        ("ReplicateKey", "ReplicaRegion"),
    ] {
        let answer = scene
            .call(operation, json!({"KeyId": key, member: AP}))
            .await;
        assert_eq!(code(&answer), "DisabledException");
    }
}

#[tokio::test]
async fn a_primary_key_waits_for_its_replicas() {
    let (scene, key) = replicated().await;
    let blob = encrypt(&scene, AP, &key).await;
    let body = json!({"KeyId": key, "PendingWindowInDays": 9});
    let answer = scene.ok("ScheduleKeyDeletion", body.clone()).await;
    assert_eq!(
        answer,
        json!({"KeyId": key, "KeyState": "PendingReplicaDeletion", "PendingWindowInDays": 9})
    );
    let metadata = described(&scene, REGION, &key).await;
    assert_eq!(metadata["KeyState"], "PendingReplicaDeletion");
    assert_eq!(metadata["PendingDeletionWindowInDays"], 9);
    assert_eq!(metadata.get("DeletionDate"), None);
    scene.advance(40 * DAY).await;
    assert_eq!(scene.key_state(&key).await, "PendingReplicaDeletion");
    // It can be had back, and then waits anew.
    scene.ok("CancelKeyDeletion", json!({"KeyId": key})).await;
    assert_eq!(scene.key_state(&key).await, "Disabled");
    scene.ok("ScheduleKeyDeletion", body).await;
    for (region, days, left) in [
        (EU, 7, "PendingReplicaDeletion"),
        (AP, 8, "PendingDeletion"),
    ] {
        let body = json!({"KeyId": key_id(&key), "PendingWindowInDays": days});
        scene.ok_in(region, "ScheduleKeyDeletion", body).await;
        assert_eq!(scene.key_state(&key).await, "PendingReplicaDeletion");
        scene.advance(days * DAY).await;
        assert_eq!(scene.key_state(&key).await, left);
    }
    let metadata = described(&scene, REGION, &key).await;
    let date = scene.core.clock.now().epoch_seconds() + i64::from(9 * DAY);
    assert_eq!(metadata["DeletionDate"].as_f64().unwrap() as i64, date);
    assert_eq!(metadata.get("PendingDeletionWindowInDays"), None);
    scene.ok("CancelKeyDeletion", json!({"KeyId": key})).await;
    scene.ok("EnableKey", json!({"KeyId": key})).await;
    scene.ok("Decrypt", json!({"CiphertextBlob": blob})).await;
    scene
        .ok(
            "ScheduleKeyDeletion",
            json!({"KeyId": key, "PendingWindowInDays": 7}),
        )
        .await;
    scene.advance(7 * DAY).await;
    assert_eq!(
        scene.at_rest.paths("key").await.len() + scene.at_rest.paths("material").await.len(),
        0
    );
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// A key in three Regions; the ARN of its primary.
pub(crate) async fn replicated() -> (Scene, String) {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"MultiRegion": true})).await;
    for region in [EU, AP] {
        scene
            .ok(
                "ReplicateKey",
                json!({"KeyId": key, "ReplicaRegion": region}),
            )
            .await;
    }
    (scene, key)
}

/// What DescribeKey says of the sets' keys.
pub(crate) fn configuration(key: &str, kind: &str, primary: &str, replicas: &[&str]) -> Value {
    let of = |region: &str| json!({"Arn": in_region(key, region), "Region": region});
    let replicas: Vec<Value> = replicas.iter().map(|region| of(region)).collect();
    json!({"MultiRegionKeyType": kind, "PrimaryKey": of(primary), "ReplicaKeys": replicas})
}

pub(crate) async fn described(scene: &Scene, region: &str, key: &str) -> Value {
    let body = json!({"KeyId": key_id(key)});
    scene.ok_in(region, "DescribeKey", body).await["KeyMetadata"].clone()
}

async fn state(scene: &Scene, region: &str, key: &str) -> Value {
    described(scene, region, key).await["KeyState"].clone()
}

pub(crate) async fn encrypt(scene: &Scene, region: &str, key: &str) -> Value {
    let body = json!({"KeyId": key_id(key), "Plaintext": "aGk="});
    scene.ok_in(region, "Encrypt", body).await["CiphertextBlob"].clone()
}

pub(crate) fn in_region(arn: &str, region: &str) -> String {
    format!("arn:aws:kms:{region}:{ACCOUNT}:key/{}", key_id(arn))
}

pub(crate) const EU: &str = "eu-west-1";
pub(crate) const AP: &str = "ap-south-1";
