//! AWS's table of key states: every operation on every kind of key in every state that the key can be in.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>

mod table;

use std::collections::BTreeSet;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use claviger_model::Operation;
use serde_json::{Value, json};

use self::table::{KINDS, OF_NO_KEY};
use crate::{
    ceremony::Ticket,
    scene::{Scene, key_id},
};

#[tokio::test]
async fn symmetric_keys() {
    every_operation_in_every_state(&KINDS[..3]).await;
}

#[tokio::test]
async fn keys_that_encrypt_or_sign() {
    every_operation_in_every_state(&KINDS[3..6]).await;
}

#[tokio::test]
async fn all_other_keys() {
    every_operation_in_every_state(&KINDS[6..]).await;
}

async fn every_operation_in_every_state(kinds: &[Kind]) {
    let mut wrong = Vec::new();
    for kind in kinds {
        for (column, state) in COLUMNS {
            if !kind.states.contains(&state) {
                continue;
            }
            let scene = Scene::new().await;
            let stage = Stage::set(&scene, kind, state).await;
            let at_rest = scene.stop().await;
            for (operation, body, cells) in kind.rows.iter().copied().flatten() {
                let scene = at_rest.fork().await.start().await;
                wrong.extend(stage.check(&scene, operation, body, cells[column]).await);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// No operation is forgotten.
#[test]
fn the_table_has_all_operations() {
    let rows = KINDS.iter().flat_map(|kind| kind.rows.iter().copied());
    let mut listed: BTreeSet<&str> = rows.flatten().map(|(operation, ..)| *operation).collect();
    assert!(OF_NO_KEY.iter().all(|operation| listed.insert(operation)));
    assert_eq!(listed, Operation::ALL.map(Operation::name).into());
}

/// A kind of key, and how it is put on the stage.
struct Kind {
    /// The body of its CreateKey.
    create: &'static str,
    /// Whose material is imported.
    import: Option<&'static str>,
    /// The Region of its replica.
    replica: Option<&'static str>,
    /// An operation that a grant on it can permit.
    grants: &'static str,
    /// The states that it can be in.
    states: &'static [&'static str],
    /// What calls need beforehand: word, operation, body, member of the answer.
    prepare: &'static [(&'static str, &'static str, &'static str, &'static str)],
    rows: &'static [&'static [Row]],
}

/// Operation, body, and what each state means for it.
type Row = (&'static str, &'static str, [Cell; 4]);

/// What a call comes to.
#[derive(Clone, Copy)]
enum Cell {
    Runs,
    IsDisabled,
    IsPendingDeletion,
    NotPendingDeletion,
    IsPendingImport,
    WrongOrigin,
    NothingPending,
    /// Without a text.
    NeverRotates,
    NotMultiRegion,
}

/// A key in the state, and what calls on it need.
struct Stage {
    key: String,
    shown: String,
    state: &'static str,
    words: Vec<(&'static str, String)>,
}

impl Stage {
    /// One call on the key; tells what is wrong with its answer.
    async fn check(
        &self,
        scene: &Scene,
        operation: &str,
        body: &str,
        expected: Cell,
    ) -> Option<String> {
        assert_eq!(scene.key_state(&self.key).await, self.state);
        let answer = scene.call(operation, self.fill(body)).await;
        let expected = self.refusal(expected);
        let refused = answer.err().map(|error| {
            let text = error.message().map(str::to_owned);
            (error.code(), text)
        });
        // A refusal changes nothing.
        let stays = refused.is_none() || scene.key_state(&self.key).await == self.state;
        let right = stays && refused == expected;
        (!right).then(|| {
            format!(
                "{operation} on {}: {refused:?}, not {expected:?}",
                self.shown
            )
        })
    }

    fn refusal(&self, expected: Cell) -> Option<(&'static str, Option<String>)> {
        let key = &self.key;
        let origin = if self.shown.contains("EXTERNAL") {
            "EXTERNAL"
        } else {
            "AWS_KMS"
        };
        let (code, text) = match expected {
            Cell::Runs => return None,
            Cell::NeverRotates => return Some((UNSUPPORTED, None)),
            Cell::IsDisabled => ("DisabledException", format!("{key} is disabled.")),
            Cell::IsPendingDeletion => (INVALID_STATE, format!("{key} is pending deletion.")),
            Cell::NotPendingDeletion => (INVALID_STATE, format!("{key} is not pending deletion.")),
            Cell::IsPendingImport => (INVALID_STATE, format!("{key} is pending import.")),
            Cell::WrongOrigin => (
                UNSUPPORTED,
                format!("{key} origin is {origin} which is not valid for this operation."),
            ),
            Cell::NothingPending => (
                INVALID_STATE,
                format!("No available key material pending rotation for the key: {key}."),
            ),
            Cell::NotMultiRegion => (UNSUPPORTED, format!("{key} is not a multi-region key.")),
        };
        Some((code, Some(text)))
    }

    async fn set(scene: &Scene, kind: &Kind, state: &'static str) -> Self {
        // Aliases move between keys of one type only, so the other key is of the same type and the service's own.
        let create: Value = serde_json::from_str(kind.create).unwrap();
        let mut other = create.clone();
        other.as_object_mut().unwrap().remove("Origin");
        let key = scene.new_key(create).await;
        let mut stage = Self {
            shown: format!("{} {state}", kind.create),
            state,
            words: vec![
                ("$KEY", key.clone()),
                ("$OTHER", scene.new_key(other).await),
                ("$GRANTED", kind.grants.to_owned()),
            ],
            key,
        };
        stage.import(scene, kind).await;
        if let Some(region) = kind.replica {
            let body = json!({"KeyId": stage.key, "ReplicaRegion": region});
            scene.ok("ReplicateKey", body).await;
        }
        stage.prepare(scene, kind).await;
        let named = json!({"KeyId": stage.key});
        match state {
            "Disabled" => drop(scene.ok("DisableKey", named).await),
            "PendingImport" => drop(scene.ok("DeleteImportedKeyMaterial", named).await),
            "PendingDeletion" | "PendingReplicaDeletion" => {
                drop(scene.ok("ScheduleKeyDeletion", named).await);
            }
            _ => {}
        }
        stage
    }

    async fn import(&mut self, scene: &Scene, kind: &Kind) {
        let (mut token, mut wrapped) = ("aGk=".to_owned(), "aGk=".to_owned());
        if let Some(spec) = kind.import {
            let material = material(spec);
            let ticket = Ticket::of(scene, &self.key).await;
            let imported = ticket.import(scene, &self.key, &material, json!({})).await;
            imported.unwrap();
            wrapped = ticket.wrap(&material);
            token = ticket.token;
        }
        self.words
            .extend([("$TOKEN", token), ("$WRAPPED", wrapped)]);
    }

    /// Aliases, a grant, ciphertexts and whatever else calls name.
    async fn prepare(&mut self, scene: &Scene, kind: &Kind) {
        for (alias, target) in [("alias/on", "$KEY"), ("alias/off", "$OTHER")] {
            let body = format!(r#"{{"AliasName":"{alias}","TargetKeyId":"{target}"}}"#);
            scene.ok("CreateAlias", self.fill(&body)).await;
        }
        let grant = r#"{"KeyId":"$KEY","GranteePrincipal":"arn:aws:iam::111122223333:root","Operations":["$GRANTED"]}"#;
        let mut wanted = vec![
            ("$GRANT", "CreateGrant", grant, "GrantId"),
            ("$RIGHT", "CreateGrant", grant, "GrantToken"),
            ("$POLICY", "GetKeyPolicy", r#"{"KeyId":"$KEY"}"#, "Policy"),
        ];
        if kind.grants == "Decrypt" {
            for (word, body) in [
                ("$BLOB", r#"{"KeyId":"$KEY","Plaintext":"aGk="}"#),
                ("$FOREIGN", r#"{"KeyId":"$OTHER","Plaintext":"aGk="}"#),
            ] {
                wanted.push((word, "Encrypt", body, "CiphertextBlob"));
            }
        }
        for (word, operation, body, member) in wanted.iter().chain(kind.prepare) {
            let answer = scene.ok(operation, self.fill(body)).await;
            // As it stands within a text in JSON.
            let text = answer[member].to_string();
            self.words.push((word, text.trim_matches('"').to_owned()));
        }
    }

    fn fill(&self, body: &str) -> Value {
        let put = |body: String, (name, value): &(&str, String)| body.replace(name, value);
        let filled = self.words.iter().fold(body.to_owned(), put);
        serde_json::from_str(&filled).unwrap()
    }
}

/// Bytes that a key of this spec takes.
fn material(spec: &str) -> Vec<u8> {
    match spec {
        "ECC_NIST_P256" => {
            let (algorithm, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
            let pair = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            pair.as_ref().to_vec()
        }
        _ => vec![1; 32],
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

const COLUMNS: [(usize, &str); 5] = [
    (0, "Enabled"),
    (1, "Disabled"),
    (2, "PendingDeletion"),
    (2, "PendingReplicaDeletion"),
    (3, "PendingImport"),
];
const INVALID_STATE: &str = "KMSInvalidStateException";
const UNSUPPORTED: &str = "UnsupportedOperationException";
