//! Who may replicate and promote, what a replica's own policy says, and what does not come back with a replica.

use std::sync::Arc;

use claviger_core::{call::Caller, jobs};
use claviger_store::{Call, Fault};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ceremony::Ticket,
    people::identity,
    regions::{AP, EU},
    scene::{ACCOUNT, Answer, DAY, REGION, Scene, code, key_id, refusal, wait_seconds},
};

/// ReplicateKey asks for two actions, and the second is about a key in the other Region.
#[tokio::test]
async fn replication_needs_a_right_in_each_region() {
    for (replicate, create, missing) in RIGHTS {
        let (tag, missing) = match missing {
            Some("tag") => (Some(true), ""),
            Some("untagged") => (Some(false), "kms:TagResource"),
            _ => (None, missing.unwrap_or_default()),
        };
        let mut statements: Vec<Value> = replicate
            .map(|condition| allow("kms:ReplicateKey", condition))
            .into_iter()
            .chain(create.map(|condition| allow("kms:CreateKey", condition)))
            .collect();
        if tag == Some(true) {
            statements.push(allow("kms:TagResource", ("aws:RequestTag/a", "b")));
        }
        let shown = json!(statements);
        let scene = Scene::new().await;
        let key = scene.new_key(json!({"MultiRegion": true})).await;
        let alice = able(&scene, &shown);
        let mut body = json!({"KeyId": key, "ReplicaRegion": EU});
        if tag.is_some() {
            body["Tags"] = json!([{"TagKey": "a", "TagValue": "b"}]);
        }
        let answer = scene.send(&alice, "ReplicateKey", body.to_string()).await;
        if missing.is_empty() {
            assert!(answer.is_ok(), "{shown}: {answer:?}");
        } else {
            let (code, text) = refusal(answer);
            assert_eq!(code, DENIED, "{shown}");
            assert!(
                text.as_ref().unwrap().contains(missing),
                "{shown}: {text:?}"
            );
        }
    }
}

fn allow(action: &str, (key, value): Condition) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    if !key.is_empty() {
        statement["Condition"] = json!({"StringEquals": {key: value}});
    }
    statement
}

#[tokio::test]
async fn promotion_needs_a_right_to_both_keys() {
    let scene = Scene::new().await;
    let key = replicated(&scene, json!({})).await;
    let there = key.replace(REGION, EU);
    for (resources, region, expected) in [
        (json!([key]), EU, DENIED),
        (json!([there]), EU, DENIED),
        (json!([key, there]), AP, DENIED),
        (json!([key, there]), EU, ""),
    ] {
        let alice = able(
            &scene,
            &json!({
                "Effect": "Allow", "Action": "kms:UpdatePrimaryRegion", "Resource": resources,
                "Condition": {"StringEquals": {"kms:PrimaryRegion": region}},
            }),
        );
        let body = json!({"KeyId": key, "PrimaryRegion": EU});
        let answer = scene
            .send(&alice, "UpdatePrimaryRegion", body.to_string())
            .await;
        assert_eq!(code(&answer), expected, "{resources} {region}");
    }
}

/// The policy of the replica is its own, and as any key policy it must not lock out who gives it.
#[tokio::test]
async fn a_replica_has_a_policy_of_its_own() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"MultiRegion": true})).await;
    let root = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
    let of = |action: &str| {
        let allow =
            json!({"Effect": "Allow", "Principal": root, "Action": action, "Resource": "*"});
        json!({"Version": "2012-10-17", "Statement": [allow]}).to_string()
    };
    let body = |policy: String| json!({"KeyId": key, "ReplicaRegion": EU, "Policy": policy});
    let answer = scene.call("ReplicateKey", body(of("kms:Encrypt"))).await;
    assert_eq!(code(&answer), "MalformedPolicyDocumentException");
    let mut bypassing = body(of("kms:Encrypt"));
    bypassing["BypassPolicyLockoutSafetyCheck"] = json!(true);
    let made = scene.ok("ReplicateKey", bypassing).await;
    assert_eq!(made["ReplicaPolicy"], json!(of("kms:Encrypt")));
    let named = json!({"KeyId": key_id(&key)});
    let answer = scene.call_in(EU, "DescribeKey", named).await;
    assert_eq!(code(&answer), DENIED);
    let use_it = json!({"KeyId": key_id(&key), "Plaintext": "aGk="});
    let blob = scene.ok_in(EU, "Encrypt", use_it).await["CiphertextBlob"].clone();
    let open = json!({"CiphertextBlob": blob});
    assert_eq!(
        code(&scene.call_in(EU, "Decrypt", open.clone()).await),
        DENIED
    );
    scene.ok("Decrypt", open).await;
}

/// A Region may have a replica again. What the first one had is gone, were it still in a cache or on its way out.
#[tokio::test]
async fn a_replica_that_is_made_again_has_nothing_of_the_first() {
    let scene = Scene::new().await;
    let key = replicated(&scene, json!({"Origin": "EXTERNAL"})).await;
    let stale = Ticket::of_region(&scene, EU, key_id(&key)).await;
    stale
        .import(&scene, key_id(&key), &[1; 32], json!({}))
        .await
        .unwrap();
    let alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    let grant = json!({"KeyId": key_id(&key), "GranteePrincipal": alice.principal.arn, "Operations": ["Encrypt"]});
    scene.ok_in(EU, "CreateGrant", grant).await;
    let alias = json!({"AliasName": "alias/a", "TargetKeyId": key_id(&key)});
    scene.ok_in(EU, "CreateAlias", alias).await;
    assert_eq!(code(&encrypt_as(&scene, &alice, &key).await), "");
    let body = json!({"KeyId": key_id(&key), "PendingWindowInDays": 7});
    scene.ok_in(EU, "ScheduleKeyDeletion", body).await;
    let again = json!({"KeyId": key, "ReplicaRegion": EU});
    let taken = "AlreadyExistsException";
    assert_eq!(
        code(&scene.call("ReplicateKey", again.clone()).await),
        taken
    );
    wait_seconds(i64::from(7 * DAY));
    // The key is gone, and its grant is not yet.
    scene
        .at_rest
        .faulty
        .inject(Call::Commit, 2, Fault::FailBefore);
    assert!(jobs::run_due(&scene.core).await.is_err());
    assert_eq!(
        code(&scene.call("ReplicateKey", again.clone()).await),
        taken
    );
    jobs::run_due(&scene.core).await.unwrap();
    scene.ok("ReplicateKey", again).await;
    assert!(
        stale
            .import(&scene, key_id(&key), &[1; 32], json!({}))
            .await
            .is_err()
    );
    let ticket = Ticket::of_region(&scene, EU, key_id(&key)).await;
    ticket
        .import(&scene, key_id(&key), &[1; 32], json!({}))
        .await
        .unwrap();
    assert_eq!(code(&encrypt_as(&scene, &alice, &key).await), DENIED);
    let answer = scene
        .call_in(EU, "DescribeKey", json!({"KeyId": "alias/a"}))
        .await;
    assert_eq!(code(&answer), "NotFoundException");
    // And it ends like the first.
    let body = json!({"KeyId": key_id(&key), "PendingWindowInDays": 7});
    scene.ok_in(EU, "ScheduleKeyDeletion", body).await;
    wait_seconds(i64::from(7 * DAY));
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(scene.at_rest.paths("key").await.len(), 1);
    wait_seconds(-i64::from(14 * DAY));
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

async fn encrypt_as(scene: &Scene, caller: &Arc<Caller>, key: &str) -> Answer {
    let body = json!({"KeyId": key_id(key), "Plaintext": "aGk="}).to_string();
    scene
        .send_to(EU, Uuid::nil(), caller, "Encrypt", body)
        .await
}

/// A key in two Regions, with its material in the first.
async fn replicated(scene: &Scene, more: Value) -> String {
    let mut body = json!({"MultiRegion": true});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let key = scene.new_key(body).await;
    if more["Origin"] == "EXTERNAL" {
        let ticket = Ticket::of(scene, &key).await;
        ticket
            .import(scene, &key, &[1; 32], json!({}))
            .await
            .unwrap();
    }
    scene
        .ok("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": EU}))
        .await;
    key
}

/// A user whom its identity policy allows this much.
fn able(scene: &Scene, statements: &Value) -> Arc<Caller> {
    let mut alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Arc::get_mut(&mut alice).unwrap().identity_policies = vec![identity(&document)];
    alice
}

const DENIED: &str = "AccessDeniedException";

/// A condition key and the value that it must have.
type Condition = (&'static str, &'static str);

const ANY: Option<Condition> = Some(("", ""));
const fn is(key: &'static str, value: &'static str) -> Option<Condition> {
    Some((key, value))
}

const NO_REPLICATE: Option<&str> = Some("kms:ReplicateKey");
const NO_CREATE: Option<&str> = Some("kms:CreateKey");

/// On which conditions kms:ReplicateKey and kms:CreateKey are allowed, and what is missed.
const RIGHTS: [(Option<Condition>, Option<Condition>, Option<&str>); 15] = [
    (ANY, None, NO_CREATE),
    (None, ANY, NO_REPLICATE),
    (ANY, ANY, None),
    (ANY, ANY, Some("untagged")),
    (ANY, ANY, Some("tag")),
    (is("kms:ReplicaRegion", AP), ANY, NO_REPLICATE),
    (is("kms:ReplicaRegion", EU), ANY, None),
    (
        is("kms:MultiRegionKeyType", "PRIMARY"),
        is("kms:MultiRegionKeyType", "REPLICA"),
        None,
    ),
    (ANY, is("kms:MultiRegionKeyType", "PRIMARY"), NO_CREATE),
    (
        is("aws:RequestedRegion", REGION),
        is("aws:RequestedRegion", EU),
        None,
    ),
    (ANY, is("aws:RequestedRegion", REGION), NO_CREATE),
    (ANY, is("kms:KeySpec", "SYMMETRIC_DEFAULT"), None),
    (ANY, is("kms:KeyUsage", "ENCRYPT_DECRYPT"), None),
    (ANY, is("kms:KeySpec", "RSA_2048"), NO_CREATE),
    (ANY, is("kms:KeyOrigin", "EXTERNAL"), NO_CREATE),
];
