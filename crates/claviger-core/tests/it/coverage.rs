//! Every operation leaves exactly one event, whether it runs, is malformed, or is refused.

use claviger_model::Operation;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ceremony::{Ticket, imported_key},
    scene::{ACCOUNT, OTHER_ACCOUNT, Scene, code, powerless, root},
};

#[tokio::test]
async fn every_operation_leaves_one_event() {
    let stage = Stage::set().await;
    for (operation, body, valid, foreign) in CALLS {
        let body = stage.fill(body);
        // Refused ones first: they must leave the stage as it is.
        stage
            .check(
                operation,
                "{\"KeyId\": ",
                ACCOUNT,
                true,
                "SerializationException",
            )
            .await;
        stage
            .check(operation, "[]", ACCOUNT, true, "SerializationException")
            .await;
        stage
            .check(operation, &body, OTHER_ACCOUNT, false, foreign)
            .await;
        stage.check(operation, &body, ACCOUNT, true, valid).await;
    }
    let listed = CALLS.map(|(operation, ..)| operation);
    let mut listed = listed.to_vec();
    listed.sort_unstable();
    assert_eq!(listed, Operation::ALL.map(Operation::name));
    let at_rest = stage.scene.stop().await;
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_a_call_says_is_what_its_event_says() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"Description": "one"})).await;
    let body = json!({"KeyId": key, "EncryptionContext": {"a": "b"}, "Plaintext": "c2VjcmV0"});
    scene.ok("Encrypt", body).await;
    let events = scene.events();
    let event = events.last().unwrap();
    assert_eq!(event["eventSource"], "kms.amazonaws.com");
    assert_eq!(event["awsRegion"], "us-east-1");
    assert_eq!(event["readOnly"], true);
    assert_eq!(
        event["userIdentity"]["arn"],
        "arn:aws:iam::111122223333:root"
    );
    assert_eq!(
        event["requestParameters"]["encryptionContext"],
        json!({"a": "b"})
    );
    assert_eq!(event["resources"][0]["ARN"], json!(key));
    // The message is nobody's business.
    assert!(!event.to_string().contains("c2VjcmV0"), "{event}");
}

/// Whoever is refused at another account's key is named, and so is what was typed; the key is the other's affair.
#[tokio::test]
async fn a_refused_stranger_is_recorded_where_it_came_from() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let body = json!({"KeyId": key}).to_string();
    let answer = scene.send(&root(OTHER_ACCOUNT), "DescribeKey", body).await;
    assert_eq!(code(&answer), "AccessDeniedException");
    let events = scene.events();
    let event = events.last().unwrap();
    assert_eq!(event["userIdentity"]["accountId"], OTHER_ACCOUNT);
    assert_eq!(event["recipientAccountId"], OTHER_ACCOUNT);
    assert_eq!(event["requestParameters"]["keyId"], json!(key));
    assert_eq!(event["resources"], json!([]));
    assert_eq!(event["responseElements"], Value::Null);
}

/// Whoever may use another account's key knows it: what then fails names it.
#[tokio::test]
async fn a_failure_of_a_permitted_stranger_names_the_key() {
    let scene = Scene::new().await;
    let policy = crate::policies::of(&[ACCOUNT, OTHER_ACCOUNT]);
    let key = scene.new_key(json!({"Policy": policy})).await;
    let body = json!({"KeyId": key}).to_string();
    let answer = scene.send(&root(OTHER_ACCOUNT), "GetPublicKey", body).await;
    assert_eq!(code(&answer), "UnsupportedOperationException");
    let event = scene.events().pop().unwrap();
    assert_eq!(event["errorCode"], "UnsupportedOperationException");
    let named = json!([{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key}]);
    assert_eq!(event["resources"], named);
}

/// The alias and the key that it points to now; of a new one, the key first.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/ct-createalias.html>
#[tokio::test]
async fn an_event_about_an_alias_names_it_and_its_key() {
    let scene = Scene::new().await;
    let (old, new) = (
        scene.new_key(json!({})).await,
        scene.new_key(json!({})).await,
    );
    let alias = format!("arn:aws:kms:us-east-1:{ACCOUNT}:alias/a");
    for (operation, target, named) in [
        ("CreateAlias", Some(&old), [&old, &alias]),
        ("UpdateAlias", Some(&new), [&alias, &new]),
        ("DeleteAlias", None, [&alias, &new]),
    ] {
        let body = json!({"AliasName": "alias/a", "TargetKeyId": target});
        scene.ok(operation, body).await;
        let event = scene.events().pop().unwrap();
        let of = |arn| json!({"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": arn});
        assert_eq!(event["resources"], json!(named.map(of)), "{operation}");
    }
}

/// A deployment with a key for each purpose.
struct Stage {
    scene: Scene,
    words: Vec<(&'static str, String)>,
}

impl Stage {
    async fn set() -> Self {
        let scene = Scene::new().await;
        let mut words = Vec::new();
        for name in ["$KEY", "$SWITCHED", "$VICTIM", "$DOOMED"] {
            words.push((name, scene.new_key(json!({})).await));
        }
        scene
            .ok("ScheduleKeyDeletion", json!({"KeyId": words[3].1}))
            .await;
        words.push(("$SPREAD", scene.new_key(json!({"MultiRegion": true})).await));
        let encrypted = scene
            .ok("Encrypt", json!({"KeyId": words[0].1, "Plaintext": "aGk="}))
            .await;
        words.push((
            "$BLOB",
            encrypted["CiphertextBlob"].as_str().unwrap().to_owned(),
        ));
        let (external, ticket) = imported_key(&scene, &[1; 32], json!({})).await;
        words.push(("$EXTERNAL", external));
        words.push(("$WRAPPED", ticket.wrap(&[1; 32])));
        words.push(("$TOKEN", ticket.token));
        for name in ["alias/moved", "alias/gone"] {
            let body = json!({"AliasName": name, "TargetKeyId": words[0].1});
            scene.ok("CreateAlias", body).await;
        }
        for (name, member) in [("$RETIRED", "GrantToken"), ("$REVOKED", "GrantId")] {
            let root = format!("arn:aws:iam::{ACCOUNT}:root");
            let body =
                json!({"KeyId": words[0].1, "GranteePrincipal": root, "Operations": ["Decrypt"]});
            let made = scene.ok("CreateGrant", body).await;
            words.push((name, made[member].as_str().unwrap().to_owned()));
        }
        words.extend(made_with_keys_of_other_specs(&scene).await);
        let new_store = serde_json::from_str(NEW_STORE).unwrap();
        let store = scene.ok("CreateCustomKeyStore", new_store).await;
        let id = store["CustomKeyStoreId"].as_str().unwrap();
        words.push(("$STORE", id.to_owned()));
        let policy =
            scene.ok("GetKeyPolicy", json!({"KeyId": words[0].1})).await["Policy"].to_string();
        words.push(("$POLICY", policy.trim_matches('"').to_owned()));
        Self { scene, words }
    }

    fn fill(&self, body: &str) -> String {
        let put = |body: String, (name, value): &(&str, String)| body.replace(name, value);
        self.words.iter().fold(body.to_owned(), put)
    }

    /// An empty code is success.
    async fn check(&self, operation: &str, body: &str, account: &str, able: bool, expected: &str) {
        let caller = if able {
            root(account)
        } else {
            powerless(account)
        };
        let before = self.scene.events().len();
        let request_id = Uuid::from_u128(before as u128);
        let answer = self
            .scene
            .send_as(request_id, &caller, operation, body.to_owned())
            .await;
        let shown = format!("{operation} {body} by {account}");
        assert_eq!(code(&answer), expected, "{shown}: {answer:?}");
        let events = self.scene.events();
        let new = &events[before..];
        let own = |event: &&Value| event["requestID"] == json!(request_id.to_string());
        let own: Vec<&Value> = new.iter().filter(own).collect();
        assert_eq!(own.len(), 1, "{shown}: {new:?}");
        assert_eq!(own[0]["eventName"], operation);
        assert_eq!(own[0]["eventType"], "AwsApiCall");
        let refused = Some(expected).filter(|code| !code.is_empty());
        assert_eq!(
            own[0].get("errorCode"),
            refused.map(Value::from).as_ref(),
            "{shown}"
        );
        // Besides, only what the service did on its own.
        let service = new
            .iter()
            .filter(|event| event["userIdentity"]["invokedBy"].is_string());
        assert_eq!(service.count() + 1, new.len(), "{shown}: {new:?}");
    }
}

/// A key for each of the other usages, and what its private half gave.
async fn made_with_keys_of_other_specs(scene: &Scene) -> Vec<(&'static str, String)> {
    let mut words = Vec::new();
    for (name, spec, usage) in [
        ("$SIGNING", "ECC_NIST_P256", "SIGN_VERIFY"),
        ("$AUTHENTIC", "HMAC_256", "GENERATE_VERIFY_MAC"),
        ("$AGREEING", "ECC_NIST_P256", "KEY_AGREEMENT"),
        ("$ENCAPSULATING", "ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
    ] {
        let body = json!({"KeySpec": spec, "KeyUsage": usage});
        words.push((name, scene.new_key(body).await));
    }
    for (name, operation, body, member) in [
        ("$SIGNATURE", "Sign", SIGN, "Signature"),
        ("$CODE", "GenerateMac", MAC, "Mac"),
        (
            "$PEER",
            "GetPublicKey",
            r#"{"KeyId":"$AGREEING"}"#,
            "PublicKey",
        ),
        (
            "$CAPSULE",
            "Encapsulate",
            ENCAPSULATE,
            "SharedSecretCiphertextBlob",
        ),
    ] {
        let put = |body: String, (name, value): &(&str, String)| body.replace(name, value);
        let body = words.iter().fold(body.to_owned(), put);
        let answer = scene
            .ok(operation, serde_json::from_str(&body).unwrap())
            .await;
        words.push((name, answer[member].as_str().unwrap().to_owned()));
    }
    words
}

/// A token is good for one key: tickets of two keys differ.
#[tokio::test]
async fn a_malformed_import_is_one_event_and_no_change() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"Origin": "EXTERNAL"})).await;
    let ticket = Ticket::of(&scene, &key).await;
    let before = scene.at_rest.dump().await;
    let answer = ticket.import(&scene, &key, &[1; 31], json!({})).await;
    assert_eq!(code(&answer), "IncorrectKeyMaterialException");
    assert_eq!(
        scene.events().last().unwrap()["errorCode"],
        "IncorrectKeyMaterialException"
    );
    assert_eq!(scene.at_rest.dump().await, before);
}

/// Operation, minimal body, what the owner gets, what a user of another account without any policy gets.
const CALLS: [(&str, &str, &str, &str); 56] = [
    ("DescribeKey", r#"{"KeyId":"$KEY"}"#, OK, DENIED),
    ("ListKeys", "{}", OK, DENIED),
    ("ListAliases", "{}", OK, DENIED),
    ("GenerateRandom", r#"{"NumberOfBytes":8}"#, OK, DENIED),
    ("CreateKey", "{}", OK, DENIED),
    ("GetKeyPolicy", r#"{"KeyId":"$KEY"}"#, OK, DENIED),
    ("ListResourceTags", r#"{"KeyId":"$KEY"}"#, OK, DENIED),
    ("ListKeyRotations", r#"{"KeyId":"$KEY"}"#, OK, DENIED),
    (
        "TagResource",
        r#"{"KeyId":"$KEY","Tags":[{"TagKey":"a","TagValue":"b"}]}"#,
        OK,
        DENIED,
    ),
    (
        "UntagResource",
        r#"{"KeyId":"$KEY","TagKeys":["a"]}"#,
        OK,
        DENIED,
    ),
    (
        "UpdateKeyDescription",
        r#"{"KeyId":"$KEY","Description":"d"}"#,
        OK,
        DENIED,
    ),
    (
        "CreateAlias",
        r#"{"AliasName":"alias/new","TargetKeyId":"$KEY"}"#,
        OK,
        DENIED,
    ),
    // Aliases are looked up in the caller's own account.
    (
        "UpdateAlias",
        r#"{"AliasName":"alias/moved","TargetKeyId":"$SWITCHED"}"#,
        OK,
        "NotFoundException",
    ),
    (
        "DeleteAlias",
        r#"{"AliasName":"alias/gone"}"#,
        OK,
        "NotFoundException",
    ),
    (
        "Encrypt",
        r#"{"KeyId":"$KEY","Plaintext":"aGk="}"#,
        OK,
        DENIED,
    ),
    ("Decrypt", r#"{"CiphertextBlob":"$BLOB"}"#, OK, DENIED),
    (
        "ReEncrypt",
        r#"{"CiphertextBlob":"$BLOB","DestinationKeyId":"$SWITCHED"}"#,
        OK,
        DENIED,
    ),
    (
        "GenerateDataKey",
        r#"{"KeyId":"$KEY","KeySpec":"AES_256"}"#,
        OK,
        DENIED,
    ),
    (
        "GenerateDataKeyWithoutPlaintext",
        r#"{"KeyId":"$KEY","KeySpec":"AES_256"}"#,
        OK,
        DENIED,
    ),
    ("RotateKeyOnDemand", r#"{"KeyId":"$KEY"}"#, OK, DENIED),
    ("DisableKey", r#"{"KeyId":"$SWITCHED"}"#, OK, DENIED),
    ("EnableKey", r#"{"KeyId":"$SWITCHED"}"#, OK, DENIED),
    ("ScheduleKeyDeletion", r#"{"KeyId":"$VICTIM"}"#, OK, DENIED),
    ("CancelKeyDeletion", r#"{"KeyId":"$DOOMED"}"#, OK, DENIED),
    (
        "GetParametersForImport",
        r#"{"KeyId":"$EXTERNAL","WrappingAlgorithm":"RSAES_OAEP_SHA_1","WrappingKeySpec":"RSA_2048"}"#,
        OK,
        DENIED,
    ),
    (
        "ImportKeyMaterial",
        r#"{"KeyId":"$EXTERNAL","ImportToken":"$TOKEN","EncryptedKeyMaterial":"$WRAPPED",
            "ExpirationModel":"KEY_MATERIAL_DOES_NOT_EXPIRE"}"#,
        OK,
        DENIED,
    ),
    (
        "DeleteImportedKeyMaterial",
        r#"{"KeyId":"$EXTERNAL"}"#,
        OK,
        DENIED,
    ),
    (
        "ConnectCustomKeyStore",
        STORE,
        "CloudHsmClusterNotActiveException",
        DENIED,
    ),
    (
        "DisconnectCustomKeyStore",
        STORE,
        "CustomKeyStoreInvalidStateException",
        DENIED,
    ),
    (
        "UpdateCustomKeyStore",
        r#"{"CustomKeyStoreId":"$STORE","NewCustomKeyStoreName":"t"}"#,
        OK,
        DENIED,
    ),
    ("DescribeCustomKeyStores", "{}", OK, DENIED),
    ("DeleteCustomKeyStore", STORE, OK, DENIED),
    ("CreateCustomKeyStore", NEW_STORE, OK, DENIED),
    (
        "CreateGrant",
        r#"{"KeyId":"$KEY","GranteePrincipal":"arn:aws:iam::111122223333:root","Operations":["Decrypt"]}"#,
        OK,
        DENIED,
    ),
    ("ListGrants", KEY, OK, DENIED),
    (
        "ListRetirableGrants",
        r#"{"RetiringPrincipal":"arn:aws:iam::111122223333:root"}"#,
        OK,
        DENIED,
    ),
    ("RetireGrant", r#"{"GrantToken":"$RETIRED"}"#, OK, DENIED),
    (
        "RevokeGrant",
        r#"{"KeyId":"$KEY","GrantId":"$REVOKED"}"#,
        OK,
        DENIED,
    ),
    (
        "Decapsulate",
        r#"{"KeyId":"$ENCAPSULATING","SharedSecretCiphertextBlob":"$CAPSULE","EncapsulationAlgorithm":"ML_KEM"}"#,
        OK,
        DENIED,
    ),
    ("Encapsulate", ENCAPSULATE, OK, DENIED),
    (
        "DeriveSharedSecret",
        r#"{"KeyId":"$AGREEING","KeyAgreementAlgorithm":"ECDH","PublicKey":"$PEER"}"#,
        OK,
        DENIED,
    ),
    ("DisableKeyRotation", KEY, OK, DENIED),
    ("EnableKeyRotation", KEY, OK, DENIED),
    ("GetKeyRotationStatus", KEY, OK, DENIED),
    ("GenerateDataKeyPair", PAIR, OK, DENIED),
    ("GenerateDataKeyPairWithoutPlaintext", PAIR, OK, DENIED),
    ("GenerateMac", MAC, OK, DENIED),
    (
        "VerifyMac",
        r#"{"KeyId":"$AUTHENTIC","Message":"aGk=","Mac":"$CODE","MacAlgorithm":"HMAC_SHA_256"}"#,
        OK,
        DENIED,
    ),
    ("GetKeyLastUsage", KEY, OK, DENIED),
    ("GetPublicKey", r#"{"KeyId":"$SIGNING"}"#, OK, DENIED),
    ("ListKeyPolicies", KEY, OK, DENIED),
    (
        "PutKeyPolicy",
        r#"{"KeyId":"$KEY","Policy":"$POLICY"}"#,
        OK,
        DENIED,
    ),
    (
        "ReplicateKey",
        r#"{"KeyId":"$SPREAD","ReplicaRegion":"eu-west-1"}"#,
        OK,
        DENIED,
    ),
    (
        "UpdatePrimaryRegion",
        r#"{"KeyId":"$SPREAD","PrimaryRegion":"eu-west-1"}"#,
        OK,
        DENIED,
    ),
    ("Sign", SIGN, OK, DENIED),
    (
        "Verify",
        r#"{"KeyId":"$SIGNING","Message":"aGk=","Signature":"$SIGNATURE","SigningAlgorithm":"ECDSA_SHA_256"}"#,
        OK,
        DENIED,
    ),
];

const OK: &str = "";
const DENIED: &str = "AccessDeniedException";
const KEY: &str = r#"{"KeyId":"$KEY"}"#;
const STORE: &str = r#"{"CustomKeyStoreId":"$STORE"}"#;
const NEW_STORE: &str = r#"{"CustomKeyStoreName":"s","CloudHsmClusterId":"cluster-aaaaaaaaaaa",
    "TrustAnchorCertificate":"-----BEGIN","KeyStorePassword":"password"}"#;
const PAIR: &str = r#"{"KeyId":"$KEY","KeyPairSpec":"ECC_NIST_P256"}"#;
const MAC: &str = r#"{"KeyId":"$AUTHENTIC","Message":"aGk=","MacAlgorithm":"HMAC_SHA_256"}"#;
const SIGN: &str = r#"{"KeyId":"$SIGNING","Message":"aGk=","SigningAlgorithm":"ECDSA_SHA_256"}"#;
const ENCAPSULATE: &str = r#"{"KeyId":"$ENCAPSULATING","EncapsulationAlgorithm":"ML_KEM"}"#;
