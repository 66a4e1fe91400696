//! AWS's table of key states, for every operation that takes a key.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>

use std::ops::Range;

use serde_json::{Value, json};

use crate::{
    ceremony::{Ticket, imported_key},
    scene::{Scene, key_id, refusal},
};

#[tokio::test]
async fn aws_origin_keys() {
    check_column(&OF_AWS_KEYS, "AWS_KMS", 0..3).await;
}

#[tokio::test]
async fn external_origin_keys() {
    check_column(&OF_EXTERNAL_KEYS, "EXTERNAL", 0..4).await;
}

/// All rows, in each of the states; a key of origin AWS_KMS never lacks material.
async fn check_column(own_rows: &[Row], origin: &'static str, states: Range<usize>) {
    for column in states {
        let scene = Scene::new().await;
        let stage = Stage::set(&scene, origin, STATES[column]).await;
        let at_rest = scene.stop().await;
        for (operation, body, cells) in OF_ANY_ORIGIN.iter().chain(own_rows) {
            let scene = at_rest.fork().await.start().await;
            stage.check(&scene, operation, body, cells[column]).await;
        }
    }
}

/// A key in the state, and what calls on it need.
struct Stage {
    key: String,
    origin: &'static str,
    state: &'static str,
    words: Vec<(&'static str, String)>,
}

impl Stage {
    /// One call on the key.
    async fn check(&self, scene: &Scene, operation: &str, body: &str, expected: Cell) {
        let Self {
            key: arn,
            origin,
            state,
            ..
        } = self;
        assert_eq!(scene.key_state(arn).await, *state);
        let answer = scene.call(operation, self.fill(body)).await;
        let shown = format!("{operation} on {origin} {state}");
        let (code, text) = match expected {
            Runs => {
                assert!(answer.is_ok(), "{shown}: {answer:?}");
                return;
            }
            IsDisabled => ("DisabledException", format!("{arn} is disabled.")),
            IsPendingDeletion => (INVALID_STATE, format!("{arn} is pending deletion.")),
            NotPendingDeletion => (INVALID_STATE, format!("{arn} is not pending deletion.")),
            IsPendingImport => (INVALID_STATE, format!("{arn} is pending import.")),
            WrongOrigin => (
                "UnsupportedOperationException",
                format!("{arn} origin is {origin} which is not valid for this operation."),
            ),
            NothingPending => (
                INVALID_STATE,
                format!("No available key material pending rotation for the key: {arn}."),
            ),
        };
        assert_eq!(refusal(answer), (code.to_owned(), Some(text)), "{shown}");
        // A refusal changes nothing.
        assert_eq!(scene.key_state(arn).await, *state, "{shown}");
    }

    async fn set(scene: &Scene, origin: &'static str, state: &'static str) -> Self {
        let other = scene.new_key(json!({})).await;
        let (key, ticket) = if origin == "EXTERNAL" {
            let (key, ticket) = imported_key(scene, &[1; 32], json!({})).await;
            (key, Some(ticket))
        } else {
            (scene.new_key(json!({})).await, None)
        };
        let named = json!({"KeyId": key});
        for (alias, target) in [("alias/on", &key), ("alias/off", &other)] {
            let body = json!({"AliasName": alias, "TargetKeyId": target});
            scene.ok("CreateAlias", body).await;
        }
        let mut words = vec![("$KEY", key.clone()), ("$OTHER", other.clone())];
        for (word, key) in [("$BLOB", &key), ("$FOREIGN", &other)] {
            let body = json!({"KeyId": key, "Plaintext": "aGk="});
            let encrypted = scene.ok("Encrypt", body).await;
            let blob = encrypted["CiphertextBlob"].as_str().unwrap();
            words.push((word, blob.to_owned()));
        }
        let root = "arn:aws:iam::111122223333:root";
        let body = json!({"KeyId": key, "GranteePrincipal": root, "Operations": ["Decrypt"]});
        let grant = scene.ok("CreateGrant", body).await;
        let policy = scene.ok("GetKeyPolicy", named.clone()).await["Policy"].to_string();
        for (word, text) in [
            ("$GRANT", grant["GrantId"].as_str().unwrap()),
            ("$RIGHT", grant["GrantToken"].as_str().unwrap()),
            ("$POLICY", policy.trim_matches('"')),
        ] {
            words.push((word, text.to_owned()));
        }
        match state {
            "Disabled" => drop(scene.ok("DisableKey", named).await),
            "PendingDeletion" => drop(scene.ok("ScheduleKeyDeletion", named).await),
            "PendingImport" => drop(scene.ok("DeleteImportedKeyMaterial", named).await),
            _ => {}
        }
        let wrapped = ticket.map(|ticket| (ticket.wrap(&[1; 32]), ticket.token));
        let (wrapped, token) = wrapped.unwrap_or(("aGk=".to_owned(), "aGk=".to_owned()));
        words.extend([("$TOKEN", token), ("$WRAPPED", wrapped)]);
        Self {
            key,
            origin,
            state,
            words,
        }
    }

    fn fill(&self, body: &str) -> Value {
        let put = |body: String, (name, value): &(&str, String)| body.replace(name, value);
        let filled = self.words.iter().fold(body.to_owned(), put);
        serde_json::from_str(&filled).unwrap()
    }
}

/// A cancelled deletion ends disabled; a key that lacks material waits for it again, and its import enables it.
#[tokio::test]
async fn what_comes_after_a_cancelled_deletion() {
    let scene = Scene::new().await;
    let complete = scene.new_key(json!({})).await;
    let lacking = scene.new_key(json!({"Origin": "EXTERNAL"})).await;
    for (key, after) in [(&complete, "Disabled"), (&lacking, "PendingImport")] {
        let named = json!({"KeyId": key});
        let scheduled = scene.ok("ScheduleKeyDeletion", named.clone()).await;
        assert_eq!(scheduled["KeyState"], "PendingDeletion");
        assert_eq!(scheduled["PendingWindowInDays"], 30);
        let cancelled = scene.ok("CancelKeyDeletion", named.clone()).await;
        assert_eq!(cancelled, json!({"KeyId": key}));
        assert_eq!(scene.key_state(key).await, after);
    }
    let ticket = Ticket::of(&scene, &lacking).await;
    ticket
        .import(&scene, &lacking, &[1; 32], json!({}))
        .await
        .unwrap();
    assert_eq!(scene.key_state(&lacking).await, "Enabled");
}

/// Enabling and disabling twice is the same as once, and a key id does as well as an ARN.
#[tokio::test]
async fn switching_is_idempotent() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    for (operation, after) in [("DisableKey", "Disabled"), ("EnableKey", "Enabled")] {
        for id in [key.as_str(), key_id(&key)] {
            scene.ok(operation, json!({"KeyId": id})).await;
            assert_eq!(scene.key_state(&key).await, after);
        }
    }
}

#[derive(Clone, Copy)]
enum Cell {
    Runs,
    IsDisabled,
    IsPendingDeletion,
    NotPendingDeletion,
    IsPendingImport,
    WrongOrigin,
    NothingPending,
}
use Cell::{
    IsDisabled, IsPendingDeletion, IsPendingImport, NotPendingDeletion, NothingPending, Runs,
    WrongOrigin,
};

type Row = (&'static str, &'static str, [Cell; 4]);

const STATES: [&str; 4] = ["Enabled", "Disabled", "PendingDeletion", "PendingImport"];

const ALWAYS: [Cell; 4] = [Runs; 4];
const IN_USE: [Cell; 4] = [Runs, IsDisabled, IsPendingDeletion, IsPendingImport];
const NOT_PENDING_DELETION: [Cell; 4] = [Runs, Runs, IsPendingDeletion, Runs];
const SWITCH: [Cell; 4] = [Runs, Runs, IsPendingDeletion, IsPendingImport];
const CANCEL: [Cell; 4] = [
    NotPendingDeletion,
    NotPendingDeletion,
    Runs,
    NotPendingDeletion,
];
const NEVER: [Cell; 4] = [WrongOrigin; 4];

const OF_ANY_ORIGIN: [Row; 31] = [
    ("CancelKeyDeletion", KEY, CANCEL),
    (
        "CreateAlias",
        r#"{"AliasName":"alias/new","TargetKeyId":"$KEY"}"#,
        NOT_PENDING_DELETION,
    ),
    ("Encrypt", r#"{"KeyId":"$KEY","Plaintext":"aGk="}"#, IN_USE),
    (
        "Encrypt",
        r#"{"KeyId":"alias/on","Plaintext":"aGk="}"#,
        IN_USE,
    ),
    ("Decrypt", r#"{"CiphertextBlob":"$BLOB"}"#, IN_USE),
    (
        "Decrypt",
        r#"{"CiphertextBlob":"$BLOB","KeyId":"$KEY"}"#,
        IN_USE,
    ),
    (
        "ReEncrypt",
        r#"{"CiphertextBlob":"$BLOB","DestinationKeyId":"$OTHER"}"#,
        IN_USE,
    ),
    (
        "ReEncrypt",
        r#"{"CiphertextBlob":"$FOREIGN","DestinationKeyId":"$KEY"}"#,
        IN_USE,
    ),
    (
        "GenerateDataKey",
        r#"{"KeyId":"$KEY","NumberOfBytes":1}"#,
        IN_USE,
    ),
    (
        "GenerateDataKeyWithoutPlaintext",
        r#"{"KeyId":"$KEY","KeySpec":"AES_128"}"#,
        IN_USE,
    ),
    (
        "GenerateDataKeyPair",
        r#"{"KeyId":"$KEY","KeyPairSpec":"ECC_NIST_P256"}"#,
        IN_USE,
    ),
    (
        "GenerateDataKeyPairWithoutPlaintext",
        r#"{"KeyId":"$KEY","KeyPairSpec":"ECC_NIST_P256"}"#,
        IN_USE,
    ),
    ("DeleteAlias", r#"{"AliasName":"alias/on"}"#, ALWAYS),
    ("DescribeKey", KEY, ALWAYS),
    ("GetKeyPolicy", KEY, ALWAYS),
    ("ListAliases", KEY, ALWAYS),
    ("ListResourceTags", KEY, ALWAYS),
    ("ListKeyRotations", KEY, ALWAYS),
    ("ListKeyPolicies", KEY, ALWAYS),
    (
        "PutKeyPolicy",
        r#"{"KeyId":"$KEY","Policy":"$POLICY"}"#,
        ALWAYS,
    ),
    (
        "CreateGrant",
        r#"{"KeyId":"$KEY","GranteePrincipal":"arn:aws:iam::111122223333:root","Operations":["Decrypt"]}"#,
        IN_USE,
    ),
    ("ListGrants", KEY, ALWAYS),
    (
        "RevokeGrant",
        r#"{"KeyId":"$KEY","GrantId":"$GRANT"}"#,
        ALWAYS,
    ),
    (
        "RetireGrant",
        r#"{"KeyId":"$KEY","GrantId":"$GRANT"}"#,
        ALWAYS,
    ),
    ("RetireGrant", r#"{"GrantToken":"$RIGHT"}"#, ALWAYS),
    ("DisableKey", KEY, SWITCH),
    ("EnableKey", KEY, SWITCH),
    ("ScheduleKeyDeletion", KEY, NOT_PENDING_DELETION),
    (
        "UpdateKeyDescription",
        r#"{"KeyId":"$KEY","Description":"d"}"#,
        NOT_PENDING_DELETION,
    ),
    // To this key; from it, it always runs.
    (
        "UpdateAlias",
        r#"{"AliasName":"alias/off","TargetKeyId":"$KEY"}"#,
        NOT_PENDING_DELETION,
    ),
    (
        "UpdateAlias",
        r#"{"AliasName":"alias/on","TargetKeyId":"$OTHER"}"#,
        ALWAYS,
    ),
];

const OF_AWS_KEYS: [Row; 9] = [
    ("EnableKeyRotation", KEY, IN_USE),
    ("DisableKeyRotation", KEY, IN_USE),
    ("GetKeyRotationStatus", KEY, ALWAYS),
    ("RotateKeyOnDemand", KEY, IN_USE),
    ("GetParametersForImport", PARAMETERS, NEVER),
    ("ImportKeyMaterial", IMPORT, NEVER),
    ("DeleteImportedKeyMaterial", KEY, NEVER),
    ("TagResource", TAG, NOT_PENDING_DELETION),
    ("UntagResource", UNTAG, NOT_PENDING_DELETION),
];

const OF_EXTERNAL_KEYS: [Row; 9] = [
    ("EnableKeyRotation", KEY, NEVER),
    ("DisableKeyRotation", KEY, NEVER),
    ("GetKeyRotationStatus", KEY, [Runs, Runs, Runs, WrongOrigin]),
    (
        "RotateKeyOnDemand",
        KEY,
        [
            NothingPending,
            IsDisabled,
            IsPendingDeletion,
            IsPendingImport,
        ],
    ),
    ("GetParametersForImport", PARAMETERS, NOT_PENDING_DELETION),
    ("ImportKeyMaterial", IMPORT, NOT_PENDING_DELETION),
    ("DeleteImportedKeyMaterial", KEY, ALWAYS),
    ("TagResource", TAG, NOT_PENDING_DELETION),
    ("UntagResource", UNTAG, NOT_PENDING_DELETION),
];

const KEY: &str = r#"{"KeyId":"$KEY"}"#;
const TAG: &str = r#"{"KeyId":"$KEY","Tags":[{"TagKey":"a","TagValue":"b"}]}"#;
const UNTAG: &str = r#"{"KeyId":"$KEY","TagKeys":["a"]}"#;
const PARAMETERS: &str =
    r#"{"KeyId":"$KEY","WrappingAlgorithm":"RSAES_OAEP_SHA_256","WrappingKeySpec":"RSA_2048"}"#;
const IMPORT: &str = r#"{"KeyId":"$KEY","ImportToken":"$TOKEN","EncryptedKeyMaterial":"$WRAPPED",
    "ExpirationModel":"KEY_MATERIAL_DOES_NOT_EXPIRE"}"#;
const INVALID_STATE: &str = "KMSInvalidStateException";
