//! A reader that was overtaken: it read the store, then a change was committed and acknowledged, and only then does it
//! fill its cache. The old value must not come back.

use std::sync::Arc;

use claviger_store::{Call, Fault};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::{
    ceremony::imported_key,
    scene::{ACCOUNT, DAY, Scene, code},
};

#[tokio::test]
async fn a_disabled_key_stays_disabled() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        let (scene, one, _) = two_keys().await;
        let use_it = json!({"KeyId": one, "Plaintext": "aGk="});
        let change = ("DisableKey", json!({"KeyId": one}));
        let _any = overtake(&scene, 1, how, use_it.clone(), change).await;
        assert_eq!(
            code(&scene.call("Encrypt", use_it).await),
            "DisabledException"
        );
    }
}

#[tokio::test]
async fn a_key_without_its_material_stays_without() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        // The first read is the key's, the second the material's.
        for nth in [1, 2] {
            let scene = Scene::new().await;
            let (key, _) = imported_key(&scene, &[1; 32], json!({})).await;
            let scene = scene.restart().await;
            let use_it = json!({"KeyId": key, "Plaintext": "aGk="});
            let change = ("DeleteImportedKeyMaterial", json!({"KeyId": key}));
            let _any = overtake(&scene, nth, how, use_it.clone(), change).await;
            assert_eq!(
                code(&scene.call("Encrypt", use_it).await),
                "KMSInvalidStateException"
            );
        }
    }
}

/// Nor does the caller whose alias is moved under its hands ever find it absent.
#[tokio::test]
async fn a_moved_alias_stays_moved_and_is_never_absent() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        // The alias is read first, then its key, then the key's material.
        for nth in 1..=3 {
            let (scene, one, two) = two_keys().await;
            let use_it = json!({"KeyId": "alias/moved", "Plaintext": "aGk="});
            let change = (
                "UpdateAlias",
                json!({"AliasName": "alias/moved", "TargetKeyId": two}),
            );
            let slow = overtake(&scene, nth, how, use_it.clone(), change).await;
            let slow = slow.expect("an alias that exists all the time")["KeyId"].clone();
            assert!(slow == json!(one) || slow == json!(two), "{slow}");
            let next = scene.ok("Encrypt", use_it).await;
            assert_eq!(next["KeyId"], json!(two));
        }
    }
}

#[tokio::test]
async fn a_deleted_alias_stays_deleted() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        for nth in [1, 2] {
            let (scene, ..) = two_keys().await;
            let use_it = json!({"KeyId": "alias/moved", "Plaintext": "aGk="});
            let change = ("DeleteAlias", json!({"AliasName": "alias/moved"}));
            let _any = overtake(&scene, nth, how, use_it.clone(), change).await;
            assert_eq!(
                code(&scene.call("Encrypt", use_it).await),
                "NotFoundException"
            );
        }
    }
}

/// A key that the job deletes while it is read.
#[tokio::test]
async fn a_deleted_key_stays_deleted() {
    let (scene, one, _) = two_keys().await;
    scene
        .ok(
            "ScheduleKeyDeletion",
            json!({"KeyId": one, "PendingWindowInDays": 7}),
        )
        .await;
    let scene = scene.restart().await;
    let barrier = meet(&scene, Call::Get, 1, Fault::MeetAfter);
    let named = json!({"KeyId": one});
    let slow = scene.call("DescribeKey", named.clone());
    let change = async {
        barrier.wait().await;
        scene.advance(7 * DAY).await;
        barrier.wait().await;
    };
    let (_, ()) = tokio::join!(slow, change);
    assert_eq!(
        code(&scene.call("DescribeKey", named).await),
        "NotFoundException"
    );
}

/// The policy that was in force when the slow reader came is not what the next one finds.
#[tokio::test]
async fn a_replaced_policy_stays_replaced() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        let (scene, one, _) = two_keys().await;
        let use_it = json!({"KeyId": one, "Plaintext": "aGk="});
        let root = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": root, "Action": "kms:Put*", "Resource": "*"},
        ]});
        let change = (
            "PutKeyPolicy",
            json!({"KeyId": one, "Policy": policy.to_string()}),
        );
        let _any = overtake(&scene, 1, how, use_it.clone(), change).await;
        assert_eq!(
            code(&scene.call("Encrypt", use_it).await),
            "AccessDeniedException"
        );
    }
}

/// The grants of alice, of whom nothing is cached, are revoked while they are read; and granted while none is found.
#[tokio::test]
async fn a_grant_is_in_force_from_its_creation_to_its_end() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        for (nth, granted) in [(1, true), (2, true), (1, false), (2, false)] {
            let scene = Scene::new().await;
            let alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
            let key = scene.new_key(json!({})).await;
            let grant = json!({
                "KeyId": key, "GranteePrincipal": alice.principal.arn, "Operations": ["Encrypt"], "Name": "n",
            });
            let made = scene.ok("CreateGrant", grant.clone()).await["GrantId"].clone();
            let revoke = ("RevokeGrant", json!({"KeyId": key, "GrantId": made}));
            let change = if granted {
                revoke
            } else {
                scene.ok(revoke.0, revoke.1).await;
                ("CreateGrant", grant)
            };
            let scene = scene.restart().await;
            // The key is warm, the grants are not: the first scan is for alice, the second for her account.
            scene.ok("DescribeKey", json!({"KeyId": key})).await;
            let use_it = json!({"KeyId": key, "Plaintext": "aGk="}).to_string();
            let barrier = meet(&scene, Call::Scan, nth, how);
            let slow = scene.send(&alice, "Encrypt", use_it.clone());
            let meanwhile = async {
                barrier.wait().await;
                scene.ok(change.0, change.1).await;
                barrier.wait().await;
            };
            let (_, ()) = tokio::join!(slow, meanwhile);
            let next = scene.send(&alice, "Encrypt", use_it).await;
            let expected = if granted { "AccessDeniedException" } else { "" };
            assert_eq!(code(&next), expected, "scan {nth}: {next:?}");
        }
    }
}

/// Runs Encrypt with `body`, stops it at its `nth` read, has `change` acknowledged meanwhile, and lets it go on.
async fn overtake(
    scene: &Scene,
    nth: u64,
    how: fn(Arc<Barrier>) -> Fault,
    body: Value,
    (operation, change): (&str, Value),
) -> crate::scene::Answer {
    let barrier = meet(scene, Call::Get, nth, how);
    let slow = scene.call("Encrypt", body);
    let change = async {
        barrier.wait().await;
        scene.ok(operation, change).await;
        barrier.wait().await;
    };
    let (answer, ()) = tokio::join!(slow, change);
    answer
}

fn meet(scene: &Scene, call: Call, nth: u64, how: fn(Arc<Barrier>) -> Fault) -> Arc<Barrier> {
    let barrier = Arc::new(Barrier::new(2));
    let fault = how(Arc::clone(&barrier));
    scene.at_rest.faulty.inject(call, nth, fault);
    barrier
}

/// Two keys and `alias/moved` for the first, with nothing in any cache.
async fn two_keys() -> (Scene, String, String) {
    let scene = Scene::new().await;
    let one = scene.new_key(json!({})).await;
    let two = scene.new_key(json!({})).await;
    scene
        .ok(
            "CreateAlias",
            json!({"AliasName": "alias/moved", "TargetKeyId": one}),
        )
        .await;
    (scene.restart().await, one, two)
}
