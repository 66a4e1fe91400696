//! DeriveSharedSecret.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::scene::{Scene, refusal};

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
