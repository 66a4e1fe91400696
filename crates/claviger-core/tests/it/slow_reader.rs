//! A reader that was overtaken: it read the store, then a change was committed and acknowledged, and only then does it
//! fill its cache. The old value must not come back.

use std::sync::Arc;

use claviger_store::{Call, Fault};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::{
    ceremony::imported_key,
    scene::{DAY, Scene, code},
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
    let barrier = meet(&scene, 1, Fault::MeetAfter);
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

/// Runs Encrypt with `body`, stops it at its `nth` read, has `change` acknowledged meanwhile, and lets it go on.
async fn overtake(
    scene: &Scene,
    nth: u64,
    how: fn(Arc<Barrier>) -> Fault,
    body: Value,
    (operation, change): (&str, Value),
) -> crate::scene::Answer {
    let barrier = meet(scene, nth, how);
    let slow = scene.call("Encrypt", body);
    let change = async {
        barrier.wait().await;
        scene.ok(operation, change).await;
        barrier.wait().await;
    };
    let (answer, ()) = tokio::join!(slow, change);
    answer
}

fn meet(scene: &Scene, nth: u64, how: fn(Arc<Barrier>) -> Fault) -> Arc<Barrier> {
    let barrier = Arc::new(Barrier::new(2));
    let fault = how(Arc::clone(&barrier));
    scene.at_rest.faulty.inject(Call::Get, nth, fault);
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
