//! On which terms a key may be used: the condition keys that the operations set, and what a grant can permit on which key.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    people::identity,
    scene::{ACCOUNT, Scene, code},
};

/// A policy that denies all but one value lets that one through, and no other; a default counts as if it were sent.
#[tokio::test]
async fn conditions_on_algorithms() {
    let scene = Scene::new().await;
    for (spec, usage, operation, body, condition, value) in CONDITIONS {
        let made = match operation {
            "GetParametersForImport" => {
                json!({"KeySpec": spec, "KeyUsage": usage, "Origin": "EXTERNAL"})
            }
            _ => json!({"KeySpec": spec, "KeyUsage": usage}),
        };
        let key = scene.new_key(made).await;
        let mut body: Value = serde_json::from_str(body).unwrap();
        body["KeyId"] = json!(key);
        if operation == "DeriveSharedSecret" {
            let public = scene.ok("GetPublicKey", json!({"KeyId": key})).await;
            body["PublicKey"] = public["PublicKey"].clone();
        }
        for (wanted, expected) in [(value, ""), ("another", "AccessDeniedException")] {
            let policy = policy(operation, condition, wanted).to_string();
            let put = json!({"KeyId": key, "Policy": policy});
            scene.ok("PutKeyPolicy", put).await;
            let answer = scene.call(operation, body.clone()).await;
            assert_eq!(code(&answer), expected, "{operation} {condition} {wanted}");
        }
    }
}

/// Modifiers of a dry run say nothing to a call that is none: it needs its ciphertext, and reads it.
#[tokio::test]
async fn modifiers_of_a_dry_run_modify_no_other() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let sealed = json!({"KeyId": key, "Plaintext": "c2VjcmV0"});
    let sealed = scene.ok("Encrypt", sealed).await;
    let mut body = json!({"KeyId": key, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]});
    let answer = scene.call("Decrypt", body.clone()).await;
    assert_eq!(code(&answer), "ValidationException");
    body["CiphertextBlob"] = sealed["CiphertextBlob"].clone();
    assert_eq!(scene.ok("Decrypt", body).await["Plaintext"], "c2VjcmV0");
}

/// What was left out of a request is null to a policy, though it has a default.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>
#[tokio::test]
async fn conditions_on_what_was_left_out() {
    let scene = Scene::new().await;
    let alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    for (operation, condition, member, value) in [
        (
            "PutKeyPolicy",
            "kms:BypassPolicyLockoutSafetyCheck",
            "BypassPolicyLockoutSafetyCheck",
            json!(false),
        ),
        (
            "ImportKeyMaterial",
            "kms:ExpirationModel",
            "ExpirationModel",
            json!("KEY_MATERIAL_EXPIRES"),
        ),
    ] {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "kms:*", "Resource": "*"},
            {
                "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:user/alice")},
                "Action": format!("kms:{operation}"), "Resource": "*", "Condition": {"Null": {condition: true}},
            },
        ]});
        let key = json!({"Origin": "EXTERNAL", "Policy": policy.to_string()});
        let key = scene.new_key(key).await;
        let mut body = json!({
            "KeyId": key, "Policy": policy.to_string(), "ImportToken": "AA==", "EncryptedKeyMaterial": "AA==",
        });
        let left_out = scene.send(&alice, operation, body.to_string()).await;
        assert_ne!(code(&left_out), "AccessDeniedException", "{operation}");
        body[member] = value;
        let sent = scene.send(&alice, operation, body.to_string()).await;
        assert_eq!(code(&sent), "AccessDeniedException", "{operation}");
    }
}

fn policy(operation: &str, condition: &str, value: &str) -> Value {
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Deny", "Principal": "*", "Action": format!("kms:{operation}"), "Resource": "*",
            "Condition": {"StringNotEquals": {condition: value}},
        },
    ]})
}

/// Names of condition keys have no case, in whatever letters; what a request says in two spellings, it says twice.
#[tokio::test]
async fn a_deny_applies_in_every_spelling_of_a_context_and_of_a_tag() {
    let scene = Scene::new().await;
    let alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    let stage = "kms:EncryptionContext:stage";
    for (condition, pairs, expected) in [
        (stage, json!({"stage": "secret"}), DENIED),
        (stage, json!({"STAGE": "secret"}), DENIED),
        (stage, json!({"STAGE": "x", "stage": "secret"}), DENIED),
        (stage, json!({"STAGE": "secret", "stage": "x"}), DENIED),
        (stage, json!({"STAGE": "x", "stage": "y"}), ""),
        (
            "kms:EncryptionContext:Ünit",
            json!({"Ünit": "secret"}),
            DENIED,
        ),
        (
            "kms:EncryptionContext:Ünit",
            json!({"ünit": "secret"}),
            DENIED,
        ),
        (
            "kms:EncryptionContext:ünit",
            json!({"ÜNIT": "secret"}),
            DENIED,
        ),
    ] {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"},
            {
                "Effect": "Deny", "Principal": {"AWS": alice.principal.arn}, "Action": "kms:*", "Resource": "*",
                "Condition": {"StringEquals": {condition: "secret"}},
            },
        ]});
        let key = scene.new_key(json!({"Policy": policy.to_string()})).await;
        let body = json!({"KeyId": key, "Plaintext": "aGk=", "EncryptionContext": pairs});
        let answer = scene.send(&alice, "Encrypt", body.to_string()).await;
        assert_eq!(code(&answer), expected, "{condition} {pairs}");
    }
    let deny = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/env": "prod"}}},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestTag/env": "prod"}}},
    ]});
    let mut bob = scene.at_rest.people.hire(ACCOUNT, "user/bob");
    Arc::get_mut(&mut bob).unwrap().identity_policies = vec![identity(&deny)];
    let tags = json!([{"TagKey": "ENV", "TagValue": "dev"}, {"TagKey": "env", "TagValue": "prod"}]);
    let made = scene
        .send(&bob, "CreateKey", json!({"Tags": tags}).to_string())
        .await;
    assert_eq!(code(&made), DENIED);
    let key = scene.new_key(json!({"Tags": tags})).await;
    let described = scene
        .send(&bob, "DescribeKey", json!({"KeyId": key}).to_string())
        .await;
    assert_eq!(code(&described), DENIED);
}

/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations>
#[tokio::test]
async fn a_grant_permits_what_the_key_can_do() {
    let scene = Scene::new().await;
    let always = ["CreateGrant", "RetireGrant", "DescribeKey"];
    for (spec, usage, able) in GRANTABLE {
        let made = json!({"KeySpec": spec, "KeyUsage": usage});
        let key = scene.new_key(made).await;
        for operation in OPERATIONS {
            let body = json!({
                "KeyId": key, "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:root"),
                "Operations": [operation, "DescribeKey"],
            });
            let answer = scene.call("CreateGrant", body).await;
            let fits = always.contains(&operation) || able.contains(&operation);
            let expected = if fits { "" } else { "ValidationException" };
            assert_eq!(code(&answer), expected, "{operation} on {spec} {usage}");
        }
    }
}

/// Spec, usage, operation, its members, the condition key and the value that the request has.
const CONDITIONS: [(&str, &str, &str, &str, &str, &str); 13] = [
    (
        P256,
        SIGNS,
        "Sign",
        SIGN,
        "kms:SigningAlgorithm",
        "ECDSA_SHA_256",
    ),
    (P256, SIGNS, "Sign", SIGN, "kms:MessageType", "RAW"),
    (P256, SIGNS, "Sign", SIGN, "kms:KeySpec", P256),
    (P256, SIGNS, "Sign", SIGN, "aws:ResourceAccount", ACCOUNT),
    (P256, SIGNS, "GetPublicKey", "{}", "kms:KeyUsage", SIGNS),
    (
        "HMAC_224",
        MACS,
        "GenerateMac",
        MAC,
        "kms:MacAlgorithm",
        "HMAC_SHA_224",
    ),
    (
        P256,
        "KEY_AGREEMENT",
        "DeriveSharedSecret",
        r#"{"KeyAgreementAlgorithm":"ECDH"}"#,
        "kms:KeyAgreementAlgorithm",
        "ECDH",
    ),
    (
        SYMMETRIC,
        ENCRYPTS,
        "GenerateDataKeyPair",
        PAIR,
        "kms:DataKeyPairSpec",
        P256,
    ),
    (
        SYMMETRIC,
        ENCRYPTS,
        "GenerateDataKeyPairWithoutPlaintext",
        PAIR,
        "kms:DataKeyPairSpec",
        P256,
    ),
    (
        SYMMETRIC,
        ENCRYPTS,
        "GenerateDataKeyPair",
        PAIR,
        "kms:EncryptionAlgorithm",
        SYMMETRIC,
    ),
    (
        "RSA_2048",
        ENCRYPTS,
        "Encrypt",
        r#"{"Plaintext":"aGk=","EncryptionAlgorithm":"RSAES_OAEP_SHA_1"}"#,
        "kms:EncryptionAlgorithm",
        "RSAES_OAEP_SHA_1",
    ),
    (
        "RSA_2048",
        ENCRYPTS,
        "GetParametersForImport",
        PARAMETERS,
        "kms:WrappingAlgorithm",
        "RSA_AES_KEY_WRAP_SHA_256",
    ),
    (
        "RSA_2048",
        ENCRYPTS,
        "GetParametersForImport",
        PARAMETERS,
        "kms:WrappingKeySpec",
        "RSA_2048",
    ),
];

const DENIED: &str = "AccessDeniedException";
const P256: &str = "ECC_NIST_P256";
const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";
const SIGNS: &str = "SIGN_VERIFY";
const MACS: &str = "GENERATE_VERIFY_MAC";
const ENCRYPTS: &str = "ENCRYPT_DECRYPT";
const SIGN: &str = r#"{"Message":"aGk=","SigningAlgorithm":"ECDSA_SHA_256"}"#;
const MAC: &str = r#"{"Message":"aGk=","MacAlgorithm":"HMAC_SHA_224"}"#;
const PAIR: &str = r#"{"KeyPairSpec":"ECC_NIST_P256"}"#;
const PARAMETERS: &str =
    r#"{"WrappingAlgorithm":"RSA_AES_KEY_WRAP_SHA_256","WrappingKeySpec":"RSA_2048"}"#;

const GRANTABLE: [(&str, &str, &[&str]); 6] = [
    (
        SYMMETRIC,
        ENCRYPTS,
        &[
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "ReEncryptFrom",
            "ReEncryptTo",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
        ],
    ),
    (
        "RSA_2048",
        ENCRYPTS,
        &[
            "Decrypt",
            "Encrypt",
            "ReEncryptFrom",
            "ReEncryptTo",
            "GetPublicKey",
        ],
    ),
    ("RSA_2048", SIGNS, &["Sign", "Verify", "GetPublicKey"]),
    (
        P256,
        "KEY_AGREEMENT",
        &["DeriveSharedSecret", "GetPublicKey"],
    ),
    (
        "ML_KEM_512",
        "ENCAPSULATE_DECAPSULATE",
        &["Encapsulate", "Decapsulate", "GetPublicKey"],
    ),
    ("HMAC_224", MACS, &["GenerateMac", "VerifyMac"]),
];

const OPERATIONS: [&str; 19] = [
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GetPublicKey",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
];
