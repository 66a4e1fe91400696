//! Imports that must not succeed: tokens, wraps and dates.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_e2e::{Client, ImportParameters};
use serde_json::{Value, json};

use crate::{Case, base64};

/// For a key that waits for its first material, and for one that has it.
pub(crate) fn cases(client: &Client) -> Vec<Case> {
    let waiting = client.create_key("EXTERNAL");
    let imported = client.create_key("EXTERNAL");
    let parameters = ImportParameters::of(client, &imported, "RSAES_OAEP_SHA_256");
    let _ = client.call(
        "ImportKeyMaterial",
        &parameters.import(&imported, &MATERIAL),
    );

    let mut cases = Vec::new();
    for (key_id, name) in [(&waiting, "a waiting key"), (&imported, "an imported key")] {
        for algorithm in ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] {
            let right = Right {
                own: ImportParameters::of(client, key_id, algorithm),
                key_id,
                algorithm,
                name,
            };
            cases.extend(right.wrong_tokens(client));
            cases.extend(right.wrong_wraps());
            cases.extend(right.wrong_dates_and_types());
        }
    }
    let other_bytes =
        ImportParameters::of(client, &imported, "RSAES_OAEP_SHA_256").import(&imported, &[9; 32]);
    cases.push(Case::of(
        "ImportKeyMaterial",
        "other bytes",
        &other_bytes,
        "IncorrectKeyMaterialException",
    ));
    cases
}

/// An import that would succeed, from which each case departs in one thing.
struct Right<'a> {
    own: ImportParameters,
    key_id: &'a str,
    algorithm: &'static str,
    name: &'a str,
}

impl Right<'_> {
    fn case(&self, what: &str, changed: &Value, error: &'static str) -> Case {
        let mut input = self.own.import(self.key_id, &MATERIAL);
        for (member, value) in changed.as_object().expect("members") {
            input[member] = value.clone();
        }
        Case::of(
            "ImportKeyMaterial",
            &format!("{what}, {}, {}", self.name, self.algorithm),
            &input,
            error,
        )
    }

    fn wrong_tokens(&self, client: &Client) -> Vec<Case> {
        let stranger = client.create_key("EXTERNAL");
        let strange = ImportParameters::of(client, &stranger, self.algorithm).token;
        let token = STANDARD.decode(&self.own.token).expect("base64");
        let bent = |position: usize| {
            let mut token = token.clone();
            token[position] ^= 1;
            base64(&token)
        };
        let cut = base64(&token[..token.len() / 2]);
        let longer = base64(&[token.as_slice(), b"x"].concat());
        let tokens = [
            ("the token of another key", strange),
            ("a bent first byte of the token", bent(0)),
            ("a bent byte inside the token", bent(token.len() / 2)),
            ("a bent last byte of the token", bent(token.len() - 1)),
            ("half a token", cut),
            ("a token with more behind it", longer),
            ("one byte for a token", base64(b"x")),
            ("zeros for a token", base64(&[0; 2000])),
        ];
        let case = |(what, token): &(&str, String)| {
            self.case(
                what,
                &json!({ "ImportToken": token }),
                "InvalidImportTokenException",
            )
        };
        tokens.iter().map(case).collect()
    }

    fn wrong_wraps(&self) -> Vec<Case> {
        let wrapped = STANDARD.decode(self.own.wrap(&MATERIAL)).expect("base64");
        let other = if self.algorithm == "RSAES_OAEP_SHA_1" {
            "RSAES_OAEP_SHA_256"
        } else {
            "RSAES_OAEP_SHA_1"
        };
        let mut bent = wrapped.clone();
        bent[100] ^= 1;
        let undecryptable = [
            ("the other hash", self.own.wrap_by(other, &MATERIAL)),
            ("a truncated wrap", base64(&wrapped[..255])),
            ("half a wrap", base64(&wrapped[..128])),
            (
                "a wrap with more behind it",
                base64(&[wrapped.as_slice(), b"x"].concat()),
            ),
            ("a bent wrap", base64(&bent)),
            ("the bare material", base64(&MATERIAL)),
            ("one byte", base64(b"x")),
            ("zeros", base64(&[0; 256])),
            ("more than the modulus", base64(&[0xff; 256])),
        ];
        let unfit = [0, 1, 16, 31, 33, 64]
            .map(|length| (format!("{length} bytes"), self.own.wrap(&vec![1; length])));
        let case = |what: &str, wrap: &str, error| {
            self.case(what, &json!({ "EncryptedKeyMaterial": wrap }), error)
        };
        let undecryptable = undecryptable
            .iter()
            .map(|(what, wrap)| case(what, wrap, "InvalidCiphertextException"));
        undecryptable
            .chain(
                unfit
                    .iter()
                    .map(|(what, wrap)| case(what, wrap, "IncorrectKeyMaterialException")),
            )
            .collect()
    }

    fn wrong_dates_and_types(&self) -> Vec<Case> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a time after 1970")
            .as_secs();
        let expires = |valid_to: Value| json!({ "ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": valid_to });
        let unknown_id = "ab".repeat(32);
        let changes = [
            (
                "no date",
                json!({ "ExpirationModel": "KEY_MATERIAL_EXPIRES" }),
            ),
            ("no model", json!({ "ExpirationModel": null })),
            ("a date without expiry", json!({ "ValidTo": now + DAY })),
            ("an hour ago", expires(json!(now - 3600))),
            ("1970", expires(json!(0))),
            ("before 1970", expires(json!(-1))),
            ("beyond 365 days", expires(json!(now + 365 * DAY + 3600))),
            ("the year 9999", expires(json!(253_370_764_800_u64))),
            (
                "new material with an id",
                json!({ "ImportType": "NEW_KEY_MATERIAL", "KeyMaterialId": unknown_id }),
            ),
        ];
        changes
            .iter()
            .map(|(what, change)| self.case(what, change, "ValidationException"))
            .collect()
    }
}

const DAY: u64 = 24 * 60 * 60;
const MATERIAL: [u8; 32] = [5; 32];
