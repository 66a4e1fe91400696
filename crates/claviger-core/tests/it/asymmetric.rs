//! Encrypting under RSA keys: limits, terms, and what a ciphertext that names no key needs.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::scene::{Scene, refusal};

#[tokio::test]
async fn every_size_takes_as_much_as_aws_says_and_not_a_byte_more() {
    let scene = Scene::new().await;
    for (spec, sha1, sha256) in [
        ("RSA_2048", 214, 190),
        ("RSA_3072", 342, 318),
        ("RSA_4096", 470, 446),
    ] {
        let key = rsa(&scene, spec).await;
        for (algorithm, max) in [("RSAES_OAEP_SHA_1", sha1), ("RSAES_OAEP_SHA_256", sha256)] {
            let mut body = json!({
                "KeyId": key, "EncryptionAlgorithm": algorithm, "Plaintext": bytes(max),
            });
            let encrypted = scene.ok("Encrypt", body.clone()).await;
            assert_eq!(encrypted["KeyId"], json!(key));
            assert_eq!(encrypted["EncryptionAlgorithm"], algorithm);
            let decrypted = scene
                .ok("Decrypt", ciphertext(&key, algorithm, &encrypted))
                .await;
            let expected = json!({
                "KeyId": key, "EncryptionAlgorithm": algorithm, "Plaintext": bytes(max),
            });
            assert_eq!(decrypted, expected, "no id of the material");
            body["Plaintext"] = json!(bytes(max + 1));
            let text = format!(
                "Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {max} bytes."
            );
            let refused = refusal(scene.call("Encrypt", body).await);
            assert_eq!(refused, ("ValidationException".to_owned(), Some(text)));
        }
    }
}

#[tokio::test]
async fn what_does_not_decrypt() {
    let scene = Scene::new().await;
    let (key, other) = (rsa(&scene, "RSA_2048").await, rsa(&scene, "RSA_2048").await);
    let (sha1, sha256) = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256");
    let body = json!({"KeyId": key, "EncryptionAlgorithm": sha256, "Plaintext": bytes(5)});
    let encrypted = scene.ok("Encrypt", body).await;
    let invalid = ("InvalidCiphertextException".to_owned(), None);
    for (key, algorithm) in [(&other, sha256), (&key, sha1)] {
        let body = ciphertext(key, algorithm, &encrypted);
        assert_eq!(refusal(scene.call("Decrypt", body).await), invalid);
    }
    for blob in ["aGk=", &bytes(256), &bytes(257)] {
        let encrypted = json!({"CiphertextBlob": blob});
        let body = ciphertext(&key, sha256, &encrypted);
        assert_eq!(refusal(scene.call("Decrypt", body).await), invalid);
    }
    // Nothing in the ciphertext says whose it is.
    let mut body = ciphertext(&key, sha256, &encrypted);
    body.as_object_mut().unwrap().remove("KeyId");
    let (code, text) = refusal(scene.call("Decrypt", body).await);
    assert_eq!(code, "ValidationException");
    assert!(text.unwrap().contains("'keyId'"));
}

/// Symmetric encryption binds a context, RSA cannot.
#[tokio::test]
async fn a_context_is_refused() {
    let scene = Scene::new().await;
    let key = rsa(&scene, "RSA_2048").await;
    let context = json!({"a": "b"});
    let text = Some("EncryptionContext is not supported for asymmetric KMS keys.".to_owned());
    let refused = ("ValidationException".to_owned(), text);
    for (operation, member) in [("Encrypt", "Plaintext"), ("Decrypt", "CiphertextBlob")] {
        let mut body = json!({
            "KeyId": key, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256", "EncryptionContext": context,
        });
        body[member] = json!("aGk=");
        assert_eq!(refusal(scene.call(operation, body).await), refused);
    }
}

/// From either kind of key to either kind.
#[tokio::test]
async fn re_encryption_crosses_kinds() {
    let scene = Scene::new().await;
    let symmetric = scene.new_key(json!({})).await;
    let rsa = rsa(&scene, "RSA_2048").await;
    let plain = json!({"KeyId": symmetric, "Plaintext": "aGk=", "EncryptionContext": {"a": "b"}});
    let blob = scene.ok("Encrypt", plain).await["CiphertextBlob"].clone();
    let body = json!({
        "CiphertextBlob": blob, "SourceEncryptionContext": {"a": "b"},
        "DestinationKeyId": rsa, "DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_1",
    });
    let there = scene.ok("ReEncrypt", body).await;
    assert_eq!(there["SourceEncryptionAlgorithm"], "SYMMETRIC_DEFAULT");
    assert_eq!(there["DestinationEncryptionAlgorithm"], "RSAES_OAEP_SHA_1");
    assert!(there["SourceKeyMaterialId"].is_string());
    assert_eq!(there["DestinationKeyMaterialId"], Value::Null);
    let body = json!({
        "CiphertextBlob": there["CiphertextBlob"], "SourceKeyId": rsa,
        "SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_1", "DestinationKeyId": symmetric,
    });
    let back = scene.ok("ReEncrypt", body).await;
    assert_eq!(back["SourceKeyId"], json!(rsa));
    let body = json!({"CiphertextBlob": back["CiphertextBlob"]});
    assert_eq!(scene.ok("Decrypt", body).await["Plaintext"], "aGk=");
    // A longer message than the destination takes.
    let long = json!({"KeyId": symmetric, "Plaintext": bytes(215)});
    let blob = scene.ok("Encrypt", long).await["CiphertextBlob"].clone();
    let body = json!({
        "CiphertextBlob": blob, "DestinationKeyId": rsa,
        "DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_1",
    });
    let (code, text) = refusal(scene.call("ReEncrypt", body).await);
    assert_eq!(code, "ValidationException");
    assert!(text.unwrap().ends_with("larger than 214 bytes."));
}

fn ciphertext(key: &str, algorithm: &str, encrypted: &Value) -> Value {
    json!({
        "KeyId": key, "EncryptionAlgorithm": algorithm,
        "CiphertextBlob": encrypted["CiphertextBlob"],
    })
}

async fn rsa(scene: &Scene, spec: &str) -> String {
    let made = json!({"KeySpec": spec, "KeyUsage": "ENCRYPT_DECRYPT"});
    scene.new_key(made).await
}

fn bytes(count: usize) -> String {
    STANDARD.encode(vec![7; count])
}
