//! From the token of an identity provider to a session.

use std::sync::Arc;

use claviger_core::{call::Answer, call::Call};
use claviger_iam::sts_route;
use claviger_model::{Region, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    client::{allow, text},
    idp::{ARN, NOW, URL, claims, rs256},
    scene::{ACCOUNT, OTHER_ACCOUNT, Scene},
    sts_client::Session,
};

#[tokio::test]
async fn whom_the_provider_vouches_for_gets_a_session() {
    let scene = scene().await;
    let answer = assume(&scene, &rs256(&claims()), ROLE).await.unwrap();
    assert_eq!(
        text(&answer, "SubjectFromWebIdentityToken"),
        "repo:acme/app"
    );
    assert_eq!(text(&answer, "Audience"), "sts.amazonaws.com");
    assert_eq!(text(&answer, "Provider"), ARN);
    let session = Session::of(answer);
    assert_eq!(scene.session_may_list(&session).await, Ok(()));
    let events = scene.events();
    let asked = &events[events.len() - 2];
    assert_eq!(asked["eventName"], "AssumeRoleWithWebIdentity");
    assert_eq!(
        asked["userIdentity"],
        json!({"type": "WebIdentityUser", "principalId": format!("{ARN}:sts.amazonaws.com:repo:acme/app"),
            "userName": "repo:acme/app", "identityProvider": ARN})
    );
    assert_eq!(
        asked["requestParameters"],
        json!({"roleArn": ROLE, "roleSessionName": "build"})
    );
    assert_eq!(
        asked["additionalEventData"],
        json!({"identityProviderConnectionVerificationMethod": "IAMTrustStore"})
    );
    let elements = &asked["responseElements"];
    assert_eq!(elements["credentials"]["accessKeyId"], session.id.as_str());
    assert_eq!(elements["credentials"].get("sessionToken"), None);
    assert_eq!(elements["subjectFromWebIdentityToken"], "repo:acme/app");
    let used = &events[events.len() - 1]["userIdentity"]["sessionContext"];
    assert_eq!(used["webIdFederationData"]["federatedProvider"], ARN);
}

/// Whatever URL an issuer may have, a role can trust it by its ARN and name its claims.
#[tokio::test]
async fn issuers_of_every_form_are_trusted() {
    let scene = Scene::new().await;
    for (role, url) in [
        ("slash", "tenant.idp.example/"),
        ("port", "idp.example:8443/realms/ci"),
        ("empty", "idp.example/a//b"),
        ("marks", "idp.example/~a/b%7Ec/d:e"),
    ] {
        scene.idp.move_to(url);
        let issuer = format!("https://{url}");
        let new = [
            ("Url", issuer.as_str()),
            ("ClientIDList.member.1", "sts.amazonaws.com"),
        ];
        let made = scene.ok("CreateOpenIDConnectProvider", &new).await;
        let arn = text(&made, "OpenIDConnectProviderArn");
        let trusting = trust_in(&arn, url, json!("sts:AssumeRoleWithWebIdentity"));
        let role = scene.role_trusting(role, trusting).await;
        let mut good = claims();
        good["iss"] = json!(issuer);
        let answer = assume(&scene, &rs256(&good), &role).await.unwrap();
        assert_eq!(text(&answer, "Provider"), arn);
        good["sub"] = json!("repo:evil/app");
        let refused = assume(&scene, &rs256(&good), &role).await.unwrap_err();
        assert!(refused.starts_with("AccessDenied"), "{url}: {refused}");
    }
}

/// The trust policy sees what the token says; a stranger who does not fit leaves an event, and gets nothing.
#[tokio::test]
async fn the_trust_policy_decides_about_the_claims() {
    let scene = scene().await;
    let mut other = claims();
    other["sub"] = json!("repo:evil/app");
    let refused = assume(&scene, &rs256(&other), ROLE).await.unwrap_err();
    assert_eq!(
        refused,
        "AccessDeniedException: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    );
    let event = scene.events().pop().unwrap();
    assert_eq!(event["errorCode"], "AccessDenied");
    assert_eq!(event["userIdentity"]["userName"], "repo:evil/app");
    let absent = ROLE.replace("deploy", "absent");
    assert_eq!(
        assume(&scene, &rs256(&claims()), &absent)
            .await
            .unwrap_err(),
        refused
    );
    // A role that trusts somebody else, for something else.
    let own = json!({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:*"});
    let other_role = scene.role_trusting("other", own).await;
    assert_eq!(
        assume(&scene, &rs256(&claims()), &other_role)
            .await
            .unwrap_err(),
        refused
    );
}

#[tokio::test]
async fn what_is_not_believed_is_nobodys_call() {
    let scene = scene().await;
    let events = scene.events().len();
    let mut expired = claims();
    expired["exp"] = json!(NOW - 3600);
    let mut audience = claims();
    audience["aud"] = json!("somebody.else");
    let mut issuer = claims();
    issuer["iss"] = json!("https://unknown.example");
    for (token, role, expected) in [
        (rs256(&expired), ROLE.to_owned(), "ExpiredTokenException"),
        (
            rs256(&audience),
            ROLE.to_owned(),
            "InvalidIdentityToken: Incorrect token audience",
        ),
        (
            rs256(&issuer),
            ROLE.to_owned(),
            "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://unknown.example",
        ),
        // The provider is one account's, and vouches in no other.
        (
            rs256(&claims()),
            ROLE.replace(ACCOUNT, OTHER_ACCOUNT),
            "InvalidIdentityToken: No OpenIDConnect provider found",
        ),
        (
            "a.b.c".to_owned(),
            ROLE.to_owned(),
            "InvalidIdentityToken: The ID Token provided is not a valid JWT",
        ),
        (
            rs256(&claims()),
            format!("arn:aws:iam::{ACCOUNT}:user/x"),
            "ValidationError",
        ),
    ] {
        let refused = assume(&scene, &token, &role).await.unwrap_err();
        assert!(refused.starts_with(expected), "{expected}: {refused}");
    }
    scene.idp.answer(None);
    let fresh = scene.restart().await;
    fresh.idp.answer(None);
    let refused = assume(&fresh, &rs256(&claims()), ROLE).await.unwrap_err();
    assert!(refused.starts_with("IDPCommunicationError"), "{refused}");
    assert_eq!(fresh.events().len(), events);
}

#[tokio::test]
async fn a_provider_gives_tags_and_a_source_identity_along() {
    let scene = scene().await;
    let mut tagged = claims();
    tagged["https://aws.amazon.com/tags"] =
        json!({"principal_tags": {"team": ["blue"]}, "transitive_tag_keys": ["team"]});
    tagged["https://aws.amazon.com/source_identity"] = json!("alice");
    let refused = assume(&scene, &rs256(&tagged), ROLE).await.unwrap_err();
    assert!(refused.contains("sts:TagSession"), "{refused}");
    let given = json!({"roleArn": ROLE, "roleSessionName": "build", "principalTags": {"team": "blue"},
        "transitiveTagKeys": ["team"], "sourceIdentity": "alice"});
    assert_eq!(scene.events().pop().unwrap()["requestParameters"], given);
    let role = scene
        .role_trusting(
            "tagged",
            trust(json!([
                "sts:AssumeRoleWithWebIdentity",
                "sts:TagSession",
                "sts:SetSourceIdentity"
            ])),
        )
        .await;
    let session = Session::of(assume(&scene, &rs256(&tagged), &role).await.unwrap());
    let asked = scene.events().pop().unwrap();
    assert_eq!(
        asked["requestParameters"]["principalTags"],
        given["principalTags"]
    );
    let who = scene.present(&session).await.unwrap();
    assert_eq!(who.caller.tags["team"], "blue");
    let facts = who.caller.session.as_ref().unwrap();
    assert!(facts.transitive_tags.contains("team"));
    assert_eq!(facts.source_identity.as_deref(), Some("alice"));
}

/// The provider's own ARN in the place of the role's is what people mistake most.
#[tokio::test]
async fn what_is_no_role_is_an_invalid_request() {
    let scene = scene().await;
    for no_role in [ARN, "arn:aws:iam::111122223333:user/deploy"] {
        let refused = assume(&scene, &rs256(&claims()), no_role).await;
        assert_eq!(
            refused.unwrap_err(),
            "ValidationError: Request ARN is invalid"
        );
    }
}

/// Whoever signs a call is no web identity.
#[tokio::test]
async fn a_signed_caller_is_refused() {
    let scene = scene().await;
    let root = scene.root().await;
    let token = rs256(&claims());
    let parameters = [
        ("RoleArn", ROLE),
        ("RoleSessionName", "build"),
        ("WebIdentityToken", token.as_str()),
    ];
    let refused = scene
        .sts_as(&root, "AssumeRoleWithWebIdentity", &parameters)
        .await;
    assert_eq!(
        refused.unwrap_err().message(),
        Some("Not authorized to perform sts:AssumeRoleWithWebIdentity")
    );
}

async fn scene() -> Scene {
    let scene = Scene::new().await;
    let provider = format!("https://{URL}");
    let new = [
        ("Url", provider.as_str()),
        ("ClientIDList.member.1", "sts.amazonaws.com"),
    ];
    let made = scene.ok("CreateOpenIDConnectProvider", &new).await;
    assert_eq!(text(&made, "OpenIDConnectProviderArn"), ARN);
    scene
        .role_trusting("deploy", trust(json!("sts:AssumeRoleWithWebIdentity")))
        .await;
    scene
        .put_role_policy("deploy", &allow(json!("kms:ListKeys")))
        .await;
    scene
}

fn trust(actions: Value) -> Value {
    trust_in(ARN, URL, actions)
}

fn trust_in(arn: &str, url: &str, actions: Value) -> Value {
    json!({"Effect": "Allow", "Principal": {"Federated": arn}, "Action": actions, "Condition": {
        "StringEquals": {(format!("{url}:aud")): "sts.amazonaws.com"},
        "StringLike": {(format!("{url}:sub")): "repo:acme/*"}}})
}

/// As the listener does it: the token says who calls.
async fn assume(scene: &Scene, token: &str, role: &str) -> Result<String, String> {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", "2011-06-15"),
            ("RoleArn", role),
            ("RoleSessionName", "build"),
            ("WebIdentityToken", token),
        ])
        .finish();
    let now = Timestamp::from_epoch_ms(NOW * 1000);
    let caller = scene.iam.web_identity(form.as_bytes(), now).await;
    let call = Call {
        caller: caller.map_err(|error| error.to_string())?,
        region: Region::parse("us-east-1").unwrap(),
        body: form.into_bytes().into(),
        request_id: Uuid::nil(),
        origin: Arc::default(),
    };
    let route = sts_route("AssumeRoleWithWebIdentity").unwrap();
    let answer: Answer = scene.core.handle(route, call).await;
    let answer = answer.map_err(|error| error.to_string())?;
    Ok(String::from_utf8(answer).unwrap())
}

const ROLE: &str = "arn:aws:iam::111122223333:role/deploy";
