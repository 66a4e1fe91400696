//! What keys of every spec do, and what they refuse, in AWS's words.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::scene::{Scene, refusal};

#[tokio::test]
async fn every_spec_and_usage_describes_itself() {
    let scene = Scene::new().await;
    for (spec, usage, member, algorithms) in KINDS {
        let body = json!({"KeySpec": spec, "KeyUsage": usage});
        let created = scene.ok("CreateKey", body).await["KeyMetadata"].clone();
        let key = created["Arn"].as_str().unwrap();
        let shown = format!("{spec} {usage}");
        let described = scene.ok("DescribeKey", json!({"KeyId": key})).await;
        assert_eq!(described["KeyMetadata"], created, "{shown}");
        assert_eq!(created["KeySpec"], spec);
        assert_eq!(created["KeyUsage"], usage);
        assert_eq!(created["KeyState"], "Enabled");
        let algorithms: Vec<&str> = algorithms.split(' ').collect();
        for list in LISTS {
            let expected = if list == member {
                json!(algorithms)
            } else {
                Value::Null
            };
            assert_eq!(created[list], expected, "{shown} {list}");
        }
        // The deprecated name repeats the other, for keys that are younger than it too.
        assert_eq!(created["CustomerMasterKeySpec"], created["KeySpec"]);
        let symmetric = spec == "SYMMETRIC_DEFAULT";
        assert_eq!(created["CurrentKeyMaterialId"].is_string(), symmetric);
        check_public_key(&scene, &created, member).await;
        check_event(&scene, member, &algorithms);
    }
}

/// The answer says of the key what DescribeKey says.
async fn check_public_key(scene: &Scene, described: &Value, member: &str) {
    let answer = scene
        .call("GetPublicKey", json!({"KeyId": described["Arn"]}))
        .await;
    if member == "MacAlgorithms" || described["KeySpec"] == "SYMMETRIC_DEFAULT" {
        let refused = ("UnsupportedOperationException".to_owned(), None);
        assert_eq!(refusal(answer), refused);
        return;
    }
    let answer = answer.unwrap();
    assert_eq!(answer["KeyId"], described["Arn"]);
    for member in ["KeySpec", "KeyUsage", "CustomerMasterKeySpec", member] {
        assert_eq!(answer[member], described[member]);
    }
    let der = STANDARD
        .decode(answer["PublicKey"].as_str().unwrap())
        .unwrap();
    assert_eq!(der[0], 0x30, "a SEQUENCE");
}

fn check_event(scene: &Scene, member: &str, algorithms: &[&str]) {
    let events = scene.events();
    let created = events
        .iter()
        .rfind(|event| event["eventName"] == "CreateKey");
    let metadata = &created.unwrap()["responseElements"]["keyMetadata"];
    let (first, rest) = member.split_at(1);
    let member = format!("{}{rest}", first.to_lowercase());
    assert_eq!(metadata[&member], json!(algorithms));
}

#[tokio::test]
async fn what_cannot_be_created() {
    let scene = Scene::new().await;
    for (body, code, text) in [
        (
            json!({"KeySpec": "RSA_2048"}),
            "ValidationException",
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        ),
        (
            json!({"KeySpec": "HMAC_256"}),
            "ValidationException",
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        ),
        (
            json!({"KeySpec": "ECC_SECG_P256K1", "KeyUsage": "KEY_AGREEMENT"}),
            "ValidationException",
            "KeyUsage KEY_AGREEMENT is not compatible with KeySpec ECC_SECG_P256K1",
        ),
        (
            json!({"KeyUsage": "SIGN_VERIFY"}),
            "ValidationException",
            "KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT",
        ),
        (
            json!({"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"}),
            "UnsupportedOperationException",
            "KeySpec SM2 is not supported in this Region",
        ),
        (
            json!({"KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY", "Origin": "EXTERNAL"}),
            "UnsupportedOperationException",
            "KeySpec ML_DSA_44 is not supported for Origin EXTERNAL",
        ),
    ] {
        let refused = refusal(scene.call("CreateKey", body).await);
        assert_eq!(refused, (code.to_owned(), Some(text.to_owned())));
    }
}

/// Every operation on a key of another usage.
#[tokio::test]
async fn a_key_is_used_for_what_it_is_for() {
    let scene = Scene::new().await;
    let body = json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"});
    let signing = scene.new_key(body).await;
    let encrypting = scene.new_key(json!({})).await;
    for (operation, body) in [
        ("Encrypt", json!({"Plaintext": "aGk="})),
        (
            "Decrypt",
            json!({"CiphertextBlob": "aGk=", "EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}),
        ),
        ("GenerateDataKey", json!({"KeySpec": "AES_256"})),
        ("GenerateDataKeyPair", json!({"KeyPairSpec": "RSA_2048"})),
        (
            "GenerateMac",
            json!({"Message": "aGk=", "MacAlgorithm": "HMAC_SHA_256"}),
        ),
        (
            "VerifyMac",
            json!({"Message": "aGk=", "Mac": "aGk=", "MacAlgorithm": "HMAC_SHA_256"}),
        ),
        (
            "DeriveSharedSecret",
            json!({"KeyAgreementAlgorithm": "ECDH", "PublicKey": "aGk="}),
        ),
        ("Encapsulate", json!({"EncapsulationAlgorithm": "ML_KEM"})),
        (
            "Decapsulate",
            json!({"EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": "aGk="}),
        ),
    ] {
        check_usage(&scene, operation, body, &signing, "SIGN_VERIFY").await;
    }
    for (operation, body) in [
        (
            "Sign",
            json!({"Message": "aGk=", "SigningAlgorithm": "ECDSA_SHA_256"}),
        ),
        (
            "Verify",
            json!({"Message": "aGk=", "Signature": "aGk=", "SigningAlgorithm": "ECDSA_SHA_256"}),
        ),
    ] {
        check_usage(&scene, operation, body, &encrypting, "ENCRYPT_DECRYPT").await;
    }
}

async fn check_usage(scene: &Scene, operation: &str, mut body: Value, key: &str, usage: &str) {
    body["KeyId"] = json!(key);
    let text = format!("{key} key usage is {usage} which is not valid for {operation}.");
    let expected = ("InvalidKeyUsageException".to_owned(), Some(text));
    assert_eq!(refusal(scene.call(operation, body).await), expected);
}

/// A fitting usage, another algorithm.
#[tokio::test]
async fn an_algorithm_is_one_of_the_keys() {
    let scene = Scene::new().await;
    for (spec, usage, operation, algorithm, body) in [
        (
            "ECC_NIST_P256",
            "SIGN_VERIFY",
            "Sign",
            "ECDSA_SHA_384",
            json!({"Message": "aGk=", "SigningAlgorithm": "ECDSA_SHA_384"}),
        ),
        (
            "HMAC_256",
            "GENERATE_VERIFY_MAC",
            "GenerateMac",
            "HMAC_SHA_512",
            json!({"Message": "aGk=", "MacAlgorithm": "HMAC_SHA_512"}),
        ),
        (
            "RSA_2048",
            "ENCRYPT_DECRYPT",
            "Encrypt",
            "SYMMETRIC_DEFAULT",
            json!({"Plaintext": "aGk="}),
        ),
        (
            "RSA_2048",
            "ENCRYPT_DECRYPT",
            "Decrypt",
            "SYMMETRIC_DEFAULT",
            json!({"CiphertextBlob": "aGk="}),
        ),
        (
            "RSA_2048",
            "ENCRYPT_DECRYPT",
            "GenerateDataKeyPair",
            "SYMMETRIC_DEFAULT",
            json!({"KeyPairSpec": "ECC_NIST_P256"}),
        ),
        (
            "SYMMETRIC_DEFAULT",
            "ENCRYPT_DECRYPT",
            "Encrypt",
            "RSAES_OAEP_SHA_1",
            json!({"Plaintext": "aGk=", "EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}),
        ),
    ] {
        let mut body = body;
        let made = json!({"KeySpec": spec, "KeyUsage": usage});
        body["KeyId"] = json!(scene.new_key(made).await);
        let text = format!("Algorithm {algorithm} is incompatible with key spec {spec}.");
        let expected = ("InvalidKeyUsageException".to_owned(), Some(text));
        assert_eq!(refusal(scene.call(operation, body).await), expected);
    }
}

const LISTS: [&str; 5] = [
    "EncryptionAlgorithms",
    "SigningAlgorithms",
    "MacAlgorithms",
    "KeyAgreementAlgorithms",
    "EncapsulationAlgorithms",
];

const RSA_SIGNING: &str = "RSASSA_PKCS1_V1_5_SHA_256 RSASSA_PKCS1_V1_5_SHA_384 RSASSA_PKCS1_V1_5_SHA_512 RSASSA_PSS_SHA_256 RSASSA_PSS_SHA_384 RSASSA_PSS_SHA_512";
const OAEP: &str = "RSAES_OAEP_SHA_1 RSAES_OAEP_SHA_256";

/// Spec, usage, and the algorithms that go with them.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>
const KINDS: [(&str, &str, &str, &str); 25] = [
    (
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
        LISTS[0],
        "SYMMETRIC_DEFAULT",
    ),
    ("RSA_2048", "ENCRYPT_DECRYPT", LISTS[0], OAEP),
    ("RSA_3072", "ENCRYPT_DECRYPT", LISTS[0], OAEP),
    ("RSA_4096", "ENCRYPT_DECRYPT", LISTS[0], OAEP),
    ("RSA_2048", "SIGN_VERIFY", LISTS[1], RSA_SIGNING),
    ("RSA_3072", "SIGN_VERIFY", LISTS[1], RSA_SIGNING),
    ("RSA_4096", "SIGN_VERIFY", LISTS[1], RSA_SIGNING),
    ("ECC_NIST_P256", "SIGN_VERIFY", LISTS[1], "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "SIGN_VERIFY", LISTS[1], "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "SIGN_VERIFY", LISTS[1], "ECDSA_SHA_512"),
    ("ECC_SECG_P256K1", "SIGN_VERIFY", LISTS[1], "ECDSA_SHA_256"),
    (
        "ECC_NIST_EDWARDS25519",
        "SIGN_VERIFY",
        LISTS[1],
        "ED25519_SHA_512 ED25519_PH_SHA_512",
    ),
    ("ML_DSA_44", "SIGN_VERIFY", LISTS[1], "ML_DSA_SHAKE_256"),
    ("ML_DSA_65", "SIGN_VERIFY", LISTS[1], "ML_DSA_SHAKE_256"),
    ("ML_DSA_87", "SIGN_VERIFY", LISTS[1], "ML_DSA_SHAKE_256"),
    ("HMAC_224", "GENERATE_VERIFY_MAC", LISTS[2], "HMAC_SHA_224"),
    ("HMAC_256", "GENERATE_VERIFY_MAC", LISTS[2], "HMAC_SHA_256"),
    ("HMAC_384", "GENERATE_VERIFY_MAC", LISTS[2], "HMAC_SHA_384"),
    ("HMAC_512", "GENERATE_VERIFY_MAC", LISTS[2], "HMAC_SHA_512"),
    ("ECC_NIST_P256", "KEY_AGREEMENT", LISTS[3], "ECDH"),
    ("ECC_NIST_P384", "KEY_AGREEMENT", LISTS[3], "ECDH"),
    ("ECC_NIST_P521", "KEY_AGREEMENT", LISTS[3], "ECDH"),
    ("ML_KEM_512", "ENCAPSULATE_DECAPSULATE", LISTS[4], "ML_KEM"),
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", LISTS[4], "ML_KEM"),
    ("ML_KEM_1024", "ENCAPSULATE_DECAPSULATE", LISTS[4], "ML_KEM"),
];
