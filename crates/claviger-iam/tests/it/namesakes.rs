//! Whoever bears the name of somebody who is gone inherits nothing.

use claviger_core::{Principals, error::Error, ops};
use claviger_model::Operation;
use claviger_policy::PrincipalRef;
use serde_json::{Value, json};

use crate::scene::{ACCOUNT, KEY_ID, Scene};

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

/// A key policy and a grant mean who bore the name when they were made. Once that user is gone, its id is shown, and the
/// next of the name may nothing.
#[tokio::test]
async fn key_policies_and_grants_are_not_inherited() {
    let scene = Scene::new().await;
    let old = scene.user("alice").await;
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    let by_policy = Operation::DescribeKey;
    let by_grant = Operation::GenerateDataKey;
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "kms:DescribeKey", "Resource": "*"},
    ]});
    let create = json!({"Policy": policy.to_string()});
    let made = scene
        .kms(KEY_ID, Operation::CreateKey, create)
        .await
        .unwrap();
    let key = json!({"KeyId": made["KeyMetadata"]["Arn"]});
    let grant = json!({
        "KeyId": key["KeyId"], "GranteePrincipal": arn, "Operations": ["GenerateDataKey"]
    });
    scene
        .kms(KEY_ID, Operation::CreateGrant, grant)
        .await
        .unwrap();
    let generate = json!({"KeyId": key["KeyId"], "KeySpec": "AES_256"});
    let alice = scene.key_of("alice").await;
    scene.kms(&alice, by_policy, key.clone()).await.unwrap();
    scene.kms(&alice, by_grant, generate.clone()).await.unwrap();

    let user = ("UserName", "alice");
    scene
        .ok("DeleteAccessKey", &[user, ("AccessKeyId", &alice)])
        .await;
    scene.ok("DeleteUser", &[user]).await;
    scene.user("alice").await;
    let alice = scene.key_of("alice").await;
    for (operation, body) in [(by_policy, key.clone()), (by_grant, generate)] {
        let refused = scene.kms(&alice, operation, body).await.unwrap_err();
        assert_eq!(refused.code(), "AccessDeniedException", "{refused}");
    }
    let shown = scene
        .kms(KEY_ID, Operation::GetKeyPolicy, key)
        .await
        .unwrap();
    let shown = shown["Policy"].as_str().unwrap();
    assert!(shown.contains(&old) && !shown.contains(&arn), "{shown}");
}

impl Scene {
    /// One KMS call by whoever has this access key.
    async fn kms(
        &self,
        access_key_id: &str,
        operation: Operation,
        body: Value,
    ) -> Result<Value, Error> {
        let who = self.credential(access_key_id).await.unwrap();
        let answer = self
            .call(ops::route(operation), &who, &body.to_string())
            .await?;
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    }
}
