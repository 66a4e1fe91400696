//! How much there can be: LimitExceededException.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>

use claviger_store::Batch;
use serde_json::json;

use crate::scene::{ACCOUNT, DAY, REGION, Scene, code, refusal};

const LIMIT: &str = "LimitExceededException";

/// 100,000 keys an account and Region, replicas too, AWS managed keys not; whatever their state.
#[tokio::test]
async fn keys() {
    let scene = Scene::new().await;
    let spread = json!({"MultiRegion": true});
    let body = json!({"KeyId": scene.new_key(spread).await, "ReplicaRegion": EU});
    let doomed = scene.new_key(json!({})).await;
    let schedule = json!({"KeyId": doomed, "PendingWindowInDays": 7});
    scene.ok("ScheduleKeyDeletion", schedule).await;
    let managed = json!({"KeyId": "alias/aws/ebs"});
    scene.ok("DescribeKey", managed).await;
    let at_rest = scene.stop().await;
    // Entries are only counted, not opened.
    for (region, there) in [(REGION, 2), (EU, 0)] {
        for first in (there..99_999).step_by(100) {
            let mut batch = Batch::new();
            for i in first..(first + 100).min(99_999) {
                batch = batch.put(
                    format!("listed-key/{ACCOUNT}/{region}/{i:036}"),
                    b"".as_slice(),
                );
            }
            at_rest.fill(batch).await;
        }
    }
    let scene = at_rest.start().await;
    scene.new_key(json!({})).await;
    let refused = scene.call("CreateKey", json!({})).await;
    assert_eq!(code(&refused), LIMIT);
    // Another Region has a quota of its own.
    scene.ok_in(EU, "CreateKey", json!({})).await;
    assert_eq!(code(&scene.call("ReplicateKey", body).await), LIMIT);
    // The key that waits for its deletion counts until it is gone.
    scene.advance(7 * DAY).await;
    scene.new_key(json!({})).await;
    assert_eq!(code(&scene.call("CreateKey", json!({})).await), LIMIT);
}

/// Fifty aliases a key, however they come to it.
#[tokio::test]
async fn aliases() {
    let scene = Scene::new().await;
    let (full, other) = (
        scene.new_key(json!({})).await,
        scene.new_key(json!({})).await,
    );
    let named = |name: &str, key: &str| json!({"AliasName": name, "TargetKeyId": key});
    for i in 0..50 {
        let body = named(&format!("alias/{i}"), &full);
        scene.ok("CreateAlias", body).await;
    }
    scene.ok("CreateAlias", named("alias/a", &other)).await;
    for operation in ["CreateAlias", "UpdateAlias"] {
        let name = if operation == "CreateAlias" {
            "alias/b"
        } else {
            "alias/a"
        };
        let refused = scene.call(operation, named(name, &full)).await;
        let text =
            "Aliases per key quota for this account in this region is 50, current usage is 50.";
        assert_eq!(
            refusal(refused),
            (LIMIT.to_owned(), Some(text.to_owned())),
            "{operation}"
        );
    }
    scene.ok("UpdateAlias", named("alias/0", &other)).await;
    scene.ok("UpdateAlias", named("alias/a", &full)).await;
}

/// 32 KiB of key policy, however it comes to its key.
#[tokio::test]
async fn key_policies() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"MultiRegion": true})).await;
    for (bytes, expected) in [(32_768, ""), (32_769, LIMIT)] {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "kms:*", "Resource": "*",
            "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")},
        }]});
        let policy = format!("{policy:bytes$}", policy = policy.to_string());
        for (operation, more) in [
            ("CreateKey", json!({})),
            ("PutKeyPolicy", json!({"KeyId": key})),
            ("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": EU})),
        ] {
            let mut body = json!({"Policy": policy});
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let answer = scene.call(operation, body).await;
            let repeated = operation == "ReplicateKey" && expected == LIMIT;
            let expected = if repeated {
                "AlreadyExistsException"
            } else {
                expected
            };
            assert_eq!(code(&answer), expected, "{operation} {bytes}");
        }
    }
}

const EU: &str = "eu-west-1";
