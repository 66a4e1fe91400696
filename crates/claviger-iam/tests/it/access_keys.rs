//! Access keys of users and of the root.

use std::sync::Arc;

use claviger_core::rule::Service;
use claviger_iam::last_used;
use claviger_model::Timestamp;
use claviger_store::{Call, Fault};
use serde_json::json;
use tokio::sync::Barrier;

use crate::{
    client::{allow, deny, text, texts},
    scene::{ACCOUNT, KEY_ID, Scene},
};

#[tokio::test]
async fn a_key_lives_and_dies_at_once() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    scene
        .put_policy("alice", "p", &allow(json!("kms:ListKeys")))
        .await;
    let made = scene.ok("CreateAccessKey", &[("UserName", "alice")]).await;
    let (id, secret) = (text(&made, "AccessKeyId"), text(&made, "SecretAccessKey"));
    assert!(id.starts_with("AKIA") && id.len() == 20, "{id}");
    assert_eq!(
        (secret.len(), text(&made, "Status")),
        (40, "Active".to_owned())
    );
    let found = scene.credential(&id).await.unwrap();
    assert!(found.secret.ct_eq(secret.as_bytes()));
    assert_eq!(
        found.caller.principal.arn,
        format!("arn:aws:iam::{ACCOUNT}:user/alice")
    );
    assert_eq!(scene.may_list_keys(&id).await, Ok(()));
    let key = [("UserName", "alice"), ("AccessKeyId", id.as_str())];
    for (status, usable) in [("Inactive", false), ("Active", true)] {
        scene
            .ok("UpdateAccessKey", &[key[0], key[1], ("Status", status)])
            .await;
        assert!(scene.iam.cached(&id).is_none(), "{status}");
        assert_eq!(scene.credential(&id).await.is_some(), usable, "{status}");
        let listed = scene.ok("ListAccessKeys", &[key[0]]).await;
        assert_eq!(texts(&listed, "Status"), [status]);
    }
    scene.ok("DeleteAccessKey", &key).await;
    assert!(scene.iam.cached(&id).is_none() && scene.credential(&id).await.is_none());
    for action in ["DeleteAccessKey", "UpdateAccessKey"] {
        let refusal = scene
            .refused(action, &[key[0], key[1], ("Status", "Active")])
            .await;
        let expected = format!("NoSuchEntity: The Access Key with id {id} cannot be found.");
        assert_eq!(refusal, expected);
    }
    // Neither store nor log ever had the secret in the clear.
    let (stored, logged) = scene.all_bytes().await;
    let holds = |text: &str| {
        stored
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(!holds(&secret) && !holds(&id) && !logged.contains(&secret));
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_event_of_a_new_key_has_no_secret() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let id = scene.key_of("alice").await;
    let event = scene.events().pop().unwrap();
    assert_eq!(
        event["responseElements"],
        json!({"accessKey": {"accessKeyId": id, "status": "Active", "userName": "alice",
            "createDate": "Jan 2, 2026 3:04:05 AM"}})
    );
}

#[tokio::test]
async fn two_keys_each() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    scene.key_of("alice").await;
    scene.key_of("alice").await;
    assert_eq!(
        scene
            .refused("CreateAccessKey", &[("UserName", "alice")])
            .await,
        "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2"
    );
    // Nobody deletes the key of another by naming the wrong user.
    scene.user("bob").await;
    let listed = scene.ok("ListAccessKeys", &[("UserName", "alice")]).await;
    let key = &texts(&listed, "AccessKeyId")[0];
    let parameters = [("UserName", "bob"), ("AccessKeyId", key.as_str())];
    assert!(
        scene
            .refused("DeleteAccessKey", &parameters)
            .await
            .starts_with("NoSuchEntity: ")
    );
}

#[tokio::test]
async fn the_root_rotates_its_key() {
    let scene = Scene::new().await;
    let second = text(&scene.ok("CreateAccessKey", &[]).await, "AccessKeyId");
    assert!(
        scene
            .refused("CreateAccessKey", &[])
            .await
            .starts_with("LimitExceeded: ")
    );
    scene
        .ok("DeleteAccessKey", &[("AccessKeyId", KEY_ID)])
        .await;
    assert!(scene.credential(KEY_ID).await.is_none());
    let root = scene.credential(&second).await.unwrap();
    let listed = scene.iam_as(&root, "ListAccessKeys", &[]).await.unwrap();
    assert_eq!(texts(&listed, "AccessKeyId"), [second]);
}

#[tokio::test]
async fn who_has_a_key_is_told() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let id = scene.key_of("alice").await;
    let told = scene
        .ok("GetAccessKeyLastUsed", &[("AccessKeyId", &id)])
        .await;
    assert_eq!(text(&told, "UserName"), "alice");
    assert_eq!(
        (text(&told, "ServiceName"), text(&told, "Region")),
        ("N/A".into(), "N/A".into())
    );
    let absent = [("AccessKeyId", "AKIAAAAAAAAAAAAAAAAA")];
    assert!(
        scene
            .refused("GetAccessKeyLastUsed", &absent)
            .await
            .starts_with("NoSuchEntity: ")
    );
}

#[tokio::test]
async fn the_last_use_is_noted_and_written_down() {
    let scene = Scene::new().await;
    let id = scene.user_with("alice", json!("kms:ListKeys")).await;
    let key = [("AccessKeyId", id.as_str())];
    let who = scene.credential(&id).await.unwrap();
    let now = Timestamp::from_epoch_ms(1_767_323_046_000);
    let call = scene.call_of(&who, "{}");
    scene.iam.note_use(&call, Service::Kms, now);
    let before = scene.iam.cached(&id).unwrap();
    last_used::write_due(&scene.core, &scene.iam).await.unwrap();
    // No caller has to be composed again for it.
    assert!(Arc::ptr_eq(&before, &scene.iam.cached(&id).unwrap()));
    let told = scene.ok("GetAccessKeyLastUsed", &key).await;
    assert_eq!(text(&told, "LastUsedDate"), "2026-01-02T03:04:06Z");
    assert_eq!(text(&told, "ServiceName"), "kms");
    assert_eq!(text(&told, "Region"), "us-east-1");
    // Not for every call, but once in a while.
    let minutes = |minutes: i64| Timestamp::from_epoch_ms(now.epoch_ms() + minutes * 60_000);
    for (later, written) in [(14, "2026-01-02T03:04:06Z"), (15, "2026-01-02T03:19:06Z")] {
        scene.iam.note_use(&call, Service::Kms, minutes(later));
        last_used::write_due(&scene.core, &scene.iam).await.unwrap();
        let told = scene.ok("GetAccessKeyLastUsed", &key).await;
        assert_eq!(text(&told, "LastUsedDate"), written);
    }
    // A key that is gone leaves nothing behind.
    scene
        .ok("DeleteAccessKey", &[("UserName", "alice"), key[0]])
        .await;
    scene.iam.note_use(&call, Service::Kms, minutes(60));
    last_used::write_due(&scene.core, &scene.iam).await.unwrap();
    assert_eq!(scene.paths("key-use").await, Vec::<String>::new());
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

/// A composer that read the store before a right was taken away does not bring it back.
#[tokio::test]
async fn a_slow_composer_does_not_bring_a_right_back() {
    // The reads of a composition: the credential, then the user. Slow before or after either.
    for (reads, how) in [
        (1, Fault::MeetBefore as fn(Arc<Barrier>) -> Fault),
        (1, Fault::MeetAfter),
        (2, Fault::MeetBefore),
        (2, Fault::MeetAfter),
    ] {
        let scene = Scene::new().await;
        let id = scene.user_with("alice", json!("kms:ListKeys")).await;
        let root = scene.root().await;
        let barrier = Arc::new(Barrier::new(2));
        scene
            .faulty
            .inject(Call::Get, reads, how(Arc::clone(&barrier)));
        let slow = scene.iam.credential(&id);
        let changed = async {
            barrier.wait().await;
            let document = deny(json!("kms:ListKeys"));
            let parameters = [
                ("UserName", "alice"),
                ("PolicyName", "denied"),
                ("PolicyDocument", document.as_str()),
            ];
            scene
                .iam_as(&root, "PutUserPolicy", &parameters)
                .await
                .unwrap();
            barrier.wait().await;
        };
        let (slow, ()) = tokio::join!(slow, changed);
        assert!(slow.is_ok());
        assert!(
            scene
                .may_list_keys(&id)
                .await
                .unwrap_err()
                .contains("explicit deny")
        );
        let kept = scene.iam.cached(&id).unwrap();
        assert_eq!(kept.caller.identity_policies.len(), 2);
    }
}
