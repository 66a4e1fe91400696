//! Shared secrets and data key pairs: DeriveSharedSecret, Encapsulate, Decapsulate, GenerateDataKeyPair.

use aws_lc_rs::{
    rsa::KeyPair as RsaKeyPair,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::scene::{Scene, code, refusal};

#[tokio::test]
async fn two_keys_agree_on_one_secret() {
    let scene = Scene::new().await;
    for (spec, bytes) in [
        ("ECC_NIST_P256", 32),
        ("ECC_NIST_P384", 48),
        ("ECC_NIST_P521", 66),
    ] {
        let made = json!({"KeySpec": spec, "KeyUsage": "KEY_AGREEMENT"});
        let one = scene.new_key(made.clone()).await;
        let other = scene.new_key(made).await;
        let derived = derive(&scene, &one, &public_key(&scene, &other).await).await;
        let back = derive(&scene, &other, &public_key(&scene, &one).await).await;
        assert_eq!(derived["SharedSecret"], back["SharedSecret"]);
        assert_eq!(decode(&derived["SharedSecret"]).len(), bytes);
        assert_eq!(derived["KeyId"], json!(one));
        assert_eq!(derived["KeyAgreementAlgorithm"], "ECDH");
        assert_eq!(derived["KeyOrigin"], "AWS_KMS");
    }
}

/// Bytes that are no key, a key of another curve, and a key of another kind.
#[tokio::test]
async fn a_peer_key_is_one_of_the_same_curve() {
    let scene = Scene::new().await;
    let made = json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"});
    let key = scene.new_key(made).await;
    let made = json!({"KeySpec": "ECC_NIST_P384", "KeyUsage": "KEY_AGREEMENT"});
    let larger = scene.new_key(made).await;
    let made = json!({"KeySpec": "ECC_SECG_P256K1", "KeyUsage": "SIGN_VERIFY"});
    let another = scene.new_key(made).await;
    let larger = public_key(&scene, &larger).await;
    let another = public_key(&scene, &another).await;
    for peer in ["aGk=", &larger, &another] {
        let body = json!({"KeyId": key, "KeyAgreementAlgorithm": "ECDH", "PublicKey": peer});
        let refused = refusal(scene.call("DeriveSharedSecret", body).await);
        assert_eq!(refused, ("ValidationException".to_owned(), None));
    }
}

#[tokio::test]
async fn a_secret_is_encapsulated() {
    let scene = Scene::new().await;
    for (spec, bytes) in [
        ("ML_KEM_512", 768),
        ("ML_KEM_768", 1088),
        ("ML_KEM_1024", 1568),
    ] {
        let made = json!({"KeySpec": spec, "KeyUsage": "ENCAPSULATE_DECAPSULATE"});
        let key = scene.new_key(made).await;
        let body = json!({"KeyId": key, "EncapsulationAlgorithm": "ML_KEM"});
        let sent = scene.ok("Encapsulate", body).await;
        assert_eq!(decode(&sent["SharedSecret"]).len(), 32);
        let ciphertext = decode(&sent["SharedSecretCiphertextBlob"]);
        assert_eq!(ciphertext.len(), bytes);
        let received = decapsulate(&scene, &key, &ciphertext).await.unwrap();
        let expected = json!({
            "KeyId": key, "EncapsulationAlgorithm": "ML_KEM", "SharedSecret": sent["SharedSecret"],
        });
        assert_eq!(received, expected);
        // Only the length can be wrong; anything else gives some secret.
        let mut altered = ciphertext.clone();
        altered[0] ^= 1;
        let other = decapsulate(&scene, &key, &altered).await.unwrap();
        assert_ne!(other["SharedSecret"], sent["SharedSecret"]);
        let cut = decapsulate(&scene, &key, &ciphertext[1..]).await;
        let invalid = ("InvalidCiphertextException".to_owned(), None);
        assert_eq!(refusal(cut), invalid);
    }
}

/// The private key decrypts under its context, belongs to the public one, and the sibling keeps it to itself.
#[tokio::test]
async fn a_pair_of_every_spec() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    for spec in PAIRS {
        let mut body = json!({"KeyId": key, "KeyPairSpec": spec, "EncryptionContext": {"a": "b"}});
        let pair = scene.ok("GenerateDataKeyPair", body.clone()).await;
        assert_eq!(pair["KeyId"], json!(key));
        assert_eq!(pair["KeyPairSpec"], spec);
        assert!(pair["KeyMaterialId"].is_string());
        let private = decode(&pair["PrivateKeyPlaintext"]);
        check_pair(spec, &private, &decode(&pair["PublicKey"]));
        let blob = json!({
            "CiphertextBlob": pair["PrivateKeyCiphertextBlob"], "EncryptionContext": {"a": "b"},
        });
        let decrypted = scene.ok("Decrypt", blob).await;
        assert_eq!(decrypted["Plaintext"], pair["PrivateKeyPlaintext"]);
        let sibling = "GenerateDataKeyPairWithoutPlaintext";
        let without = scene.ok(sibling, body.clone()).await;
        assert_eq!(without["PrivateKeyPlaintext"], Value::Null);
        assert_eq!(without["KeyPairSpec"], spec);
        body["DryRun"] = json!(true);
        let dry = scene.call(sibling, body).await;
        assert_eq!(code(&dry), "DryRunOperationException");
    }
}

/// A pair of these specs is drawn from the service's randomness; a dry run draws nothing but what every call may, ids.
#[tokio::test]
async fn a_dry_run_makes_no_pair() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    for (spec, seed_bytes) in [("ECC_NIST_EDWARDS25519", 32), ("ML_KEM_512", 64)] {
        for operation in ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"] {
            let mut body = json!({"KeyId": key, "KeyPairSpec": spec});
            scene.at_rest.draws.take();
            scene.ok(operation, body.clone()).await;
            assert!(scene.at_rest.draws.take().contains(&seed_bytes), "{spec}");
            body["DryRun"] = json!(true);
            let answer = scene.call(operation, body).await;
            assert_eq!(code(&answer), "DryRunOperationException");
            let draws = scene.at_rest.draws.take();
            assert!(draws.iter().all(|bytes| *bytes == IDS_BYTES), "{draws:?}");
        }
    }
}

#[tokio::test]
async fn no_pair_of_the_china_regions_and_none_for_an_enclave() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let body = json!({"KeyId": key, "KeyPairSpec": "SM2"});
    for operation in ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"] {
        let refused = refusal(scene.call(operation, body.clone()).await);
        assert_eq!(refused.0, "UnsupportedOperationException");
    }
    let recipient = json!({
        "AttestationDocument": "aGk=", "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
    });
    let body = json!({"KeyId": key, "KeyPairSpec": "RSA_2048", "Recipient": recipient});
    let refused = refusal(scene.call("GenerateDataKeyPair", body).await);
    assert_eq!(refused.0, "ValidationException");
}

/// What another reader of PKCS #8 sees.
fn check_pair(spec: &str, private: &[u8], public: &[u8]) {
    assert_eq!(public[0], 0x30);
    if spec.starts_with("RSA") {
        let pair = RsaKeyPair::from_pkcs8(private).unwrap();
        let modulus = pair.public_modulus_len() * 8;
        assert_eq!(spec, format!("RSA_{modulus}"));
        assert!(holds(public, pair.public_key().as_ref()));
    } else if spec == "ECC_NIST_P256" {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, private).unwrap();
        assert!(holds(public, pair.public_key().as_ref()));
    } else if spec.starts_with("ML_KEM") {
        // In seed form, all sizes are equally long.
        assert_eq!(private.len(), 86);
    }
}

fn holds(spki: &[u8], public: &[u8]) -> bool {
    spki.ends_with(public)
}

async fn decapsulate(scene: &Scene, key: &str, ciphertext: &[u8]) -> crate::scene::Answer {
    let body = json!({
        "KeyId": key, "EncapsulationAlgorithm": "ML_KEM",
        "SharedSecretCiphertextBlob": STANDARD.encode(ciphertext),
    });
    scene.call("Decapsulate", body).await
}

async fn derive(scene: &Scene, key: &str, peer: &str) -> Value {
    let body = json!({"KeyId": key, "KeyAgreementAlgorithm": "ECDH", "PublicKey": peer});
    scene.ok("DeriveSharedSecret", body).await
}

async fn public_key(scene: &Scene, key: &str) -> String {
    let answer = scene.ok("GetPublicKey", json!({"KeyId": key})).await;
    answer["PublicKey"].as_str().unwrap().to_owned()
}

fn decode(member: &Value) -> Vec<u8> {
    STANDARD.decode(member.as_str().unwrap()).unwrap()
}

/// Ids of events are drawn 256 at a time.
const IDS_BYTES: usize = 4096;

const PAIRS: [&str; 11] = [
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
];
