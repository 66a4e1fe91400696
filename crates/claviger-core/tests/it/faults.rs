//! A store that fails: a change happens whole or not at all, and nobody is left with half of it or with an old cache.

use std::sync::Arc;

use claviger_store::{Call, Fault};
use serde_json::{Value, json};

use crate::{
    ceremony::{Ticket, expiring, imported_key},
    policies::of,
    scene::{ACCOUNT, Deployment, Scene, code, refusal},
};

/// Somebody else, twice or three times in a row: another node, for instance.
#[tokio::test]
async fn a_conflict_is_tried_again_twice() {
    let stage = Stage::set().await;
    for (operation, body) in &stage.changes {
        for conflicts in 1..=3 {
            let scene = stage.at_rest.fork().await.start().await;
            let before = stage.seen(&scene).await;
            let logged = scene.events().len();
            let stored = scene.at_rest.dump().await;
            for _ in 0..conflicts {
                scene
                    .at_rest
                    .faulty
                    .inject(Call::Commit, 1, Fault::Conflict);
            }
            let answer = scene.call(operation, body.clone()).await;
            assert_eq!(scene.at_rest.faulty.faults_left(), 0, "{operation}");
            let own = scene.events().split_off(logged);
            let calls = own
                .iter()
                .filter(|event| !event["userIdentity"]["invokedBy"].is_string());
            if conflicts < 3 {
                assert!(answer.is_ok(), "{operation} after {conflicts}: {answer:?}");
                assert_eq!(calls.count(), 1, "{operation}");
            } else {
                let throttled = refusal(answer);
                assert_eq!(throttled.0, "ThrottlingException", "{operation}");
                assert_eq!(own.len(), 1, "{operation}: {own:?}");
                assert_eq!(own[0]["errorCode"], "ThrottlingException");
                assert_eq!(scene.at_rest.dump().await, stored, "{operation}");
                assert_eq!(stage.seen(&scene).await, before, "{operation}");
            }
        }
    }
}

/// A change of which this node's cache knows nothing: the conflict says so, and the next attempt sees it.
#[tokio::test]
async fn a_conflict_makes_the_node_read_again() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let id = json!({"KeyId": key});
    let other_node = scene.at_rest.twin().start().await;
    other_node.ok("DisableKey", id.clone()).await;
    let tag = json!({"KeyId": key, "Tags": [{"TagKey": "a", "TagValue": "b"}]});
    scene.ok("TagResource", tag).await;
    for node in [scene, other_node.restart().await] {
        assert_eq!(node.key_state(&key).await, "Disabled");
        let tags = node.ok("ListResourceTags", id.clone()).await["Tags"].clone();
        assert_eq!(tags, json!([{"TagKey": "a", "TagValue": "b"}]));
    }
}

/// The deletion stands and is logged once; its caller is not told that all is done, nobody else is troubled, and the
/// jobs make up for it.
#[tokio::test]
async fn a_failed_erasure_stays_owed_by_the_jobs_alone() {
    let scene = Scene::new().await;
    let lasting = json!({"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"});
    let (key, _) = imported_key(&scene, &[7; 32], lasting).await;
    let logged = scene.events().len();
    let faulty = &scene.at_rest.faulty;
    faulty.inject(Call::Erase, 1, Fault::FailBefore);
    let deletion = scene
        .call("DeleteImportedKeyMaterial", json!({"KeyId": key}))
        .await;
    assert_eq!(refusal(deletion).0, "KMSInternalException");
    let own = scene.events().split_off(logged);
    assert_eq!(own.len(), 1, "{own:?}");
    assert_eq!(own[0]["errorCode"], Value::Null);
    assert_eq!(scene.key_state(&key).await, "PendingImport");

    faulty.inject(Call::Erase, 1, Fault::FailBefore);
    let other = json!({"KeyId": key, "Description": "somebody else's change"});
    scene.ok("UpdateKeyDescription", other).await;
    assert_eq!(
        faulty.faults_left(),
        1,
        "a change that deletes nothing erases nothing"
    );
    assert!(claviger_core::jobs::run_due(&scene.core).await.is_err());
    assert!(claviger_core::jobs::run_due(&scene.core).await.is_ok());
}

/// Clients try again what failed with an internal error: the second answer must be as true as the first.
#[tokio::test]
async fn a_deletion_that_is_tried_again_answers_for_the_erasure_too() {
    let scene = Scene::new().await;
    let lasting = json!({"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"});
    let (key, _) = imported_key(&scene, &[7; 32], lasting).await;
    let delete = || scene.call("DeleteImportedKeyMaterial", json!({"KeyId": key}));
    for _ in 0..2 {
        scene
            .at_rest
            .faulty
            .inject(Call::Erase, 1, Fault::FailBefore);
        assert_eq!(refusal(delete().await).0, "KMSInternalException");
    }
    assert!(delete().await.is_ok());
    assert!(delete().await.is_ok(), "nothing is owed any more");
}

/// A killed process leaves what it owed to the next one.
#[tokio::test]
async fn an_erasure_is_owed_until_it_was_done_whoever_does_it() {
    let scene = Scene::new().await;
    let lasting = json!({"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"});
    let (key, _) = imported_key(&scene, &[7; 32], lasting).await;
    let faulty = Arc::clone(&scene.at_rest.faulty);
    for _ in 0..2 {
        faulty.inject(Call::Erase, 1, Fault::FailBefore);
    }
    let deletion = scene.call("DeleteImportedKeyMaterial", json!({"KeyId": key}));
    assert_eq!(refusal(deletion.await).0, "KMSInternalException");
    // The event leaves the outbox; the erasure fails again.
    assert!(claviger_core::jobs::run_due(&scene.core).await.is_err());
    let scene = scene.crash().await;
    assert_eq!(scene.at_rest.paths("erasure").await, ["erasure/owed"]);

    let faulty = Arc::clone(&scene.at_rest.faulty);
    faulty.inject(Call::Erase, 1, Fault::FailBefore);
    assert!(claviger_core::jobs::run_due(&scene.core).await.is_err());
    assert_eq!(faulty.faults_left(), 0, "the next process knows of it");
    assert!(claviger_core::jobs::run_due(&scene.core).await.is_ok());
    let at_rest = scene.stop().await;
    assert_eq!(at_rest.paths("erasure").await, Vec::<String>::new());
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
}

/// Each call of the store in turn fails, before or after it took effect.
#[tokio::test]
async fn a_failing_store_leaves_no_half_of_a_change() {
    let stage = Stage::set().await;
    for (operation, body) in &stage.changes {
        let clean = stage.at_rest.fork().await.start().await;
        let before = stage.seen(&clean).await;
        clean.ok(operation, body.clone()).await;
        let after = stage.seen(&clean).await;
        for fault in [Fault::FailBefore, Fault::FailAfter] {
            for nth in 1.. {
                let shown = format!("{operation}, {fault:?} at call {nth}");
                let scene = stage.at_rest.fork().await.start().await;
                scene.at_rest.faulty.inject(Call::Any, nth, fault.clone());
                let answer = scene.call(operation, body.clone()).await;
                if scene.at_rest.faulty.faults_left() > 0 {
                    assert!(answer.is_ok(), "{shown}: {answer:?}");
                    break;
                }
                let now = stage.seen(&scene).await;
                match code(&answer) {
                    "" => assert_eq!(now, after, "{shown}"),
                    code => {
                        assert_eq!(code, "KMSInternalException", "{shown}");
                        assert!(now == before || now == after, "{shown}: {now:?}");
                    }
                }
                stage
                    .check_aftermath(scene, (operation, body), now, &shown)
                    .await;
            }
        }
    }
}

/// Reads that fail are errors, each with its event, and the next call finds all in order.
#[tokio::test]
async fn a_failing_read_is_an_error_and_no_more() {
    let stage = Stage::set().await;
    for (operation, body) in [
        ("DescribeKey", json!({"KeyId": "alias/on"})),
        ("Encrypt", json!({"KeyId": "alias/on", "Plaintext": "aGk="})),
        ("ListKeys", json!({})),
        ("ListAliases", json!({})),
    ] {
        for nth in 1.. {
            let scene = stage.at_rest.fork().await.start().await;
            let logged = scene.events().len();
            scene
                .at_rest
                .faulty
                .inject(Call::Any, nth, Fault::FailBefore);
            let answer = scene.call(operation, body.clone()).await;
            if scene.at_rest.faulty.faults_left() > 0 {
                assert!(answer.is_ok(), "{operation}: {answer:?}");
                break;
            }
            assert_eq!(
                code(&answer),
                "KMSInternalException",
                "{operation} at {nth}"
            );
            // The cause is not for callers.
            assert!(!answer.unwrap_err().to_string().contains("injected"));
            let events = scene.events();
            assert_eq!(events.len(), logged + 1);
            assert_eq!(events[logged]["errorCode"], "KMSInternalException");
            assert!(!events[logged].to_string().contains("injected"));
            scene.ok(operation, body.clone()).await;
        }
    }
}

/// A deployment, and changes that run on it.
struct Stage {
    at_rest: Deployment,
    changes: Vec<(&'static str, Value)>,
    /// The ids of keys and materials that are there from the start.
    known: String,
}

impl Stage {
    async fn set() -> Self {
        let scene = Scene::new().await;
        let key = scene.new_key(json!({})).await;
        let other = scene.new_key(json!({})).await;
        let doomed = scene.new_key(json!({})).await;
        scene
            .ok("ScheduleKeyDeletion", json!({"KeyId": doomed}))
            .await;
        let (external, ticket) = imported_key(&scene, &[1; 32], expiring(3600)).await;
        for name in ["alias/on", "alias/off"] {
            scene
                .ok(
                    "CreateAlias",
                    json!({"AliasName": name, "TargetKeyId": key}),
                )
                .await;
        }
        let import = import_of(&ticket, &external);
        let named = json!({"KeyId": key});
        let mut changes = vec![
            ("CreateKey", json!({"Description": "new"})),
            (
                "UpdateKeyDescription",
                json!({"KeyId": key, "Description": "changed"}),
            ),
            ("DisableKey", named.clone()),
            (
                "TagResource",
                json!({"KeyId": key, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
            ),
            ("ScheduleKeyDeletion", named.clone()),
            ("CancelKeyDeletion", json!({"KeyId": doomed})),
            (
                "CreateAlias",
                json!({"AliasName": "alias/new", "TargetKeyId": key}),
            ),
            (
                "UpdateAlias",
                json!({"AliasName": "alias/on", "TargetKeyId": other}),
            ),
            ("DeleteAlias", json!({"AliasName": "alias/off"})),
            ("RotateKeyOnDemand", named),
            ("ImportKeyMaterial", import),
            ("DeleteImportedKeyMaterial", json!({"KeyId": external})),
        ];
        changes.extend(changes_of_rights(&scene, &key).await);
        changes.extend(changes_of_regions(&scene).await);
        let known = format!("{:?}", described(&scene).await);
        Self {
            at_rest: scene.stop().await,
            changes,
            known,
        }
    }

    /// What callers see now, comparable between forks.
    async fn seen(&self, scene: &Scene) -> Vec<String> {
        let mut seen = described(scene).await;
        seen.iter_mut().for_each(|value| blur(value, &self.known));
        let mut seen: Vec<String> = seen.iter().map(Value::to_string).collect();
        seen.sort_unstable();
        seen
    }

    /// A restart sees what was seen before it, log and store agree, and the key is not stuck.
    async fn check_aftermath(
        &self,
        scene: Scene,
        (operation, body): (&str, &Value),
        seen: Vec<String>,
        shown: &str,
    ) {
        let again = scene.call(operation, body.clone()).await;
        assert_ne!(code(&again), "ThrottlingException", "{shown}");
        assert_ne!(code(&again), "KMSInternalException", "{shown}");
        let seen = if again.is_ok() {
            self.seen(&scene).await
        } else {
            seen
        };
        let scene = scene.crash().await;
        assert_eq!(self.seen(&scene).await, seen, "{shown}");
        assert_eq!(
            scene.stop().await.problems().await,
            Vec::<String>::new(),
            "{shown}"
        );
    }
}

/// Changes of who may do what with the key, and what they need to be there.
async fn changes_of_rights(scene: &Scene, key: &str) -> [(&'static str, Value); 4] {
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let grant = json!({
        "KeyId": key, "GranteePrincipal": root, "RetiringPrincipal": root, "Operations": ["Encrypt"],
    });
    let revoked = scene.ok("CreateGrant", grant.clone()).await;
    let retired = scene.ok("CreateGrant", grant.clone()).await;
    [
        (
            "PutKeyPolicy",
            json!({"KeyId": key, "Policy": of(&[&root])}),
        ),
        ("CreateGrant", grant),
        (
            "RevokeGrant",
            json!({"KeyId": key, "GrantId": revoked["GrantId"]}),
        ),
        ("RetireGrant", json!({"GrantToken": retired["GrantToken"]})),
    ]
}

/// Changes of more than one key at once.
async fn changes_of_regions(scene: &Scene) -> [(&'static str, Value); 2] {
    let key = scene.new_key(json!({"MultiRegion": true})).await;
    let replicate = json!({"KeyId": key, "ReplicaRegion": OTHER_REGION});
    scene.ok("ReplicateKey", replicate).await;
    [
        (
            "ReplicateKey",
            json!({"KeyId": key, "ReplicaRegion": "ap-south-1"}),
        ),
        (
            "UpdatePrimaryRegion",
            json!({"KeyId": key, "PrimaryRegion": OTHER_REGION}),
        ),
    ]
}

fn import_of(ticket: &Ticket, key: &str) -> Value {
    json!({
        "KeyId": key,
        "ImportToken": ticket.token,
        "EncryptedKeyMaterial": ticket.wrap(&[2; 32]),
        "ImportType": "NEW_KEY_MATERIAL",
        "ExpirationModel": "KEY_MATERIAL_EXPIRES",
        "ValidTo": expiring(7200)["ValidTo"],
    })
}

/// Ids that are new differ from run to run, and so do their places in lists.
fn blur(value: &mut Value, known: &str) {
    match value {
        Value::String(text) if text.len() >= 36 && !known.contains(text.as_str()) => {
            *text = "new".to_owned();
        }
        Value::Array(members) => {
            members.iter_mut().for_each(|member| blur(member, known));
            members.sort_by_key(Value::to_string);
        }
        Value::Object(members) => members.values_mut().for_each(|member| blur(member, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// All that callers can see.
async fn described(scene: &Scene) -> Vec<Value> {
    let keys = scene.ok("ListKeys", json!({})).await["Keys"].clone();
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let retirable = json!({"RetiringPrincipal": root});
    let mut seen = vec![
        scene.ok("ListAliases", json!({})).await,
        scene.ok("ListRetirableGrants", retirable).await,
    ];
    for key in keys.as_array().unwrap() {
        let id = json!({"KeyId": key["KeyId"]});
        let all = json!({"KeyId": key["KeyId"], "IncludeKeyMaterial": "ALL_KEY_MATERIAL"});
        seen.push(json!({
            "key": scene.ok("DescribeKey", id.clone()).await["KeyMetadata"],
            "tags": scene.ok("ListResourceTags", id.clone()).await,
            "aliases": scene.ok("ListAliases", id.clone()).await,
            "policy": scene.ok("GetKeyPolicy", id.clone()).await,
            "grants": scene.ok("ListGrants", id).await,
            "materials": scene.ok("ListKeyRotations", all).await,
        }));
    }
    let there = scene.ok_in(OTHER_REGION, "ListKeys", json!({})).await["Keys"].clone();
    for key in there.as_array().unwrap() {
        let id = json!({"KeyId": key["KeyId"]});
        seen.push(scene.ok_in(OTHER_REGION, "DescribeKey", id).await);
    }
    seen
}

const OTHER_REGION: &str = "eu-west-1";
