//! Whoever can write to the store but has no keys can take records away, put old ones back or exchange them. None of it
//! lets anybody do what was refused before, and `check` names the record.

use std::collections::{BTreeMap, BTreeSet};

use claviger_core::jobs;
use serde_json::{Value, json};

use crate::{
    ceremony::{Ticket, expiring, imported_key},
    scene::{ACCOUNT, DAY, Deployment, HOUR, OTHER_ACCOUNT, Scene, code, root, wait_seconds},
};

#[tokio::test]
async fn removing_a_record_never_grants() {
    let stage = Stage::set().await;
    let mut tables = BTreeSet::new();
    for path in stage.at_rest.dump().await.into_keys() {
        let fork = stage.at_rest.fork().await;
        fork.remove(&path).await;
        let named = names(&fork, &path).await;
        let table = path.split('/').next().unwrap().to_owned();
        // An event that is in the log as well may leave the outbox at any time.
        assert!(named || table == "outbox", "nobody misses {path}");
        tables.insert(table.clone());
        if table == "clock" {
            // Only `dev --test-clock` writes it. Without it the time is the real one again, as after a real clock is set
            // back: what has expired by the test clock alone has not expired.
            continue;
        }
        let scene = fork.start().await;
        for (what, account, operation, body) in &stage.refused {
            let answer = scene
                .send(&root(account), operation, body.to_string())
                .await;
            assert!(
                answer.is_err(),
                "without {path}: {what} is granted: {answer:?}"
            );
        }
    }
    let all = [
        "alias",
        "clock",
        "due",
        "grant",
        "grant-tally",
        "import-day",
        "key",
        "key-stores",
        "listed-key",
        "material",
        "retirable-grant",
        "tombstone",
    ];
    assert_eq!(
        tables
            .into_iter()
            .filter(|table| table != "outbox")
            .collect::<Vec<_>>(),
        all
    );
}

/// Removing a record and doing something to the key besides: enabling, cancelling and importing go on as they should.
#[tokio::test]
async fn a_key_without_a_due_date_is_no_less_doomed() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    scene
        .ok(
            "ScheduleKeyDeletion",
            json!({"KeyId": key, "PendingWindowInDays": 7}),
        )
        .await;
    let path = scene.at_rest.paths("due").await.remove(0);
    scene.at_rest.remove(&path).await;
    let scene = scene.restart().await;
    for _ in 0..9 {
        scene.advance(DAY).await;
        let answer = scene
            .call("Encrypt", json!({"KeyId": key, "Plaintext": "aGk="}))
            .await;
        assert_eq!(code(&answer), "KMSInvalidStateException");
    }
}

#[tokio::test]
async fn an_older_record_is_named() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let (external, ticket) = imported_key(&scene, &[1; 32], expiring(HOUR)).await;
    scene
        .ok(
            "CreateAlias",
            json!({"AliasName": "alias/a", "TargetKeyId": key}),
        )
        .await;
    let old = scene.at_rest.dump().await;
    scene.ok("DisableKey", json!({"KeyId": key})).await;
    scene
        .ok(
            "UpdateAlias",
            json!({"AliasName": "alias/a", "TargetKeyId": external}),
        )
        .await;
    scene
        .ok("DeleteImportedKeyMaterial", json!({"KeyId": external}))
        .await;
    ticket
        .import(&scene, &external, &[1; 32], expiring(HOUR))
        .await
        .unwrap();
    let at_rest = scene.stop().await;
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
    let new = at_rest.dump().await;
    let changed: Vec<_> = old
        .iter()
        .filter(|(path, value)| new.get(*path).is_some_and(|new| new != *value))
        .collect();
    let tables: BTreeSet<&str> = changed
        .iter()
        .map(|(path, _)| path.split('/').next().unwrap())
        .collect();
    assert_eq!(
        tables.into_iter().collect::<Vec<_>>(),
        ["alias", "due", "key", "material"]
    );
    for (path, value) in changed {
        let fork = at_rest.fork().await;
        fork.put(path, value).await;
        assert!(
            names(&fork, path).await,
            "{path}: {:?}",
            fork.problems().await
        );
    }
    // What was removed does not come back unseen either.
    for (path, value) in old
        .iter()
        .filter(|(path, _)| !new.contains_key(*path) && !path.starts_with("outbox"))
    {
        let fork = at_rest.fork().await;
        fork.put(path, value).await;
        assert!(names(&fork, path).await, "{path}");
    }
}

/// An alias that was moved away from a key does not lead back to it: the key would have to say so too.
#[tokio::test]
async fn an_older_alias_points_nowhere() {
    let scene = Scene::new().await;
    let one = scene.new_key(json!({})).await;
    let two = scene.new_key(json!({})).await;
    scene
        .ok(
            "CreateAlias",
            json!({"AliasName": "alias/a", "TargetKeyId": one}),
        )
        .await;
    let path = scene.at_rest.paths("alias").await.remove(0);
    let old = scene.at_rest.dump().await[&path].clone();
    scene
        .ok(
            "UpdateAlias",
            json!({"AliasName": "alias/a", "TargetKeyId": two}),
        )
        .await;
    scene.at_rest.put(&path, &old).await;
    let scene = scene.restart().await;
    let answer = scene
        .call("Encrypt", json!({"KeyId": "alias/a", "Plaintext": "aGk="}))
        .await;
    assert_eq!(code(&answer), "NotFoundException");
}

/// Each record is bound to its place: in another's it does not open, and nothing is served from it.
#[tokio::test]
async fn exchanged_records_are_refused() {
    let stage = Stage::set().await;
    let stored = stage.at_rest.dump().await;
    let mut by_table: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for path in stored.keys().filter(|path| !path.starts_with("outbox")) {
        by_table
            .entry(path.split('/').next().unwrap())
            .or_default()
            .push(path);
    }
    for (table, paths) in by_table {
        let [one, other, ..] = paths[..] else {
            continue;
        };
        let fork = stage.at_rest.fork().await;
        fork.put(one, &stored[other]).await;
        fork.put(other, &stored[one]).await;
        assert!(
            names(&fork, one).await && names(&fork, other).await,
            "{table}"
        );
        let Ok(scene) = fork.try_start().await else {
            continue;
        };
        for (what, account, operation, body) in &stage.refused {
            let answer = scene
                .send(&root(account), operation, body.to_string())
                .await;
            assert!(answer.is_err(), "exchanged in {table}: {what} is granted");
        }
    }
    // The service says no more than that something is wrong with it.
    let mut paths = stage.at_rest.paths("key").await;
    paths.retain(|path| path.starts_with("key/us-east-1/"));
    let [one, other, ..] = &paths[..] else {
        panic!("two keys")
    };
    let fork = stage.at_rest.fork().await;
    fork.put(one, &stored[other]).await;
    let scene = fork.start().await;
    let id = one.rsplit_once('/').unwrap().1;
    let answer = scene.call("DescribeKey", json!({"KeyId": id})).await;
    assert_eq!(code(&answer), "KMSInternalException");
    assert!(!answer.unwrap_err().to_string().contains(id));
}

/// One spoiled record does not hold up the jobs of other keys.
#[tokio::test]
async fn a_spoiled_key_does_not_stop_the_jobs() {
    let scene = Scene::new().await;
    let (spoiled, _) = imported_key(&scene, &[1; 32], expiring(HOUR)).await;
    let (sound, _) = imported_key(&scene, &[2; 32], expiring(2 * HOUR)).await;
    let path = format!("key/us-east-1/{}", crate::scene::key_id(&spoiled));
    scene.at_rest.put(&path, b"spoiled").await;
    let scene = scene.restart().await;
    wait_seconds(i64::from(3 * HOUR));
    assert!(jobs::run_due(&scene.core).await.is_err());
    let expired = scene
        .events()
        .into_iter()
        .filter(|event| event["eventName"] == "DeleteExpiredKeyMaterial");
    let of_sound = |event: &Value| event["resources"][0]["ARN"] == json!(sound);
    assert!(expired.map(|event| of_sound(&event)).eq([true]));
}

async fn names(at_rest: &Deployment, path: &str) -> bool {
    let problems = at_rest.problems().await;
    problems.iter().any(|problem| problem.contains(path))
}

/// What it is, whose root calls, and the call.
type Refused = (&'static str, &'static str, &'static str, Value);

/// A deployment with a record of every kind, and calls that it refuses.
struct Stage {
    at_rest: Deployment,
    refused: Vec<Refused>,
}

impl Stage {
    async fn set() -> Self {
        let scene = Scene::new().await;
        let mut refused = Self::of_regions(&scene).await;
        refused.extend(Self::of_states(&scene).await);
        refused.extend(Self::of_imports(&scene).await);
        refused.extend(Self::of_policies(&scene).await);
        refused.extend(Self::of_key_stores(&scene).await);
        Self {
            at_rest: scene.stop().await,
            refused,
        }
    }

    /// Stores of two accounts, with which nobody can do anything yet.
    async fn of_key_stores(scene: &Scene) -> Vec<Refused> {
        let store = json!({
            "CustomKeyStoreName": "hsm", "CloudHsmClusterId": "cluster-aaaaaaaaaaa",
            "TrustAnchorCertificate": "-----BEGIN", "KeyStorePassword": "password",
        });
        let mut refused = Vec::new();
        for account in [ACCOUNT, OTHER_ACCOUNT] {
            let caller = root(account);
            let made = scene.send(&caller, "CreateCustomKeyStore", store.to_string());
            let id = json!({"CustomKeyStoreId": made.await.unwrap()["CustomKeyStoreId"]});
            refused.push(("a key store", account, "ConnectCustomKeyStore", id));
        }
        refused
    }

    /// Keys that are deleted, disabled and about to be deleted.
    async fn of_states(scene: &Scene) -> Vec<Refused> {
        let gone = scene.new_key(json!({})).await;
        let blob_of_gone = encrypt(scene, &gone).await;
        schedule(scene, &gone).await;
        scene.advance(8 * DAY).await;
        let disabled = scene.new_key(json!({})).await;
        let alias = json!({"AliasName": "alias/d", "TargetKeyId": disabled});
        scene.ok("CreateAlias", alias).await;
        let blob_of_disabled = encrypt(scene, &disabled).await;
        scene.ok("DisableKey", json!({"KeyId": disabled})).await;
        let doomed = scene.new_key(json!({})).await;
        let blob_of_doomed = encrypt(scene, &doomed).await;
        schedule(scene, &doomed).await;
        let use_it = |key: &str| json!({"KeyId": key, "Plaintext": "aGk="});
        let open = |blob| json!({"CiphertextBlob": blob});
        vec![
            ("a deleted key", ACCOUNT, "Encrypt", use_it(&gone)),
            (
                "a deleted key's ciphertext",
                ACCOUNT,
                "Decrypt",
                open(blob_of_gone),
            ),
            (
                "a deleted key's return",
                ACCOUNT,
                "CancelKeyDeletion",
                json!({"KeyId": gone}),
            ),
            ("a disabled key", ACCOUNT, "Encrypt", use_it(&disabled)),
            (
                "a disabled key by alias",
                ACCOUNT,
                "Encrypt",
                use_it("alias/d"),
            ),
            (
                "a disabled key's ciphertext",
                ACCOUNT,
                "Decrypt",
                open(blob_of_disabled),
            ),
            ("a doomed key", ACCOUNT, "Encrypt", use_it(&doomed)),
            (
                "a doomed key's ciphertext",
                ACCOUNT,
                "Decrypt",
                open(blob_of_doomed),
            ),
            (
                "enabling a doomed key",
                ACCOUNT,
                "EnableKey",
                json!({"KeyId": doomed}),
            ),
        ]
    }

    /// A replica that has become none of the primary's rights, one that is gone while its primary lives, and a primary that
    /// waits for its replica.
    async fn of_regions(scene: &Scene) -> Vec<Refused> {
        let spread = async |scene: &Scene| {
            let key = scene.new_key(json!({"MultiRegion": true})).await;
            let body = json!({"KeyId": key, "ReplicaRegion": "eu-west-1"});
            scene.ok("ReplicateKey", body).await;
            key
        };
        let replicate = |key: &str, region: &str| json!({"KeyId": key, "ReplicaRegion": region});
        let promote = |key: &str| json!({"KeyId": key, "PrimaryRegion": "eu-west-1"});
        let (demoted, gone, waiting) = (
            spread(scene).await,
            spread(scene).await,
            spread(scene).await,
        );
        for key in [&demoted, &gone] {
            scene.ok("UpdatePrimaryRegion", promote(key)).await;
        }
        let blob_of_gone = encrypt(scene, &gone).await;
        schedule(scene, &gone).await;
        scene.advance(8 * DAY).await;
        schedule(scene, &waiting).await;
        let use_it = json!({"KeyId": waiting, "Plaintext": "aGk="});
        let open = json!({"CiphertextBlob": blob_of_gone});
        let twice = replicate(&waiting, "eu-west-1");
        vec![
            (
                "a replica's replica",
                ACCOUNT,
                "ReplicateKey",
                replicate(&demoted, "us-west-2"),
            ),
            (
                "a replica's promotion of others",
                ACCOUNT,
                "UpdatePrimaryRegion",
                promote(&demoted),
            ),
            ("a deleted replica's ciphertext", ACCOUNT, "Decrypt", open),
            (
                "a primary key that waits for its replica",
                ACCOUNT,
                "Encrypt",
                use_it,
            ),
            ("a second replica", ACCOUNT, "ReplicateKey", twice),
        ]
    }

    /// Other bytes, void tokens and missing material; and one material that expired an hour before the calls are made.
    async fn of_imports(scene: &Scene) -> Vec<Refused> {
        let (key, ticket) = imported_key(scene, &[1; 32], json!({})).await;
        let import = |ticket: &Ticket, key: &str, material: &[u8], import_type: &str| {
            json!({
                "KeyId": key, "ImportToken": ticket.token, "EncryptedKeyMaterial": ticket.wrap(material),
                "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE", "ImportType": import_type,
            })
        };
        let existing = "EXISTING_KEY_MATERIAL";
        let mut refused = vec![(
            "other bytes",
            ACCOUNT,
            "ImportKeyMaterial",
            import(&ticket, &key, &[2; 32], existing),
        )];
        let (emptied, stale) = imported_key(scene, &[3; 32], json!({})).await;
        let blob = encrypt(scene, &emptied).await;
        scene
            .ok("DeleteImportedKeyMaterial", json!({"KeyId": emptied}))
            .await;
        refused.push((
            "a missing material",
            ACCOUNT,
            "Decrypt",
            json!({"CiphertextBlob": blob}),
        ));
        refused.push((
            "other bytes after deletion",
            ACCOUNT,
            "ImportKeyMaterial",
            import(&stale, &emptied, &[4; 32], existing),
        ));
        scene
            .ok("ScheduleKeyDeletion", json!({"KeyId": emptied}))
            .await;
        scene
            .ok("CancelKeyDeletion", json!({"KeyId": emptied}))
            .await;
        refused.push((
            "a token of before",
            ACCOUNT,
            "ImportKeyMaterial",
            import(&stale, &emptied, &[3; 32], existing),
        ));
        let until = scene.core.clock.now().epoch_seconds() + i64::from(HOUR);
        let more = json!({"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": until});
        let (expired, _) = imported_key(scene, &[5; 32], more).await;
        wait_seconds(i64::from(2 * HOUR));
        refused.push((
            "an expired material",
            ACCOUNT,
            "Encrypt",
            json!({"KeyId": expired, "Plaintext": "aGk="}),
        ));
        refused
    }

    /// What a policy forbids its own account, and what no policy gives another.
    async fn of_policies(scene: &Scene) -> Vec<Refused> {
        let principal = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"},
            {"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"},
        ]});
        let key = scene.new_key(json!({"Policy": policy.to_string()})).await;
        let encrypt = json!({"KeyId": key, "Plaintext": "aGk="});
        let root = format!("arn:aws:iam::{ACCOUNT}:root");
        let grant = json!({
            "KeyId": key, "GranteePrincipal": root, "RetiringPrincipal": root, "Operations": ["Encrypt"],
        });
        scene.ok("CreateGrant", grant).await;
        vec![
            ("what a policy denies", ACCOUNT, "Encrypt", encrypt.clone()),
            ("a stranger", OTHER_ACCOUNT, "Encrypt", encrypt),
            (
                "a stranger",
                OTHER_ACCOUNT,
                "DisableKey",
                json!({"KeyId": key}),
            ),
            (
                "a stranger",
                OTHER_ACCOUNT,
                "DescribeKey",
                json!({"KeyId": key}),
            ),
        ]
    }
}

async fn encrypt(scene: &Scene, key: &str) -> Value {
    let body = json!({"KeyId": key, "Plaintext": "aGk="});
    scene.ok("Encrypt", body).await["CiphertextBlob"].clone()
}

async fn schedule(scene: &Scene, key: &str) {
    let body = json!({"KeyId": key, "PendingWindowInDays": 7});
    scene.ok("ScheduleKeyDeletion", body).await;
}
