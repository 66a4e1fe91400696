//! Key policies: who may be named, who may not lock himself out, and what becomes of those who are deleted.

use serde_json::{Value, json};

use crate::{
    people::arn,
    scene::{ACCOUNT, OTHER_ACCOUNT, START_MS, Scene, absent, code, key_id, refusal, root},
};

#[tokio::test]
async fn a_policy_is_put_listed_and_given_back() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let policy = of_accounts(&[ACCOUNT, OTHER_ACCOUNT]);
    let body = json!({"KeyId": key, "Policy": policy, "PolicyName": "default"});
    assert_eq!(scene.ok("PutKeyPolicy", body).await, Value::Null);
    let event = scene.events().pop().unwrap();
    assert_eq!(event["requestParameters"]["policy"], json!(policy));
    assert_eq!(event["responseElements"], json!({"keyId": key}));
    let scene = scene.restart().await;
    let given = scene.ok("GetKeyPolicy", json!({"KeyId": key})).await;
    assert_eq!(given, json!({"Policy": policy, "PolicyName": "default"}));
    let listed = scene.ok("ListKeyPolicies", json!({"KeyId": key})).await;
    assert_eq!(
        listed,
        json!({"PolicyNames": ["default"], "Truncated": false})
    );
}

fn of_service(name: &str) -> String {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": name}, "Action": "kms:*", "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

#[tokio::test]
async fn what_is_refused_leaves_the_old_policy_in_force() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let before = scene.at_rest.dump().await;
    let locked_out =
        "The new key policy will not allow you to update the key policy in the future.";
    let nobody = "Policy contains a statement with one or more invalid principals.";
    let long = of_accounts(&[ACCOUNT]) + &" ".repeat(32 * 1024);
    for (policy, name, bypass, code, text) in [
        (
            of_accounts(&[OTHER_ACCOUNT]),
            "default",
            false,
            MALFORMED,
            Some(locked_out),
        ),
        (
            of(&[&arn("user/nobody")]),
            "default",
            true,
            MALFORMED,
            Some(nobody),
        ),
        (
            of(&["AIDA0000000000000001"]),
            "default",
            true,
            MALFORMED,
            Some(nobody),
        ),
        (
            of_service("kms.example.com"),
            "default",
            true,
            MALFORMED,
            Some("Policy contains a statement with one or more invalid service principals."),
        ),
        ("{}".to_owned(), "default", true, MALFORMED, None),
        (long, "default", true, "LimitExceededException", None),
        (
            of_accounts(&[ACCOUNT]),
            "AWS_RAM",
            false,
            "ValidationException",
            Some("The AWS_RAM policy can only be managed by the RAM service"),
        ),
        (
            of_accounts(&[ACCOUNT]),
            "mine",
            false,
            "NotFoundException",
            Some("No such policy exists"),
        ),
    ] {
        let body = json!({
            "KeyId": key, "Policy": policy, "PolicyName": name, "BypassPolicyLockoutSafetyCheck": bypass,
        });
        let (given, shown) = refusal(scene.call("PutKeyPolicy", body).await);
        assert_eq!(given, code, "{shown:?}");
        if text.is_some() {
            assert_eq!(shown.as_deref(), text);
        }
    }
    assert_eq!(scene.at_rest.dump().await, before);
    let waived = json!({
        "KeyId": key, "Policy": of_accounts(&[OTHER_ACCOUNT]), "BypassPolicyLockoutSafetyCheck": true,
    });
    scene.ok("PutKeyPolicy", waived).await;
    let own = scene.call("GetKeyPolicy", json!({"KeyId": key})).await;
    assert_eq!(code(&own), "AccessDeniedException");
}

/// Whoever is deleted is shown by the unique id, and a new principal of the same name gets nothing.
#[tokio::test]
async fn namesakes_inherit_nothing() {
    let scene = Scene::new().await;
    let alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    let ops = scene.at_rest.people.hire(ACCOUNT, "role/ops");
    let on_call = scene.at_rest.people.session(ACCOUNT, "ops", "on-call");
    let (user, role) = (arn("user/alice"), arn("role/ops"));
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let policy = of(&[&root, &user, &role]);
    let key = scene.new_key(json!({"Policy": policy})).await;
    let describe = json!({"KeyId": key}).to_string();
    for caller in [&alice, &on_call] {
        let answer = scene.send(caller, "DescribeKey", describe.clone()).await;
        assert_eq!(code(&answer), "");
    }
    scene.at_rest.people.fire(ACCOUNT, "user/alice");
    scene.at_rest.people.fire(ACCOUNT, "role/ops");
    let given = scene.ok("GetKeyPolicy", json!({"KeyId": key})).await;
    let (alice_id, ops_id) = (&alice.principal.unique_id, &ops.principal.unique_id);
    let expected = of(&[&root, alice_id, ops_id]);
    let printed: Value = serde_json::from_str(given["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(printed, serde_json::from_str::<Value>(&expected).unwrap());
    let scene = scene.restart().await;
    let alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    scene.at_rest.people.hire(ACCOUNT, "role/ops");
    let on_call = scene.at_rest.people.session(ACCOUNT, "ops", "on-call");
    for caller in [&alice, &on_call] {
        let answer = scene.send(caller, "DescribeKey", describe.clone()).await;
        assert_eq!(code(&answer), "AccessDeniedException");
    }
    // Put again, it means the new ones.
    let again = json!({"KeyId": key, "Policy": policy});
    scene.ok("PutKeyPolicy", again).await;
    for caller in [&alice, &on_call] {
        let answer = scene.send(caller, "DescribeKey", describe.clone()).await;
        assert_eq!(code(&answer), "");
    }
}

/// Cross-account use takes both sides, and the outsider can't tell an absent key from a forbidden one.
#[tokio::test]
async fn another_account_needs_both_sides() {
    let scene = Scene::new().await;
    let shared = scene
        .new_key(json!({"Policy": of_accounts(&[ACCOUNT, OTHER_ACCOUNT])}))
        .await;
    let own = scene.new_key(json!({})).await;
    let nowhere = absent(&shared);
    let alias = json!({"AliasName": "alias/shared", "TargetKeyId": shared});
    scene.ok("CreateAlias", alias).await;
    let by_alias = format!("arn:aws:kms:us-east-1:{ACCOUNT}:alias/shared");
    let neighbour = root(OTHER_ACCOUNT);
    let helpless = scene.at_rest.people.hire(OTHER_ACCOUNT, "user/bob");
    let encrypt = |key: &str| json!({"KeyId": key, "Plaintext": "aGk="}).to_string();
    for key in [&shared, &by_alias] {
        let answer = scene.send(&neighbour, "Encrypt", encrypt(key)).await;
        assert_eq!(answer.unwrap()["KeyId"], json!(shared));
        let answer = scene.send(&helpless, "Encrypt", encrypt(key)).await;
        assert_eq!(code(&answer), "AccessDeniedException");
    }
    // By id or alias name, it is looked for in the caller's own account.
    let bare = shared.rsplit_once('/').unwrap().1;
    for key in [bare, "alias/shared"] {
        let answer = scene.send(&neighbour, "Encrypt", encrypt(key)).await;
        assert_eq!(code(&answer), "NotFoundException");
    }
    let absent_alias = by_alias.replace("shared", "absent");
    let mut told = Vec::new();
    for key in [&own, &nowhere, &absent_alias] {
        told.push(refusal(
            scene.send(&neighbour, "Encrypt", encrypt(key)).await,
        ));
    }
    // Operations that never leave the account tell no more, whatever the policy says.
    let named = json!({"KeyId": shared}).to_string();
    told.push(refusal(
        scene.send(&neighbour, "DisableKey", named.clone()).await,
    ));
    told.push(refusal(scene.send(&neighbour, "GetKeyPolicy", named).await));
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "AccessDeniedException");
}

/// Records of the first format know no principals. They open; one whose policy would need them stays shut.
#[tokio::test]
async fn older_records_open_or_stay_shut() {
    let scene = Scene::new().await;
    scene.at_rest.people.hire(ACCOUNT, "user/alice");
    let key = scene.new_key(json!({})).await;
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let path = format!("key/us-east-1/{}", key_id(&key));
    let describe = json!({"KeyId": key});
    for (policy, expected) in [
        (of(&[&root]), ""),
        (of(&[&root, &arn("user/alice")]), "KMSInternalException"),
    ] {
        let record = json!({
            "id": key_id(&key), "multi_region": false, "account": ACCOUNT, "region": "us-east-1",
            "created_ms": START_MS, "description": "old", "spec": "SYMMETRIC_DEFAULT",
            "usage": "ENCRYPT_DECRYPT", "origin": "EXTERNAL", "policy": policy, "tags": {}, "aliases": [],
            "disabled": false, "deletion_ms": null, "import_epoch": 0, "materials": [],
            "on_demand_rotations": 0,
        });
        let node = scene.at_rest.twin();
        node.forge(&path, 1, record.to_string().as_bytes()).await;
        let node = node.start().await;
        let answer = node.call("DescribeKey", describe.clone()).await;
        assert_eq!(code(&answer), expected, "{policy}");
        if let Ok(described) = answer {
            assert_eq!(described["KeyMetadata"]["Description"], "old");
            assert_eq!(described["KeyMetadata"]["KeyManager"], "CUSTOMER");
            let body = json!({"KeyId": key, "Policy": of(&[&root, &arn("user/alice")])});
            node.ok("PutKeyPolicy", body).await;
        }
    }
}

fn of_accounts(accounts: &[&str]) -> String {
    let roots = accounts.iter();
    let roots: Vec<String> = roots
        .map(|account| format!("arn:aws:iam::{account}:root"))
        .collect();
    of(&roots.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A policy that allows everything to these principals.
pub(crate) fn of(principals: &[&str]) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"},
        ],
    })
    .to_string()
}

const MALFORMED: &str = "MalformedPolicyDocumentException";
