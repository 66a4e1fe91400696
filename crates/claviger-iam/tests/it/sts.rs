//! The STS operations: who may assume what, and what the session is then.

use std::sync::Arc;

use claviger_crypto::SystemRng;
use claviger_iam::{Credential, RootCredentials, create_account};
use serde_json::{Value, json};

use crate::{
    client::{allow, code, deny, text, texts},
    scene::{ACCOUNT, KEY_ID, OTHER_ACCOUNT, Scene, account},
    sts_client::Session,
};

#[tokio::test]
async fn assume_role_answers_and_is_logged() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", own("alice")).await;
    let policy = allow(json!("kms:*"));
    let further = [
        ("DurationSeconds", "900"),
        ("Policy", policy.as_str()),
        ("ExternalId", "outside"),
        ("SourceIdentity", "alice"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "blue"),
        ("TransitiveTagKeys.member.1", "team"),
    ];
    let session = scene.assume(&alice, &role, &further).await.unwrap();
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/worker/build");
    assert_eq!(text(&session.answer, "Arn"), arn);
    assert_eq!(text(&session.answer, "SourceIdentity"), "alice");
    assert_eq!(text(&session.answer, "Expiration"), "2026-01-02T03:19:05Z");
    let percent: i32 = text(&session.answer, "PackedPolicySize").parse().unwrap();
    assert!((1..=20).contains(&percent), "{percent}");
    let size = text(&session.answer, "SessionTokenSize");
    assert_eq!(size, session.token.len().to_string());
    let used = text(&session.answer, "SessionTokenUtilization");
    assert_eq!(used, percent.to_string());
    let events = scene.events();
    let event = events.last().unwrap();
    assert_eq!(event["eventSource"], "sts.amazonaws.com");
    assert_eq!(event["readOnly"], true);
    assert_eq!(
        event["requestParameters"],
        json!({"roleArn": role, "roleSessionName": "build", "policy": policy, "durationSeconds": 900,
            "tags": [{"key": "team", "value": "blue"}], "transitiveTagKeys": ["team"],
            "externalId": "outside", "sourceIdentity": "alice"})
    );
    assert_eq!(
        event["responseElements"],
        json!({"credentials": {"accessKeyId": session.id, "expiration": "Jan 2, 2026, 3:19:05 AM"},
            "assumedRoleUser": {"assumedRoleId": text(&session.answer, "AssumedRoleId"), "arn": arn},
            "packedPolicySize": percent, "sessionTokenUtilization": percent, "sessionTokenSize": session.token.len(),
            "sourceIdentity": "alice"})
    );
    let resource = json!({"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": role});
    assert_eq!(event["resources"], json!([resource]));
}

/// Nobody learns whether a role exists, and what it says, from being refused.
#[tokio::test]
async fn a_role_that_is_not_there_is_refused_like_one_that_may_not_be_assumed() {
    let (scene, alice) = scene().await;
    let who = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    let bob = scene.user_with("bob", json!("kms:*")).await;
    let _ = bob;
    let forbidden = scene.role_for("forbidden", own("bob")).await;
    let absent = forbidden.replace("forbidden", "absent");
    let elsewhere = absent.replace(ACCOUNT, OTHER_ACCOUNT);
    for role in [forbidden, absent, elsewhere] {
        let refused = scene.assume(&alice, &role, &[]).await.unwrap_err();
        let expected = format!(
            "AccessDeniedException: User: {who} is not authorized to perform: sts:AssumeRole on resource: {role}"
        );
        assert_eq!(refused, expected);
    }
    for no_role in [
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::1111:role/worker",
        "arn:aws:sts::111122223333:assumed-role/a/b",
    ] {
        let refused = scene.assume(&alice, no_role, &[]).await.unwrap_err();
        assert_eq!(refused, format!("ValidationError: {no_role} is invalid"));
    }
}

#[tokio::test]
async fn the_root_assumes_no_role() {
    let (scene, _) = scene().await;
    let role = scene.role_for("worker", json!({"AWS": ACCOUNT})).await;
    let root = scene.root().await;
    let refused = scene.assume(&root, &role, &[]).await.unwrap_err();
    assert_eq!(
        refused,
        "AccessDeniedException: Roles may not be assumed by root accounts."
    );
}

/// A trust policy that names the account hands the question to its identity policies.
#[tokio::test]
async fn an_account_that_is_trusted_decides_itself() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", json!({"AWS": ACCOUNT})).await;
    assert!(scene.assume(&alice, &role, &[]).await.is_err());
    scene
        .put_policy("alice", "may", &allow(json!("sts:AssumeRole")))
        .await;
    let alice = again(&scene, &alice).await;
    assert!(scene.assume(&alice, &role, &[]).await.is_ok());
    scene
        .put_policy("alice", "not", &deny(json!("sts:*")))
        .await;
    let alice = again(&scene, &alice).await;
    assert!(scene.assume(&alice, &role, &[]).await.is_err());
}

#[tokio::test]
async fn another_account_needs_both_sides() {
    let (scene, _) = scene().await;
    let other_root = RootCredentials::generate(&SystemRng).unwrap();
    create_account(&scene.core, &scene.iam, account(OTHER_ACCOUNT), &other_root)
        .await
        .unwrap();
    let root = scene.credential(&other_root.access_key_id).await.unwrap();
    let user = [("UserName", "carol")];
    scene.iam_as(&root, "CreateUser", &user).await.unwrap();
    let key = scene.iam_as(&root, "CreateAccessKey", &user).await.unwrap();
    let key = text(&key, "AccessKeyId");
    let carol = scene.credential(&key).await.unwrap();
    let carol_arn = format!("arn:aws:iam::{OTHER_ACCOUNT}:user/carol");
    let role = scene.role_for("shared", json!({"AWS": carol_arn})).await;
    assert!(scene.assume(&carol, &role, &[]).await.is_err());
    let may = allow(json!("sts:AssumeRole"));
    let policy = [
        ("UserName", "carol"),
        ("PolicyName", "may"),
        ("PolicyDocument", may.as_str()),
    ];
    scene.iam_as(&root, "PutUserPolicy", &policy).await.unwrap();
    let carol = scene.credential(&key).await.unwrap();
    let session = scene.assume(&carol, &role, &[]).await.unwrap();
    let known = scene.present(&session).await.unwrap();
    assert_eq!(known.caller.account, account(ACCOUNT));
    // The trust was in this carol, not in whoever is called so next.
    scene
        .iam_as(
            &root,
            "DeleteAccessKey",
            &[("UserName", "carol"), ("AccessKeyId", &key)],
        )
        .await
        .unwrap();
    scene
        .iam_as(&root, "DeleteUserPolicy", &policy[..2])
        .await
        .unwrap();
    scene.iam_as(&root, "DeleteUser", &user).await.unwrap();
    scene.iam_as(&root, "CreateUser", &user).await.unwrap();
    scene.iam_as(&root, "PutUserPolicy", &policy).await.unwrap();
    let key = scene.iam_as(&root, "CreateAccessKey", &user).await.unwrap();
    let namesake = scene.credential(&text(&key, "AccessKeyId")).await.unwrap();
    assert!(scene.assume(&namesake, &role, &[]).await.is_err());
}

#[tokio::test]
async fn conditions_of_a_trust_policy_hold() {
    let (scene, alice) = scene().await;
    let trust = |condition: Value| {
        json!({"Effect": "Allow", "Principal": own("alice"),
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], "Condition": condition})
    };
    for (name, condition, parameters) in [
        (
            "external",
            json!({"StringEquals": {"sts:ExternalId": "secret"}}),
            vec![("ExternalId", "secret")],
        ),
        (
            "source",
            json!({"StringLike": {"sts:SourceIdentity": "a*"}}),
            vec![("SourceIdentity", "alice")],
        ),
        (
            "short",
            json!({"NumericLessThanEquals": {"sts:DurationSeconds": "900"}}),
            vec![("DurationSeconds", "900")],
        ),
        (
            "tagged",
            json!({"StringEquals": {"aws:RequestTag/team": "blue"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["Team"]}}),
            vec![
                ("Tags.member.1.Key", "Team"),
                ("Tags.member.1.Value", "blue"),
            ],
        ),
        (
            "inherits",
            json!({"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "team"}}),
            vec![
                ("Tags.member.1.Key", "team"),
                ("Tags.member.1.Value", "blue"),
                ("TransitiveTagKeys.member.1", "team"),
            ],
        ),
    ] {
        let role = scene.role_trusting(name, trust(condition)).await;
        assert!(scene.assume(&alice, &role, &[]).await.is_err(), "{name}");
        scene.assume(&alice, &role, &parameters).await.unwrap();
    }
    let named = json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}});
    let role = scene.role_trusting("named", trust(named)).await;
    assert!(scene.assume(&alice, &role, &[]).await.is_err());
}

#[tokio::test]
async fn tags_and_source_identity_need_permissions_of_their_own() {
    let (scene, alice) = scene().await;
    let statement =
        json!({"Effect": "Allow", "Principal": own("alice"), "Action": "sts:AssumeRole"});
    let role = scene.role_trusting("plain", statement).await;
    scene.assume(&alice, &role, &[]).await.unwrap();
    let tags = [("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")];
    let refused = scene.assume(&alice, &role, &tags).await.unwrap_err();
    assert!(
        refused.contains("perform: sts:TagSession on resource"),
        "{refused}"
    );
    let refused = scene
        .assume(&alice, &role, &[("SourceIdentity", "alice")])
        .await
        .unwrap_err();
    assert!(
        refused.contains("perform: sts:SetSourceIdentity on resource"),
        "{refused}"
    );
}

#[tokio::test]
async fn what_contradicts_itself_is_refused() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", own("alice")).await;
    let arns: Vec<String> = (1..=11)
        .map(|n| format!("PolicyArns.member.{n}.arn"))
        .collect();
    let read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let arns: Vec<_> = arns.iter().map(|name| (name.as_str(), read_only)).collect();
    for (expected, parameters) in [
        (
            "InvalidInput",
            vec![
                ("Tags.member.1.Key", "a"),
                ("Tags.member.1.Value", ""),
                ("Tags.member.2.Key", "A"),
                ("Tags.member.2.Value", ""),
            ],
        ),
        (
            "InvalidInput",
            vec![("Tags.member.1.Key", "aws:x"), ("Tags.member.1.Value", "")],
        ),
        ("ValidationError", vec![("TransitiveTagKeys.member.1", "a")]),
        ("ValidationError", arns),
        (
            "ValidationError",
            vec![(
                "ProvidedContexts.member.1.ProviderArn",
                "arn:aws:iam::aws:contextProvider/x",
            )],
        ),
        ("MalformedPolicyDocument", vec![("Policy", "{}")]),
        ("MalformedPolicyDocument", vec![("Policy", "no policy")]),
        (
            "MalformedPolicyDocument",
            vec![(
                "PolicyArns.member.1.arn",
                "arn:aws:iam::111122223333:policy/none",
            )],
        ),
        (
            "AccessDeniedException",
            vec![
                ("SerialNumber", "arn:aws:iam::1:mfa/a"),
                ("TokenCode", "123456"),
            ],
        ),
        ("ValidationException", vec![("DurationSeconds", "899")]),
        ("ValidationException", vec![("DurationSeconds", "43201")]),
    ] {
        let refused = scene.assume(&alice, &role, &parameters).await.unwrap_err();
        assert_eq!(code(&refused), expected, "{parameters:?}: {refused}");
    }
}

/// The event tells which second factor was shown, and not its code.
#[tokio::test]
async fn a_second_factor_is_noted_without_its_code() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", own("alice")).await;
    let shown = [
        ("SerialNumber", "arn:aws:iam::1:mfa/a"),
        ("TokenCode", "123456"),
    ];
    assert!(scene.assume(&alice, &role, &shown).await.is_err());
    assert!(
        scene
            .sts_as(&alice, "GetSessionToken", &shown)
            .await
            .is_err()
    );
    let events = scene.events();
    for event in &events[events.len() - 2..] {
        let parameters = &event["requestParameters"];
        assert_eq!(
            parameters["serialNumber"], "arn:aws:iam::1:mfa/a",
            "{event}"
        );
        assert!(!event.to_string().contains("123456"), "{event}");
    }
}

#[tokio::test]
async fn get_session_token() {
    let (scene, alice) = scene().await;
    scene
        .put_policy("alice", "may", &allow(json!(["kms:*", "iam:*", "sts:*"])))
        .await;
    let alice = again(&scene, &alice).await;
    let answer = scene.sts_as(&alice, "GetSessionToken", &[]).await.unwrap();
    let session = Session::of(answer);
    assert_eq!(text(&session.answer, "Expiration"), "2026-01-02T15:04:05Z");
    assert_eq!(scene.events().pop().unwrap()["readOnly"], false);
    let who = scene.present(&session).await.unwrap();
    assert_eq!(
        who.caller.principal.arn,
        format!("arn:aws:iam::{ACCOUNT}:user/alice")
    );
    assert_eq!(scene.session_may_list(&session).await, Ok(()));
    let event = scene.events().pop().unwrap();
    assert_eq!(event["userIdentity"]["type"], "IAMUser");
    assert_eq!(
        event["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"],
        "false"
    );
    assert!(
        scene.iam_as(&who, "ListUsers", &[]).await.is_err(),
        "no IAM without a second factor"
    );
    let key = [("AccessKeyId", KEY_ID)];
    assert!(scene.sts_as(&alice, "GetAccessKeyInfo", &key).await.is_ok());
    let refused = scene.sts_as(&who, "GetAccessKeyInfo", &key).await;
    assert_eq!(refused.unwrap_err().code(), "AccessDeniedException");
    let refused = scene
        .sts_as(&who, "GetSessionToken", &[])
        .await
        .unwrap_err();
    assert_eq!(
        refused.message(),
        Some("Cannot call GetSessionToken with session credentials")
    );
    let role = scene.role_for("worker", own("alice")).await;
    assert!(scene.assume(&who, &role, &[]).await.is_ok());
    // The user's rights count as they are, and end with the user.
    scene
        .put_policy("alice", "not", &deny(json!("kms:ListKeys")))
        .await;
    assert!(scene.session_may_list(&session).await.is_err());
    for (seconds, fits) in [("129600", true), ("899", false), ("129601", false)] {
        let asked = scene
            .sts_as(&alice, "GetSessionToken", &[("DurationSeconds", seconds)])
            .await;
        assert_eq!(asked.is_ok(), fits, "{seconds}");
    }
    let root = scene.root().await;
    let of_root = scene.sts_as(&root, "GetSessionToken", &[]).await.unwrap();
    assert_eq!(text(&of_root, "Expiration"), "2026-01-02T04:04:05Z");
    assert!(scene.present(&Session::of(of_root)).await.is_some());
    let long = [("DurationSeconds", "129600")];
    let of_root = scene.sts_as(&root, "GetSessionToken", &long).await.unwrap();
    assert_eq!(text(&of_root, "Expiration"), "2026-01-02T04:04:05Z");
}

/// For who must learn whether what lies between bears long tokens.
#[tokio::test]
async fn a_token_is_as_long_as_is_asked() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", own("alice")).await;
    let policy = allow(json!("kms:ListKeys"));
    for (wanted, bytes) in [("0", None), ("2000", Some(2_000)), ("4096", Some(4_096))] {
        let asked = [("MinimumSessionTokenSize", wanted), ("Policy", &policy)];
        let session = scene.assume(&alice, &role, &asked).await.unwrap();
        let len = session.token.len();
        assert!(
            bytes.map_or(len < 1_500, |bytes| len == bytes),
            "{wanted}: {len}"
        );
        assert_eq!(text(&session.answer, "SessionTokenSize"), len.to_string());
        assert!(scene.present(&session).await.is_some());
        let of_user = scene.sts_as(&alice, "GetSessionToken", &asked[..1]).await;
        let of_user = Session::of(of_user.unwrap());
        assert!(of_user.token.len() >= bytes.unwrap_or(0));
        assert!(scene.present(&of_user).await.is_some());
    }
    let asked = [("MinimumSessionTokenSize", "4097")];
    let refused = scene.assume(&alice, &role, &asked).await.unwrap_err();
    assert_eq!(
        refused,
        "ValidationException: 1 validation error detected: Value '4097' at 'minimumSessionTokenSize' failed to satisfy constraint: \
         Member must have value less than or equal to 4096"
    );
}

#[tokio::test]
async fn get_access_key_info() {
    let (scene, alice) = scene().await;
    let ask = [("AccessKeyId", KEY_ID)];
    assert!(
        scene
            .sts_as(&alice, "GetAccessKeyInfo", &ask)
            .await
            .is_err()
    );
    scene
        .put_policy("alice", "may", &allow(json!("sts:GetAccessKeyInfo")))
        .await;
    let alice = again(&scene, &alice).await;
    let answer = scene
        .sts_as(&alice, "GetAccessKeyInfo", &ask)
        .await
        .unwrap();
    assert_eq!(texts(&answer, "Account"), [ACCOUNT]);
    let unknown = [("AccessKeyId", "AKIAUNKNOWNUNKNOWN12")];
    let refused = scene
        .sts_as(&alice, "GetAccessKeyInfo", &unknown)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "ValidationError");
}

/// With a user alice without any rights.
pub(crate) async fn scene() -> (Scene, Arc<Credential>) {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let key = scene.key_of("alice").await;
    let alice = scene.credential(&key).await.unwrap();
    (scene, alice)
}

/// The same user, as the next call would see it.
pub(crate) async fn again(scene: &Scene, who: &Credential) -> Arc<Credential> {
    scene.credential(&who.caller.access_key_id).await.unwrap()
}

pub(crate) fn own(user: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:user/{user}")})
}
