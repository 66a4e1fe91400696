//! Grants: what may be granted to whom, names and tokens, and how a grant ends.

use std::{collections::BTreeSet, sync::Arc};

use claviger_core::call::Caller;
use claviger_store::{Call, Fault};
use serde_json::{Value, json};

use crate::{
    people::{almighty, arn},
    scene::{ACCOUNT, DAY, OTHER_ACCOUNT, REGION, Scene, absent, code, refusal, root},
};

#[tokio::test]
async fn what_can_be_granted() {
    let scene = Scene::new().await;
    scene.at_rest.people.hire(ACCOUNT, "user/alice");
    scene.at_rest.people.hire(ACCOUNT, "role/ops");
    let key = scene.new_key(json!({})).await;
    for (change, expected) in changes() {
        let mut body =
            json!({"KeyId": key, "GranteePrincipal": arn("user/alice"), "Operations": ["Decrypt"]});
        for (member, value) in change.as_object().unwrap() {
            body[member] = value.clone();
        }
        let answer = scene.call("CreateGrant", body).await;
        assert_eq!(code(&answer), expected, "{change}: {answer:?}");
        let event = scene.events().pop().unwrap();
        assert_eq!(event["eventName"], "CreateGrant");
    }
}

/// Members of a request that differ from an ordinary one, and what comes of them.
#[expect(clippy::too_many_lines, reason = "a table")]
fn changes() -> Vec<(Value, &'static str)> {
    let (alice, context) = (arn("user/alice"), json!({"a": "b"}));
    let source = "arn:aws:s3:us-east-1:111122223333:bucket";
    let many: serde_json::Map<String, Value> =
        (0..9).map(|n| (n.to_string(), json!("v"))).collect();
    let long = json!({"a": "v".repeat(385)});
    let service = "logs.us-east-1.amazonaws.com";
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/ops/on-call");
    let other_root = format!("arn:aws:iam::{OTHER_ACCOUNT}:root");
    vec![
        (json!({}), ""),
        (json!({"GranteePrincipal": arn("role/ops")}), ""),
        (json!({"GranteePrincipal": session}), ""),
        (json!({"GranteePrincipal": other_root}), ""),
        (json!({"RetiringPrincipal": other_root}), ""),
        (json!({"RetiringServicePrincipal": service}), ""),
        (
            json!({"Constraints": {"EncryptionContextEquals": context, "SourceArn": source}}),
            "",
        ),
        (
            json!({"Constraints": {"EncryptionContextSubset": context}}),
            "",
        ),
        (
            json!({"GranteePrincipal": arn("user/nobody")}),
            "InvalidArnException",
        ),
        (
            json!({"GranteePrincipal": arn("group/g")}),
            "InvalidArnException",
        ),
        (json!({"GranteePrincipal": ACCOUNT}), "InvalidArnException"),
        (
            json!({"GranteePrincipal": "s3.amazonaws.com"}),
            "InvalidArnException",
        ),
        (
            json!({"RetiringPrincipal": arn("user/nobody")}),
            "InvalidArnException",
        ),
        (json!({"GranteePrincipal": null}), VALIDATION),
        (json!({"GranteeServicePrincipal": service}), VALIDATION),
        (
            json!({"GranteePrincipal": null, "GranteeServicePrincipal": service}),
            VALIDATION,
        ),
        (
            json!({"GranteePrincipal": null, "GranteeServicePrincipal": service, "RetiringPrincipal": alice}),
            VALIDATION,
        ),
        (
            json!({"GranteePrincipal": null, "GranteeServicePrincipal": service, "RetiringPrincipal": alice,
                "Constraints": {"SourceArn": source}}),
            "",
        ),
        (
            json!({"RetiringPrincipal": alice, "RetiringServicePrincipal": service}),
            VALIDATION,
        ),
        (json!({"Operations": []}), VALIDATION),
        (json!({"Operations": ["Sign"]}), VALIDATION),
        (json!({"Operations": ["GetPublicKey"]}), VALIDATION),
        (
            json!({"Operations": ["GenerateMac", "Decrypt"]}),
            VALIDATION,
        ),
        (
            json!({"Constraints": {"EncryptionContextSubset": context, "EncryptionContextEquals": context}}),
            VALIDATION,
        ),
        (
            json!({"Constraints": {"EncryptionContextEquals": many}}),
            VALIDATION,
        ),
        (
            json!({"Constraints": {"EncryptionContextSubset": long}}),
            VALIDATION,
        ),
        (json!({"KeyId": "alias/a"}), "InvalidArnException"),
        (
            json!({"GrantTokens": ["bm8="]}),
            "InvalidGrantTokenException",
        ),
    ]
}

/// Same name and same members: the same grant, under a new token. Anything else is another grant.
#[tokio::test]
async fn a_name_makes_a_grant_once() {
    let (scene, key) = scene().await;
    let body = json!({
        "KeyId": key, "GranteePrincipal": arn("user/alice"), "Operations": ["Decrypt", "Encrypt"], "Name": "n",
    });
    let first = scene.ok("CreateGrant", body.clone()).await;
    let stored = scene.at_rest.dump().await;
    let mut turned = body.clone();
    turned["Operations"] = json!(["Encrypt", "Decrypt", "Encrypt"]);
    for same in [body.clone(), turned] {
        let again = scene.ok("CreateGrant", same).await;
        assert_eq!(again["GrantId"], first["GrantId"]);
        assert_ne!(again["GrantToken"], first["GrantToken"]);
    }
    assert_eq!(scene.at_rest.dump().await, stored);
    for (member, value) in [
        ("Name", json!("m")),
        ("Name", json!(null)),
        ("Operations", json!(["Decrypt"])),
        ("GranteePrincipal", json!(arn("user/bob"))),
        ("RetiringPrincipal", json!(arn("user/bob"))),
        (
            "Constraints",
            json!({"EncryptionContextSubset": {"a": "b"}}),
        ),
    ] {
        let mut other = body.clone();
        other[member] = value;
        let other = scene.ok("CreateGrant", other).await;
        assert_ne!(other["GrantId"], first["GrantId"], "{member}");
    }
    let unnamed =
        json!({"KeyId": key, "GranteePrincipal": arn("user/alice"), "Operations": ["Decrypt"]});
    let one = scene.ok("CreateGrant", unnamed.clone()).await;
    assert_ne!(
        scene.ok("CreateGrant", unnamed).await["GrantId"],
        one["GrantId"]
    );
}

#[tokio::test]
async fn a_dry_run_grants_and_ends_nothing() {
    let (scene, key) = scene().await;
    let grant = create(&scene, &key, json!({"RetiringPrincipal": arn("user/bob")})).await;
    let before = scene.at_rest.dump().await;
    let by_id = json!({"KeyId": key, "GrantId": grant["GrantId"], "DryRun": true});
    let body = json!({
        "KeyId": key, "GranteePrincipal": arn("user/alice"), "Operations": ["Decrypt"], "DryRun": true,
    });
    for (operation, body) in [
        ("CreateGrant", body),
        ("RevokeGrant", by_id.clone()),
        ("RetireGrant", by_id),
        (
            "RetireGrant",
            json!({"GrantToken": grant["GrantToken"], "DryRun": true}),
        ),
    ] {
        let answer = scene.call(operation, body).await;
        assert_eq!(code(&answer), "DryRunOperationException", "{operation}");
    }
    // A token in the request stays out of the log; which grant it names does not.
    let event = scene.events().pop().unwrap();
    let named = json!({"grantId": grant["GrantId"]});
    assert_eq!(event["additionalEventData"], named);
    assert_eq!(scene.at_rest.dump().await, before);
}

#[tokio::test]
async fn a_revoked_grant_is_gone() {
    let (scene, key) = scene().await;
    let grant = create(&scene, &key, json!({"RetiringPrincipal": arn("user/bob")})).await;
    let named = json!({"KeyId": key, "GrantId": grant["GrantId"]});
    assert_eq!(scene.ok("RevokeGrant", named.clone()).await, Value::Null);
    let event = scene.events().pop().unwrap();
    assert_eq!(event["requestParameters"]["grantId"], grant["GrantId"]);
    assert_eq!(event["responseElements"], json!({"keyId": key}));
    for operation in ["RevokeGrant", "RetireGrant"] {
        let answer = scene.call(operation, named.clone()).await;
        assert_eq!(code(&answer), "NotFoundException", "{operation}");
    }
    let by_token = json!({"GrantToken": grant["GrantToken"]});
    let answer = scene.call("RetireGrant", by_token).await;
    assert_eq!(code(&answer), "InvalidGrantTokenException");
    let malformed = json!({"KeyId": key, "GrantId": "g"});
    for operation in ["RevokeGrant", "RetireGrant", "ListGrants"] {
        let answer = scene.call(operation, malformed.clone()).await;
        assert_eq!(code(&answer), "InvalidGrantIdException", "{operation}");
    }
    assert_eq!(scene.at_rest.paths("grant").await, Vec::<String>::new());
    assert_eq!(
        scene.at_rest.paths("retirable-grant").await,
        Vec::<String>::new()
    );
    let at_rest = scene.stop().await;
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
}

/// The retiring principal, the grantee if the grant says so, and the account that created it; no policy adds anybody.
#[tokio::test]
async fn who_may_retire() {
    let (scene, key) = scene().await;
    let people = &scene.at_rest.people;
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| {
        let name = format!("user/{name}");
        people.hire(ACCOUNT, &name)
    });
    let dave = people.hire(OTHER_ACCOUNT, "user/dave");
    let (both, decrypt) = (json!(["Decrypt", "RetireGrant"]), json!(["Decrypt"]));
    let to_bob = json!(bob.principal.arn);
    let to_dave = json!(dave.principal.arn);
    let other_root = json!(format!("arn:aws:iam::{OTHER_ACCOUNT}:root"));
    let cases: [(&Value, &Value, &Arc<Caller>, bool); 10] = [
        (&to_bob, &decrypt, &bob, true),
        (&to_bob, &decrypt, &alice, false),
        (&to_bob, &both, &alice, true),
        (&Value::Null, &decrypt, &bob, false),
        (&to_bob, &decrypt, &root(ACCOUNT), true),
        (&to_bob, &decrypt, &carol, false),
        (
            &to_bob,
            &decrypt,
            &almighty(people.hire(ACCOUNT, "user/erin")),
            true,
        ),
        (&to_dave, &decrypt, &dave, true),
        (&other_root, &decrypt, &dave, false),
        (&other_root, &decrypt, &root(OTHER_ACCOUNT), true),
    ];
    for (retiring, operations, caller, may) in cases {
        for by_token in [true, false] {
            let members = json!({"RetiringPrincipal": retiring, "Operations": operations});
            let grant = create(&scene, &key, members).await;
            let named = if by_token {
                json!({"GrantToken": grant["GrantToken"]})
            } else {
                json!({"KeyId": key, "GrantId": grant["GrantId"]})
            };
            let answer = scene.send(caller, "RetireGrant", named.to_string()).await;
            let shown = format!("{retiring} {operations} {}", caller.principal.arn);
            assert_eq!(answer.is_ok(), may, "{shown}: {answer:?}");
            let event = scene.events().pop().unwrap();
            if may {
                assert_eq!(event["additionalEventData"]["grantId"], grant["GrantId"]);
                assert_eq!(event["requestParameters"].is_null(), by_token);
            } else {
                assert_eq!(event["errorCode"], "AccessDeniedException", "{shown}");
            }
        }
    }
}

/// Whoever may not retire a grant of another account does not learn whether it exists.
#[tokio::test]
async fn a_stranger_learns_nothing_of_grants() {
    let (scene, key) = scene().await;
    let grant = create(&scene, &key, json!({})).await;
    let stranger = root(OTHER_ACCOUNT);
    let absent_key = absent(&key);
    let absent_grant = json!("0".repeat(64));
    let mut told = Vec::new();
    for (key, grant) in [
        (&key, &grant["GrantId"]),
        (&key, &absent_grant),
        (&absent_key, &absent_grant),
    ] {
        for operation in ["RetireGrant", "RevokeGrant", "ListGrants"] {
            let body = json!({"KeyId": key, "GrantId": grant}).to_string();
            told.push(refusal(scene.send(&stranger, operation, body).await));
        }
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test]
async fn a_grant_is_named_in_one_way() {
    let (scene, key) = scene().await;
    let grant = create(&scene, &key, json!({})).await;
    let (id, token) = (&grant["GrantId"], &grant["GrantToken"]);
    for (body, expected) in [
        (json!({}), VALIDATION),
        (json!({"GrantId": id}), VALIDATION),
        (json!({"KeyId": key}), VALIDATION),
        (
            json!({"KeyId": key, "GrantId": id, "GrantToken": token}),
            VALIDATION,
        ),
        (
            json!({"KeyId": "alias/a", "GrantId": id}),
            "InvalidArnException",
        ),
        (json!({"GrantToken": "bm8="}), "InvalidGrantTokenException"),
        (json!({"GrantToken": id}), "InvalidGrantTokenException"),
        (
            json!({"KeyId": crate::scene::key_id(&key), "GrantId": id}),
            "",
        ),
    ] {
        let answer = scene.call("RetireGrant", body.clone()).await;
        assert_eq!(code(&answer), expected, "{body}");
    }
}

/// More grants than a batch holds end with their key, wherever the sweep is interrupted.
#[tokio::test]
async fn grants_end_with_their_key() {
    let (scene, key) = scene().await;
    for _ in 0..130 {
        create(&scene, &key, json!({"RetiringPrincipal": arn("user/bob")})).await;
    }
    let schedule = json!({"KeyId": key, "PendingWindowInDays": 7});
    scene.ok("ScheduleKeyDeletion", schedule).await;
    crate::scene::wait_seconds(i64::from(7 * DAY));
    let at_rest = scene.stop().await;
    let mut left = BTreeSet::new();
    for nth in 1.. {
        let scene = at_rest.fork().await.start().await;
        scene
            .at_rest
            .faulty
            .inject(Call::Commit, nth, Fault::FailBefore);
        let swept = claviger_core::jobs::run_due(&scene.core).await;
        let is_clean = scene.at_rest.faulty.faults_left() > 0;
        if scene.at_rest.paths("tombstone").await.len() == 1 {
            check_nothing_is_left(&scene, &key).await;
        }
        left.insert(scene.at_rest.paths("grant").await.len());
        if is_clean {
            swept.unwrap();
            break;
        }
        let scene = scene.crash().await;
        claviger_core::jobs::run_due(&scene.core).await.unwrap();
        for table in ["grant", "grant-tally", "retirable-grant", "due"] {
            assert_eq!(scene.at_rest.paths(table).await, Vec::<String>::new());
        }
        let at_rest = scene.stop().await;
        assert_eq!(at_rest.problems().await, Vec::<String>::new());
    }
    assert!(
        left.is_superset(&BTreeSet::from([130, 80, 30, 0])),
        "{left:?}"
    );
}

/// What is still to be swept permits nothing and is listed nowhere.
async fn check_nothing_is_left(scene: &Scene, key: &str) {
    let decrypt = json!({"KeyId": key, "Plaintext": "aGk="});
    let answer = scene.call("Encrypt", decrypt).await;
    assert_eq!(code(&answer), "NotFoundException");
    let retirable = json!({"RetiringPrincipal": arn("user/bob")});
    let listed = scene.ok("ListRetirableGrants", retirable).await;
    assert_eq!(listed["Grants"], json!([]));
}

#[tokio::test]
async fn a_key_has_so_many_grants_and_no_more() {
    let (scene, key) = scene().await;
    create(&scene, &key, json!({})).await;
    let path = scene.at_rest.paths("grant-tally").await.remove(0);
    scene.at_rest.forge(&path, 1, br#"{"grants":50000}"#).await;
    let body =
        json!({"KeyId": key, "GranteePrincipal": arn("user/alice"), "Operations": ["Decrypt"]});
    let answer = scene.call("CreateGrant", body).await;
    assert_eq!(code(&answer), "LimitExceededException");
    assert!(path.starts_with(&format!("grant-tally/{REGION}/")));
}

/// A key, alice and bob.
async fn scene() -> (Scene, String) {
    let scene = Scene::new().await;
    for name in ["user/alice", "user/bob"] {
        scene.at_rest.people.hire(ACCOUNT, name);
    }
    let key = scene.new_key(json!({})).await;
    (scene, key)
}

/// A grant to alice.
pub(crate) async fn create(scene: &Scene, key: &str, members: Value) -> Value {
    let mut body =
        json!({"KeyId": key, "GranteePrincipal": arn("user/alice"), "Operations": ["Decrypt"]});
    for (member, value) in members.as_object().unwrap() {
        body[member] = value.clone();
    }
    scene.ok("CreateGrant", body).await
}

const VALIDATION: &str = "ValidationException";
