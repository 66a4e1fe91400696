//! Multi-Region keys of the other kinds: what one Region signs, authenticates or encrypts, another verifies and decrypts.

use serde_json::{Value, json};

use crate::scene::{REGION, Scene, key_id};

#[tokio::test]
async fn related_keys_are_one_key() {
    let scene = Scene::new().await;
    for (spec, usage, here, members, result, there) in KINDS {
        let made = json!({"KeySpec": spec, "KeyUsage": usage, "MultiRegion": true});
        let key = scene.new_key(made).await;
        let body = json!({"KeyId": key, "ReplicaRegion": EU});
        scene.ok("ReplicateKey", body).await;
        let id = key_id(&key);
        for (from, to) in [(REGION, EU), (EU, REGION)] {
            let mut body: Value = serde_json::from_str(members).unwrap();
            body["KeyId"] = json!(id);
            let made = scene.ok_in(from, here, body.clone()).await;
            body[result] = made[result].clone();
            let mut answer = scene.ok_in(to, there, body).await;
            let arn = key.replace(REGION, to);
            assert_eq!(answer["KeyId"].take(), json!(arn), "{spec} {there}");
        }
        if usage != "GENERATE_VERIFY_MAC" {
            let named = json!({"KeyId": id});
            let [one, other] = [
                scene.ok_in(REGION, "GetPublicKey", named.clone()).await,
                scene.ok_in(EU, "GetPublicKey", named).await,
            ];
            assert_eq!(one["PublicKey"], other["PublicKey"]);
        }
    }
}

const EU: &str = "eu-west-1";

/// Spec, usage, what one Region does, its members, what comes of it, and what the other Region does with that.
const KINDS: [(&str, &str, &str, &str, &str, &str); 5] = [
    (
        "ECC_NIST_P256",
        "SIGN_VERIFY",
        "Sign",
        ECDSA,
        "Signature",
        "Verify",
    ),
    (
        "ML_DSA_44",
        "SIGN_VERIFY",
        "Sign",
        ML_DSA,
        "Signature",
        "Verify",
    ),
    (
        "HMAC_256",
        "GENERATE_VERIFY_MAC",
        "GenerateMac",
        HMAC,
        "Mac",
        "VerifyMac",
    ),
    (
        "RSA_2048",
        "ENCRYPT_DECRYPT",
        "Encrypt",
        OAEP,
        "CiphertextBlob",
        "Decrypt",
    ),
    (
        "ML_KEM_512",
        "ENCAPSULATE_DECAPSULATE",
        "Encapsulate",
        r#"{"EncapsulationAlgorithm":"ML_KEM"}"#,
        "SharedSecretCiphertextBlob",
        "Decapsulate",
    ),
];

const ECDSA: &str = r#"{"Message":"aGk=","SigningAlgorithm":"ECDSA_SHA_256"}"#;
const ML_DSA: &str = r#"{"Message":"aGk=","SigningAlgorithm":"ML_DSA_SHAKE_256"}"#;
const HMAC: &str = r#"{"Message":"aGk=","MacAlgorithm":"HMAC_SHA_256"}"#;
const OAEP: &str = r#"{"Plaintext":"aGk=","EncryptionAlgorithm":"RSAES_OAEP_SHA_1"}"#;
