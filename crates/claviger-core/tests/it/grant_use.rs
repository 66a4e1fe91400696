//! What a grant permits, and what it does not.

use std::sync::Arc;

use claviger_core::call::Caller;
use serde_json::{Value, json};

use crate::{
    grants::create,
    people::{almighty, arn, identity},
    scene::{ACCOUNT, OTHER_ACCOUNT, Scene, code},
};

#[tokio::test]
async fn a_grant_permits_its_operations_to_its_grantee() {
    let stage = Stage::set().await;
    let (encrypt, decrypt) = (stage.encrypt(json!({})), stage.decrypt(json!({})).await);
    let granted = json!({"Operations": ["Encrypt", "DescribeKey"]});
    let grant = create(&stage.scene, &stage.key, granted).await;
    stage.expect(&stage.alice, "Encrypt", &encrypt, "").await;
    stage
        .expect(
            &stage.alice,
            "DescribeKey",
            &json!({"KeyId": stage.key}),
            "",
        )
        .await;
    stage
        .expect(&stage.alice, "Decrypt", &decrypt, DENIED)
        .await;
    stage.expect(&stage.bob, "Encrypt", &encrypt, DENIED).await;
    // Not every operation can be granted.
    let named = json!({"KeyId": stage.key, "GrantId": grant["GrantId"]});
    stage
        .expect(&stage.alice, "RevokeGrant", &named, DENIED)
        .await;
    stage.scene.ok("RevokeGrant", named).await;
    stage
        .expect(&stage.alice, "Encrypt", &encrypt, DENIED)
        .await;
}

#[tokio::test]
async fn a_grant_permits_a_role_a_session_and_an_account() {
    let stage = Stage::set().await;
    let encrypt = stage.encrypt(json!({}));
    let people = &stage.scene.at_rest.people;
    people.hire(ACCOUNT, "role/ops");
    let day = people.session(ACCOUNT, "ops", "day");
    let night = people.session(ACCOUNT, "ops", "night");
    let of_session = json!({"GranteePrincipal": day.principal.arn, "Operations": ["Encrypt"]});
    create(&stage.scene, &stage.key, of_session).await;
    stage.expect(&day, "Encrypt", &encrypt, "").await;
    stage.expect(&night, "Encrypt", &encrypt, DENIED).await;
    let of_role = json!({"GranteePrincipal": arn("role/ops"), "Operations": ["Encrypt"]});
    create(&stage.scene, &stage.key, of_role).await;
    stage.expect(&night, "Encrypt", &encrypt, "").await;

    let neighbour = people.hire(OTHER_ACCOUNT, "user/neighbour");
    let itself = json!({"GranteePrincipal": neighbour.principal.arn, "Operations": ["Encrypt"]});
    stage.expect(&neighbour, "Encrypt", &encrypt, DENIED).await;
    let grant = create(&stage.scene, &stage.key, itself).await;
    stage.expect(&neighbour, "Encrypt", &encrypt, "").await;
    let named = json!({"KeyId": stage.key, "GrantId": grant["GrantId"]});
    stage.scene.ok("RevokeGrant", named).await;
    // An account hands on what it was granted by its own policies.
    let root = format!("arn:aws:iam::{OTHER_ACCOUNT}:root");
    let account = json!({"GranteePrincipal": root, "Operations": ["Encrypt"]});
    create(&stage.scene, &stage.key, account).await;
    stage.expect(&neighbour, "Encrypt", &encrypt, DENIED).await;
    let delegate = almighty(people.hire(OTHER_ACCOUNT, "user/delegate"));
    stage.expect(&delegate, "Encrypt", &encrypt, "").await;
}

#[tokio::test]
async fn a_constraint_is_on_the_context_of_the_call() {
    let stage = Stage::set().await;
    let both = json!({"A": "1", "b": "2"});
    for (constraint, contexts) in [
        (
            "EncryptionContextEquals",
            [
                (json!({"a": "1"}), ""),
                (both.clone(), DENIED),
                (json!({}), DENIED),
                (json!({"a": "2"}), DENIED),
            ],
        ),
        (
            "EncryptionContextSubset",
            [
                (json!({"a": "1"}), ""),
                (both.clone(), ""),
                (json!({}), DENIED),
                (json!({"a": "2"}), DENIED),
            ],
        ),
    ] {
        let constraints = json!({constraint: {"a": "1"}});
        let operations = [
            "Encrypt",
            "Decrypt",
            "DescribeKey",
            "ReEncryptFrom",
            "ReEncryptTo",
        ];
        let members = json!({"Operations": operations, "Constraints": constraints});
        let grant = create(&stage.scene, &stage.key, members).await;
        for (context, expected) in contexts {
            let encrypt = stage.encrypt(context.clone());
            stage
                .expect(&stage.alice, "Encrypt", &encrypt, expected)
                .await;
            let decrypt = stage.decrypt(context.clone()).await;
            stage
                .expect(&stage.alice, "Decrypt", &decrypt, expected)
                .await;
            let matching = json!({"a": "1"});
            let moved = json!({
                "CiphertextBlob": decrypt["CiphertextBlob"], "SourceEncryptionContext": context,
                "DestinationKeyId": stage.key, "DestinationEncryptionContext": matching,
            });
            stage
                .expect(&stage.alice, "ReEncrypt", &moved, expected)
                .await;
        }
        let described = json!({"KeyId": stage.key});
        stage
            .expect(&stage.alice, "DescribeKey", &described, "")
            .await;
        let named = json!({"KeyId": stage.key, "GrantId": grant["GrantId"]});
        stage.scene.ok("RevokeGrant", named).await;
    }
}

/// Only a service calls for a resource.
#[tokio::test]
async fn a_constraint_on_the_source_is_met_by_no_caller() {
    let stage = Stage::set().await;
    let source = json!({"SourceArn": "arn:aws:s3:us-east-1:111122223333:bucket"});
    let members = json!({"Operations": ["Encrypt", "DescribeKey"], "Constraints": source});
    create(&stage.scene, &stage.key, members).await;
    stage
        .expect(&stage.alice, "Encrypt", &stage.encrypt(json!({})), DENIED)
        .await;
    stage
        .expect(
            &stage.alice,
            "DescribeKey",
            &json!({"KeyId": stage.key}),
            DENIED,
        )
        .await;
}

/// A grant only adds: neither an explicit deny nor the limit of a boundary or session gives way.
#[tokio::test]
async fn a_grant_overrules_nothing() {
    let stage = Stage::set().await;
    create(&stage.scene, &stage.key, json!({"Operations": ["Encrypt"]})).await;
    let encrypt = stage.encrypt(json!({}));
    let statement = |effect: &str, action: &str| {
        identity(&json!({
            "Version": "2012-10-17",
            "Statement": {"Effect": effect, "Action": action, "Resource": "*"},
        }))
    };
    let mut alice = stage.fellow();
    Arc::get_mut(&mut alice).unwrap().identity_policies = vec![statement("Deny", "kms:Encrypt")];
    stage.expect(&alice, "Encrypt", &encrypt, DENIED).await;
    for (boundary, expected) in [("kms:Decrypt", DENIED), ("kms:*", "")] {
        let mut alice = stage.fellow();
        Arc::get_mut(&mut alice).unwrap().boundary = Some(statement("Allow", boundary));
        stage.expect(&alice, "Encrypt", &encrypt, expected).await;
    }
    let policy = json!({"KeyId": stage.key, "Policy": denying()});
    stage.scene.ok("PutKeyPolicy", policy).await;
    stage
        .expect(&stage.alice, "Encrypt", &encrypt, DENIED)
        .await;
}

/// Who creates grants by a grant alone hands on at most what that permits; a policy sets no such limit.
#[tokio::test]
async fn a_child_grant_is_no_looser_than_its_parent() {
    let stage = Stage::set().await;
    let constraints = json!({"EncryptionContextSubset": {"a": "1"}});
    let operations = ["Encrypt", "CreateGrant"];
    let members = json!({"Operations": operations, "Constraints": constraints});
    create(&stage.scene, &stage.key, members).await;
    let equals = json!({"EncryptionContextEquals": {"a": "1", "b": "2"}});
    let more = json!({"EncryptionContextSubset": {"a": "1", "b": "2"}});
    let other = json!({"EncryptionContextSubset": {"b": "2"}});
    for (operations, constraints, expected) in [
        (json!(["Encrypt"]), &constraints, ""),
        (json!(["Encrypt", "CreateGrant"]), &constraints, ""),
        (json!(["Encrypt"]), &equals, ""),
        (json!(["Encrypt"]), &more, ""),
        (json!(["Encrypt"]), &other, DENIED),
        (json!(["Encrypt"]), &Value::Null, DENIED),
        (json!(["Encrypt", "Decrypt"]), &constraints, DENIED),
        (json!(["Encrypt", "RetireGrant"]), &constraints, DENIED),
    ] {
        let body = json!({
            "KeyId": stage.key, "GranteePrincipal": stage.bob.principal.arn, "Operations": operations,
            "Constraints": constraints,
        });
        stage
            .expect(&stage.alice, "CreateGrant", &body, expected)
            .await;
        // The owner is allowed by the key policy.
        stage.scene.ok("CreateGrant", body).await;
    }
}

/// Tokens are genuine or refused, and each call makes a new one; a grant needs none to be in force.
#[tokio::test]
async fn tokens_are_accepted_where_grants_are() {
    let stage = Stage::set().await;
    let grant = create(&stage.scene, &stage.key, json!({"Operations": ["Encrypt"]})).await;
    let token = grant["GrantToken"].as_str().unwrap();
    // One letter in the middle is another one.
    let (front, back) = token.split_at(20);
    let other = if back.starts_with('A') { "B" } else { "A" };
    let forged = format!("{front}{other}{}", back.get(1..).unwrap());
    for (token, expected) in [
        (token, ""),
        (&forged, INVALID_TOKEN),
        ("bm8", INVALID_TOKEN),
    ] {
        for (caller, operation, mut body) in [
            (&stage.alice, "Encrypt", stage.encrypt(json!({}))),
            (&stage.owner, "Decrypt", stage.decrypt(json!({})).await),
            (&stage.owner, "DescribeKey", json!({"KeyId": stage.key})),
            (
                &stage.owner,
                "GenerateDataKey",
                json!({"KeyId": stage.key, "NumberOfBytes": 1}),
            ),
        ] {
            body["GrantTokens"] = json!([token]);
            stage.expect(caller, operation, &body, expected).await;
        }
    }
}

/// A new user of the same name gets nothing from the old one's grants.
#[tokio::test]
async fn namesakes_inherit_no_grants() {
    let stage = Stage::set().await;
    create(&stage.scene, &stage.key, json!({"Operations": ["Encrypt"]})).await;
    let encrypt = stage.encrypt(json!({}));
    stage.expect(&stage.alice, "Encrypt", &encrypt, "").await;
    let people = &stage.scene.at_rest.people;
    people.fire(ACCOUNT, "user/alice");
    let namesake = people.hire(ACCOUNT, "user/alice");
    stage.expect(&namesake, "Encrypt", &encrypt, DENIED).await;
    let listed = stage
        .scene
        .ok("ListGrants", json!({"KeyId": stage.key}))
        .await;
    let grantee = &listed["Grants"][0]["GranteePrincipal"];
    assert_eq!(*grantee, json!(stage.alice.principal.unique_id));
}

/// A key whose policy names the account only, and users without policies.
struct Stage {
    scene: Scene,
    key: String,
    owner: Arc<Caller>,
    alice: Arc<Caller>,
    bob: Arc<Caller>,
}

impl Stage {
    async fn set() -> Self {
        let scene = Scene::new().await;
        let people = &scene.at_rest.people;
        let [alice, bob] = ["user/alice", "user/bob"].map(|name| people.hire(ACCOUNT, name));
        let key = scene.new_key(json!({})).await;
        Self {
            owner: crate::scene::root(ACCOUNT),
            scene,
            key,
            alice,
            bob,
        }
    }

    /// Another handle on alice, to be given policies.
    fn fellow(&self) -> Arc<Caller> {
        let mut fellow = self.scene.at_rest.people.hire(ACCOUNT, "user/fellow");
        Arc::get_mut(&mut fellow).unwrap().principal = self.alice.principal.clone();
        fellow
    }

    async fn expect(&self, caller: &Arc<Caller>, operation: &str, body: &Value, expected: &str) {
        let answer = self.scene.send(caller, operation, body.to_string()).await;
        let shown = format!("{operation} {body} by {}", caller.principal.arn);
        assert_eq!(code(&answer), expected, "{shown}: {answer:?}");
    }

    fn encrypt(&self, context: Value) -> Value {
        json!({"KeyId": self.key, "Plaintext": "aGk=", "EncryptionContext": context})
    }

    async fn decrypt(&self, context: Value) -> Value {
        let made = self
            .scene
            .ok("Encrypt", self.encrypt(context.clone()))
            .await;
        json!({"CiphertextBlob": made["CiphertextBlob"], "EncryptionContext": context})
    }
}

fn denying() -> String {
    let root = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": {"AWS": arn("user/alice")}, "Action": "kms:Encrypt", "Resource": "*"},
    ]})
    .to_string()
}

const DENIED: &str = "AccessDeniedException";
const INVALID_TOKEN: &str = "InvalidGrantTokenException";
