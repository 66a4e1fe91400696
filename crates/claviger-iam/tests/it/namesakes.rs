//! Whoever bears the name of somebody who is gone inherits nothing.

use claviger_core::Principals;
use claviger_policy::PrincipalRef;
use serde_json::json;

use crate::scene::{ACCOUNT, Scene};

#[tokio::test]
async fn a_namesake_is_somebody_else() {
    let scene = Scene::new().await;
    let first = scene.user("alice").await;
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    let named = PrincipalRef::Arn(arn.clone());
    let by_id = PrincipalRef::UniqueId(first.clone());
    assert_eq!(
        scene.iam.resolve(&named).await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(scene.iam.arn_of(&first).await.unwrap(), Some(arn.clone()));
    assert_eq!(
        scene.iam.resolve(&by_id).await.unwrap(),
        Some(first.clone())
    );
    scene.ok("DeleteUser", &[("UserName", "alice")]).await;
    assert_eq!(scene.iam.resolve(&named).await.unwrap(), None);
    assert_eq!(scene.iam.arn_of(&first).await.unwrap(), None);
    let second = scene.user("alice").await;
    assert_ne!(first, second);
    assert_eq!(
        scene.iam.resolve(&named).await.unwrap(),
        Some(second.clone())
    );
    assert_eq!(scene.iam.arn_of(&first).await.unwrap(), None);
    assert_eq!(scene.iam.resolve(&by_id).await.unwrap(), None);
}

/// An ARN is spelled exactly, path and case included.
#[tokio::test]
async fn an_arn_names_nobody_when_it_is_spelled_otherwise() {
    let scene = Scene::new().await;
    scene
        .ok("CreateUser", &[("UserName", "Alice"), ("Path", "/a/")])
        .await;
    for (resource, found) in [
        ("user/a/Alice", true),
        ("user/a/alice", false),
        ("user/Alice", false),
        ("user/A/Alice", false),
        ("role/a/Alice", false),
        ("user/a/Alice/", false),
    ] {
        let named = PrincipalRef::Arn(format!("arn:aws:iam::{ACCOUNT}:{resource}"));
        let id = scene.iam.resolve(&named).await.unwrap();
        assert_eq!(id.is_some(), found, "{resource}");
    }
    let elsewhere = PrincipalRef::Arn("arn:aws:iam::444455556666:user/a/Alice".to_owned());
    assert_eq!(scene.iam.resolve(&elsewhere).await.unwrap(), None);
}

/// The access key of somebody who is gone does not speak for the namesake.
#[tokio::test]
async fn the_key_of_a_deleted_user_is_dead() {
    let scene = Scene::new().await;
    let old = scene.user_with("alice", json!("kms:ListKeys")).await;
    let user = ("UserName", "alice");
    scene
        .ok("DeleteAccessKey", &[user, ("AccessKeyId", &old)])
        .await;
    scene
        .ok("DeleteUserPolicy", &[user, ("PolicyName", "allowed")])
        .await;
    scene.ok("DeleteUser", &[user]).await;
    let new = scene.user_with("alice", json!("kms:ListKeys")).await;
    assert!(scene.credential(&old).await.is_none());
    assert_eq!(scene.may_list_keys(&new).await, Ok(()));
}
