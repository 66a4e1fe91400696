//! The STS operations through the pipeline, and what roots may do in it.

use claviger_core::ops;
use claviger_crypto::SystemRng;
use claviger_iam::{Authentication, RootCredentials, create_account, iam_route, sts_route};
use claviger_model::{Operation, iam};
use claviger_store::{Call, Fault};
use serde_json::{Value, json};

use crate::scene::{ACCOUNT, KEY_ID, OTHER_ACCOUNT, Scene, account};

#[tokio::test]
async fn get_caller_identity() {
    let scene = Scene::new().await;
    let root = scene.credential(KEY_ID).await.unwrap();
    let route = sts_route("GetCallerIdentity").unwrap();
    for form in ["Action=GetCallerIdentity&Version=2011-06-15", ""] {
        let answer = scene.call(route, &root, form).await.unwrap();
        let expected = format!(
            "<GetCallerIdentityResult><UserId>{ACCOUNT}</UserId><Account>{ACCOUNT}</Account>\
             <Arn>arn:aws:iam::{ACCOUNT}:root</Arn></GetCallerIdentityResult>"
        );
        assert_eq!(String::from_utf8(answer).unwrap(), expected);
    }
    let events = scene.events();
    let own = events
        .iter()
        .filter(|event| event["eventName"] == "GetCallerIdentity");
    assert_eq!(own.count(), 2);
    let event = events.last().unwrap();
    assert_eq!(event["eventSource"], "sts.amazonaws.com");
    assert_eq!(event["readOnly"], true);
    assert_eq!(event["userIdentity"]["type"], "Root");
    assert_eq!(event["userIdentity"]["accessKeyId"], KEY_ID);
    assert_eq!(event["additionalEventData"], Value::Null);
}

#[test]
fn operations_have_one_spelling() {
    for name in [
        "",
        "getcalleridentity",
        "GetCallerIdentity ",
        "assumerole",
        "CreateKey",
    ] {
        assert!(sts_route(name).is_none(), "{name}");
    }
}

#[test]
fn every_iam_operation_of_the_model_is_served() {
    for operation in iam::Operation::ALL {
        let name = operation.name();
        let route = iam_route(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(route.rule.name, name);
    }
}

/// It needs no record at all: a caller who is known is told, whatever the store does.
#[tokio::test]
async fn an_identity_is_told_without_the_store() {
    let scene = Scene::new().await;
    let root = scene.credential(KEY_ID).await.unwrap();
    scene.faulty.inject(Call::Any, 1, Fault::FailBefore);
    let route = sts_route("GetCallerIdentity").unwrap();
    assert!(scene.call(route, &root, "").await.is_ok());
    assert_eq!(scene.faulty.faults_left(), 1);
}

/// A caller who could not be verified is served where that is wanted, and each event says so.
#[tokio::test]
async fn unverified_callers_are_marked() {
    let default_account = account(ACCOUNT);
    let any = Authentication::AnyCredentials { default_account };
    let scene = Scene::new().await.restart_with(any).await;
    let anybody = scene.credential("test").await.unwrap();
    let calls = [
        (sts_route("GetCallerIdentity").unwrap(), ""),
        (ops::route(Operation::CreateKey), "{}"),
        (
            ops::route(Operation::DescribeKey),
            r#"{"KeyId":"alias/none"}"#,
        ),
        (ops::route(Operation::DescribeKey), "{"),
    ];
    for (route, body) in calls {
        let answer = scene.call(route, &anybody, body).await;
        let event = scene.events().pop().unwrap();
        let marked = &event["additionalEventData"]["signatureVerified"];
        assert_eq!(*marked, json!(false), "{body}: {answer:?}");
    }
}

/// A root has no rights but those that a key's policy gives its account.
#[tokio::test]
async fn a_root_needs_the_key_policy() {
    let scene = Scene::new().await;
    let other_root = RootCredentials::generate(&SystemRng).unwrap();
    create_account(&scene.core, &scene.iam, account(OTHER_ACCOUNT), &other_root)
        .await
        .unwrap();
    let mine = scene.credential(KEY_ID).await.unwrap();
    let other = scene.credential(&other_root.access_key_id).await.unwrap();
    // The whole key is given away; the one who gives it must say that it means to lock itself out.
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "kms:*", "Resource": "*"
    }});
    let create = ops::route(Operation::CreateKey);
    let body = json!({"Policy": policy.to_string()});
    let refused = scene
        .call(create, &mine, &body.to_string())
        .await
        .unwrap_err();
    let text = "The new key policy will not allow you to update the key policy in the future.";
    assert_eq!(
        (refused.code(), refused.message()),
        ("MalformedPolicyDocumentException", Some(text))
    );
    let body = json!({"Policy": policy.to_string(), "BypassPolicyLockoutSafetyCheck": true});
    let made = scene.call(create, &mine, &body.to_string()).await.unwrap();
    let made: Value = serde_json::from_slice(&made).unwrap();
    let key = &made["KeyMetadata"]["Arn"];
    let encrypt = json!({"KeyId": key, "Plaintext": "aGk="}).to_string();
    let encrypt_route = ops::route(Operation::Encrypt);
    let refused = scene
        .call(encrypt_route, &mine, &encrypt)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "AccessDeniedException");
    assert!(
        refused
            .message()
            .unwrap()
            .contains("no resource-based policy allows"),
        "{refused}"
    );
    scene.call(encrypt_route, &other, &encrypt).await.unwrap();
    // What is no use across accounts stays so, whatever the policy says.
    let disable = json!({"KeyId": key}).to_string();
    let refused = scene
        .call(ops::route(Operation::DisableKey), &other, &disable)
        .await;
    assert_eq!(refused.unwrap_err().code(), "AccessDeniedException");
}

#[tokio::test]
async fn a_policy_may_name_only_who_exists() {
    let scene = Scene::new().await;
    let root = scene.credential(KEY_ID).await.unwrap();
    for (principal, taken) in [
        (json!({"AWS": ACCOUNT}), true),
        (json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}), true),
        (json!("*"), true),
        (json!({"AWS": [ACCOUNT, OTHER_ACCOUNT]}), false),
        (
            json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:user/alice")}),
            false,
        ),
        (
            json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/admin")}),
            false,
        ),
    ] {
        let policy = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"
        }});
        let body = json!({"Policy": policy.to_string()}).to_string();
        let answer = scene
            .call(ops::route(Operation::CreateKey), &root, &body)
            .await;
        let expected = if taken {
            None
        } else {
            Some("MalformedPolicyDocumentException")
        };
        assert_eq!(
            answer.as_ref().err().map(|error| error.code()),
            expected,
            "{principal}"
        );
    }
}
