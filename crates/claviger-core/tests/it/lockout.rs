//! The lockout safety check: who gives a key its policy must be able to put another one.

use std::sync::Arc;

use claviger_core::call::Caller;
use serde_json::{Value, json};

use crate::{
    people::{almighty, arn, identity},
    regions::EU,
    scene::{ACCOUNT, Answer, OTHER_ACCOUNT, REGION, Scene, code, refusal, root},
};

/// The check asks the new policy as PutKeyPolicy would be asked about this key.
#[tokio::test]
async fn conditions_count_as_they_will_for_the_next_policy() {
    let scene = Scene::new().await;
    for (effect, condition, fits) in CONDITIONS {
        let condition: Value = serde_json::from_str(condition).unwrap();
        let policy = match effect {
            "Allow" => of(&[statement("Allow", &account(), &condition)]),
            _ => of(&[
                statement("Allow", &account(), &json!({})),
                statement("Deny", "*", &condition),
            ]),
        };
        let key = scene.new_key(json!({})).await;
        let put = json!({"KeyId": key, "Policy": policy});
        for (operation, body) in [
            ("CreateKey", json!({"Policy": policy})),
            ("PutKeyPolicy", put),
        ] {
            let answer = scene.call(operation, body).await;
            assert_outcome(answer, fits, &format!("{operation} {effect} {condition}"));
        }
    }
}

/// A replica's policy is asked about in the replica's Region.
#[tokio::test]
async fn a_replica_must_be_manageable_where_it_stands() {
    let scene = Scene::new().await;
    for (region, fits) in [(EU, false), (REGION, true)] {
        let key = scene.new_key(json!({"MultiRegion": true})).await;
        let condition = json!({"StringEquals": {"aws:RequestedRegion": region}});
        let policy = of(&[
            statement("Allow", &account(), &json!({})),
            statement("Deny", "*", &condition),
        ]);
        let body = json!({"KeyId": key, "ReplicaRegion": EU, "Policy": policy});
        assert_outcome(scene.call("ReplicateKey", body).await, fits, region);
    }
}

/// Where the policy leaves it to the account, the caller's own policies decide, as they will then.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>
#[tokio::test]
async fn what_is_left_to_the_account_must_be_allowed_there() {
    let create = json!({"Effect": "Allow", "Action": ["kms:CreateKey"], "Resource": "*"});
    let put = json!({"Effect": "Allow", "Action": "kms:PutKeyPolicy", "Resource": "*"});
    let elsewhere = json!({
        "Effect": "Allow", "Action": "kms:PutKeyPolicy",
        "Resource": format!("arn:aws:kms:{EU}:{ACCOUNT}:key/*"),
    });
    let deny = json!({"Effect": "Deny", "Action": "kms:PutKeyPolicy", "Resource": "*"});
    for (own, named, fits) in [
        (json!([create]), false, false),
        (json!([create]), true, true),
        (json!([create, put]), false, true),
        (json!([create, elsewhere]), false, false),
        (json!([create, put, deny]), false, false),
        (json!([create, deny]), true, false),
    ] {
        let scene = Scene::new().await;
        let alice = with(scene.at_rest.people.hire(ACCOUNT, "user/alice"), &own);
        let principal = if named { arn("user/alice") } else { account() };
        let body = json!({"Policy": of(&[statement("Allow", &principal, &json!({}))])});
        let answer = scene.send(&alice, "CreateKey", body.to_string()).await;
        assert_outcome(answer, fits, &format!("{own} {principal}"));
        // Who does not choose the policy needs no more than to create the key.
        let answer = scene.send(&alice, "CreateKey", "{}".to_owned()).await;
        assert_eq!(code(&answer), "", "{own}");
    }
}

/// A boundary and the policies of a session limit the next PutKeyPolicy as they limit this call.
#[tokio::test]
async fn limits_of_the_caller_count() {
    let scene = Scene::new().await;
    let limit = identity(&json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"},
    ]}));
    let mut bounded = almighty(scene.at_rest.people.hire(ACCOUNT, "user/alice"));
    Arc::get_mut(&mut bounded).unwrap().boundary = Some(Arc::clone(&limit));
    scene.at_rest.people.hire(ACCOUNT, "role/ops");
    let mut session = almighty(scene.at_rest.people.session(ACCOUNT, "ops", "now"));
    let facts = Arc::get_mut(&mut session).unwrap().session.as_mut();
    facts.unwrap().policies = Some(vec![limit]);
    let body = json!({"Policy": of(&[statement("Allow", &account(), &json!({}))])}).to_string();
    for caller in [&bounded, &session] {
        let answer = scene.send(caller, "CreateKey", body.clone()).await;
        assert_outcome(answer, false, &caller.principal.arn);
    }
    let free = almighty(scene.at_rest.people.session(ACCOUNT, "ops", "now"));
    assert_outcome(scene.send(&free, "CreateKey", body).await, true, "free");
}

/// What every policy must say, whoever asks.
#[tokio::test]
async fn the_policy_must_allow_the_caller_itself_or_its_account() {
    let scene = Scene::new().await;
    let alice = almighty(scene.at_rest.people.hire(ACCOUNT, "user/alice"));
    let bob = almighty(scene.at_rest.people.hire(ACCOUNT, "user/bob"));
    let named = of(&[statement("Allow", &arn("user/alice"), &json!({}))]);
    let pattern = named.replace("kms:PutKeyPolicy", "kms:Put*");
    let other_action = named.replace("kms:PutKeyPolicy", "kms:Encrypt");
    let other_account = of(&[statement("Allow", OTHER_ACCOUNT, &json!({}))]);
    let without_resource = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": account()}, "Action": "kms:*"},
    ]});
    for (caller, policy, fits) in [
        (&alice, &named, true),
        (&alice, &pattern, true),
        (&alice, &other_action, false),
        (&bob, &named, false),
        (&root(ACCOUNT), &named, false),
        (&alice, &other_account, false),
        (&alice, &without_resource.to_string(), false),
    ] {
        let body = json!({"Policy": policy}).to_string();
        let answer = scene.send(caller, "CreateKey", body).await;
        assert_outcome(answer, fits, &format!("{} {policy}", caller.principal.arn));
    }
}

fn assert_outcome(answer: Answer, fits: bool, case: &str) {
    if fits {
        assert_eq!(code(&answer), "", "{case}: {answer:?}");
        return;
    }
    let (code, text) = refusal(answer);
    assert_eq!(code, "MalformedPolicyDocumentException", "{case}");
    let expected = "The new key policy will not allow you to update the key policy in the future.";
    assert_eq!(text.as_deref(), Some(expected), "{case}");
}

fn account() -> String {
    format!("arn:aws:iam::{ACCOUNT}:root")
}

fn of(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn statement(effect: &str, principal: &str, condition: &Value) -> Value {
    json!({
        "Effect": effect, "Principal": {"AWS": principal}, "Action": "kms:PutKeyPolicy", "Resource": "*",
        "Condition": condition,
    })
}

fn with(mut caller: Arc<Caller>, statements: &Value) -> Arc<Caller> {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Arc::get_mut(&mut caller).unwrap().identity_policies = vec![identity(&document)];
    caller
}

/// Conditions of a statement that allows the account, or of one that denies everybody beside such a one; and whether the policy
/// leaves a way back.
const CONDITIONS: [(&str, &str, bool); 15] = [
    ("Allow", "{}", true),
    (
        "Allow",
        r#"{"StringEquals": {"kms:PolicyName": "default"}}"#,
        true,
    ),
    (
        "Allow",
        r#"{"StringEquals": {"kms:PolicyName": "AWS_RAM"}}"#,
        false,
    ),
    (
        "Allow",
        r#"{"StringEqualsIfExists": {"kms:PolicyName": "AWS_RAM"}}"#,
        false,
    ),
    (
        "Allow",
        r#"{"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}"#,
        false,
    ),
    (
        "Deny",
        r#"{"StringEquals": {"kms:PolicyName": "default"}}"#,
        false,
    ),
    (
        "Deny",
        r#"{"StringNotEquals": {"kms:PolicyName": "default"}}"#,
        true,
    ),
    (
        "Deny",
        r#"{"StringEquals": {"kms:PolicyName": "AWS_RAM"}}"#,
        true,
    ),
    (
        "Deny",
        r#"{"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}"#,
        false,
    ),
    (
        "Deny",
        r#"{"StringEquals": {"kms:KeySpec": "RSA_2048"}}"#,
        true,
    ),
    (
        "Deny",
        r#"{"StringEquals": {"kms:KeyOrigin": "AWS_KMS"}}"#,
        false,
    ),
    (
        "Deny",
        r#"{"StringEquals": {"kms:KeyUsage": "SIGN_VERIFY"}}"#,
        true,
    ),
    ("Deny", r#"{"Bool": {"kms:MultiRegion": "false"}}"#, false),
    (
        "Deny",
        r#"{"StringEquals": {"aws:RequestedRegion": "us-east-1"}}"#,
        false,
    ),
    (
        "Deny",
        r#"{"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}"#,
        true,
    ),
];
