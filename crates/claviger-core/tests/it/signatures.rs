//! Sign and Verify, GenerateMac and VerifyMac: what is valid, what is not, and which message an algorithm takes.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::scene::{Scene, code, refusal};

#[tokio::test]
async fn every_signing_algorithm_signs_and_verifies() {
    let scene = Scene::new().await;
    for (spec, algorithms) in ALGORITHMS {
        let made = json!({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY"});
        let key = scene.new_key(made).await;
        for (algorithm, kinds) in algorithms {
            for (kind, bytes) in *kinds {
                let mut body = json!({
                    "KeyId": key, "SigningAlgorithm": algorithm, "MessageType": kind,
                    "Message": message(*bytes, 1),
                });
                let signed = scene.ok("Sign", body.clone()).await;
                assert_eq!(signed["KeyId"], json!(key));
                assert_eq!(signed["SigningAlgorithm"], *algorithm);
                body["Signature"] = signed["Signature"].clone();
                let verified = scene.ok("Verify", body.clone()).await;
                let valid = json!({
                    "KeyId": key, "SigningAlgorithm": algorithm, "SignatureValid": true
                });
                assert_eq!(verified, valid);
                check_invalid(&scene, body, *bytes).await;
            }
        }
    }
}

/// Another message, an altered and a cut signature: an exception without a text, never `false`.
async fn check_invalid(scene: &Scene, body: Value, bytes: usize) {
    let invalid = ("KMSInvalidSignatureException".to_owned(), None);
    let mut other = body.clone();
    other["Message"] = json!(message(bytes, 2));
    assert_eq!(refusal(scene.call("Verify", other).await), invalid);
    let signature = STANDARD
        .decode(body["Signature"].as_str().unwrap())
        .unwrap();
    let mut altered = signature.clone();
    *altered.last_mut().unwrap() ^= 1;
    let cut = &signature[..signature.len() - 1];
    for wrong in [altered.as_slice(), cut, &[0]] {
        let mut body = body.clone();
        body["Signature"] = json!(STANDARD.encode(wrong));
        assert_eq!(refusal(scene.call("Verify", body).await), invalid);
    }
}

/// A message and its digest are the same message; with Ed25519 they are not.
#[tokio::test]
async fn a_digest_stands_for_its_message() {
    let scene = Scene::new().await;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &[1; 100]);
    for (spec, algorithm) in [
        ("ECC_NIST_P256", "ECDSA_SHA_256"),
        ("RSA_2048", "RSASSA_PSS_SHA_256"),
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
    ] {
        let made = json!({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY"});
        let key = scene.new_key(made).await;
        let body = json!({
            "KeyId": key, "SigningAlgorithm": algorithm, "Message": message(100, 1),
        });
        let signature = scene.ok("Sign", body).await["Signature"].clone();
        let body = json!({
            "KeyId": key, "SigningAlgorithm": algorithm, "MessageType": "DIGEST",
            "Message": STANDARD.encode(digest.as_ref()), "Signature": signature,
        });
        scene.ok("Verify", body).await;
    }
}

#[tokio::test]
async fn an_algorithm_takes_its_own_form_of_message() {
    let scene = Scene::new().await;
    for (spec, algorithm, kind, bytes, text) in [
        (
            "ECC_NIST_P256",
            "ECDSA_SHA_256",
            "DIGEST",
            31,
            "Digest is invalid length for algorithm ECDSA_SHA_256.",
        ),
        (
            "RSA_2048",
            "RSASSA_PSS_SHA_384",
            "DIGEST",
            32,
            "Digest is invalid length for algorithm RSASSA_PSS_SHA_384.",
        ),
        (
            "ML_DSA_44",
            "ML_DSA_SHAKE_256",
            "EXTERNAL_MU",
            63,
            "Digest is invalid length for algorithm ML_DSA_SHAKE_256.",
        ),
        (
            "ML_DSA_44",
            "ML_DSA_SHAKE_256",
            "DIGEST",
            64,
            "Message type DIGEST is incompatible with key spec ML_DSA_44.",
        ),
        (
            "ECC_NIST_EDWARDS25519",
            "ED25519_SHA_512",
            "DIGEST",
            64,
            "Message type DIGEST is incompatible with algorithm ED25519_SHA_512.",
        ),
        (
            "ECC_NIST_EDWARDS25519",
            "ED25519_PH_SHA_512",
            "RAW",
            64,
            "Message type RAW is incompatible with algorithm ED25519_PH_SHA_512.",
        ),
        (
            "ECC_NIST_P256",
            "ECDSA_SHA_256",
            "EXTERNAL_MU",
            64,
            "Message type EXTERNAL_MU is incompatible with key spec ECC_NIST_P256.",
        ),
    ] {
        let made = json!({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY"});
        let body = json!({
            "KeyId": scene.new_key(made).await, "SigningAlgorithm": algorithm, "MessageType": kind,
            "Message": message(bytes, 1), "Signature": "aGk=",
        });
        for operation in ["Sign", "Verify"] {
            let refused = refusal(scene.call(operation, body.clone()).await);
            let expected = ("ValidationException".to_owned(), Some(text.to_owned()));
            assert_eq!(refused, expected, "{operation}");
        }
    }
}

#[tokio::test]
async fn every_mac_is_verified() {
    let scene = Scene::new().await;
    for (size, bytes) in [(224, 28), (256, 32), (384, 48), (512, 64)] {
        let made = json!({"KeySpec": format!("HMAC_{size}"), "KeyUsage": "GENERATE_VERIFY_MAC"});
        let key = scene.new_key(made).await;
        let algorithm = format!("HMAC_SHA_{size}");
        let mut body = json!({"KeyId": key, "MacAlgorithm": algorithm, "Message": "aGk="});
        let made = scene.ok("GenerateMac", body.clone()).await;
        let mac = STANDARD.decode(made["Mac"].as_str().unwrap()).unwrap();
        assert_eq!(mac.len(), bytes);
        body["Mac"] = made["Mac"].clone();
        let verified = scene.ok("VerifyMac", body.clone()).await;
        let valid = json!({"KeyId": key, "MacAlgorithm": algorithm, "MacValid": true});
        assert_eq!(verified, valid);
        let mut altered = mac.clone();
        altered[0] ^= 1;
        for wrong in [altered.as_slice(), &mac[1..], &[0]] {
            body["Mac"] = json!(STANDARD.encode(wrong));
            let refused = refusal(scene.call("VerifyMac", body.clone()).await);
            assert_eq!(refused, ("KMSInvalidMacException".to_owned(), None));
        }
    }
}

/// A dry run says what would have happened.
#[tokio::test]
async fn a_dry_run_tells_the_truth() {
    let scene = Scene::new().await;
    let made = json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"});
    let key = scene.new_key(made).await;
    let mut body = json!({
        "KeyId": key, "SigningAlgorithm": "ECDSA_SHA_256", "Message": "aGk=", "Signature": "aGk=",
    });
    let signed = scene.ok("Sign", body.clone()).await;
    body["DryRun"] = json!(true);
    let dry = |answer| assert_eq!(code(&answer), "DryRunOperationException");
    dry(scene.call("Sign", body.clone()).await);
    let answer = scene.call("Verify", body.clone()).await;
    assert_eq!(code(&answer), "KMSInvalidSignatureException");
    body["Signature"] = signed["Signature"].clone();
    dry(scene.call("Verify", body).await);
}

/// The event says how it was signed, and nothing of the message.
#[tokio::test]
async fn the_event_of_a_signature() {
    let scene = Scene::new().await;
    let made = json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"});
    let key = scene.new_key(made).await;
    let body = json!({
        "KeyId": key, "SigningAlgorithm": "ECDSA_SHA_256", "Message": "c2VjcmV0",
    });
    let signed = scene.ok("Sign", body).await;
    let events = scene.events();
    let event = events.last().unwrap();
    let parameters =
        json!({"keyId": key, "messageType": "RAW", "signingAlgorithm": "ECDSA_SHA_256"});
    assert_eq!(event["requestParameters"], parameters);
    assert_eq!(event["responseElements"], Value::Null);
    assert_eq!(event["readOnly"], true);
    let text = event.to_string();
    assert!(!text.contains("c2VjcmV0") && !text.contains(signed["Signature"].as_str().unwrap()));
}

fn message(bytes: usize, content: u8) -> String {
    STANDARD.encode(vec![content; bytes])
}

type Kinds = &'static [(&'static str, usize)];

const HASH_256: Kinds = &[("RAW", 4096), ("DIGEST", 32)];
const HASH_384: Kinds = &[("RAW", 1), ("DIGEST", 48)];
const HASH_512: Kinds = &[("RAW", 100), ("DIGEST", 64)];
const RSA: &[(&str, Kinds)] = &[
    ("RSASSA_PSS_SHA_256", HASH_256),
    ("RSASSA_PSS_SHA_384", HASH_384),
    ("RSASSA_PSS_SHA_512", HASH_512),
    ("RSASSA_PKCS1_V1_5_SHA_256", HASH_256),
    ("RSASSA_PKCS1_V1_5_SHA_384", HASH_384),
    ("RSASSA_PKCS1_V1_5_SHA_512", HASH_512),
];
const ML_DSA: &[(&str, Kinds)] = &[("ML_DSA_SHAKE_256", &[("RAW", 4096), ("EXTERNAL_MU", 64)])];

const ALGORITHMS: [(&str, &[(&str, Kinds)]); 11] = [
    ("RSA_2048", RSA),
    ("RSA_3072", RSA),
    ("RSA_4096", RSA),
    ("ECC_NIST_P256", &[("ECDSA_SHA_256", HASH_256)]),
    ("ECC_NIST_P384", &[("ECDSA_SHA_384", HASH_384)]),
    ("ECC_NIST_P521", &[("ECDSA_SHA_512", HASH_512)]),
    ("ECC_SECG_P256K1", &[("ECDSA_SHA_256", HASH_256)]),
    (
        "ECC_NIST_EDWARDS25519",
        &[
            ("ED25519_SHA_512", &[("RAW", 4096)]),
            ("ED25519_PH_SHA_512", &[("DIGEST", 64)]),
        ],
    ),
    ("ML_DSA_44", ML_DSA),
    ("ML_DSA_65", ML_DSA),
    ("ML_DSA_87", ML_DSA),
];
