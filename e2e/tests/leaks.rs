//! Secrets stay where they belong: not in the store, its write-ahead log, the audit log or what the server prints; and what was
//! deleted is gone from the files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use claviger_e2e::{Client, Ground, ImportParameters, Server};
use serde_json::json;

#[test]
fn no_secret_is_written_anywhere() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let client = server.client();
    let material: [u8; 32] = std::array::from_fn(|_| fastrand::u8(..));
    let plaintext: [u8; 48] = std::array::from_fn(|_| fastrand::u8(..));
    let key_id = imported_key(&client, &material);

    let sealed = client.call(
        "Encrypt",
        &json!({ "KeyId": key_id, "Plaintext": STANDARD.encode(plaintext) }),
    );
    let _ = client.call(
        "Decrypt",
        &json!({ "CiphertextBlob": sealed["CiphertextBlob"] }),
    );
    let data_key = client.call(
        "GenerateDataKey",
        &json!({ "KeyId": key_id, "KeySpec": "AES_256" }),
    );
    let data_key = STANDARD
        .decode(data_key["Plaintext"].as_str().unwrap())
        .unwrap();
    let random = client.call("GenerateRandom", &json!({ "NumberOfBytes": 32 }));
    let random = STANDARD
        .decode(random["Plaintext"].as_str().unwrap())
        .unwrap();
    // Refusals print more than successes do.
    let _ = client.send("Encrypt", &json!({ "KeyId": key_id, "Plaintext": STANDARD.encode(plaintext), "EncryptionAlgorithm": "x" }));
    let _ = client.send(
        "Decrypt",
        &json!({ "CiphertextBlob": STANDARD.encode(plaintext) }),
    );

    let secret_access_key = server.credentials().secret_access_key.clone().into_bytes();
    let secrets: [(&str, &[u8]); 5] = [
        ("imported material", &material),
        ("plaintext", &plaintext),
        ("data key", &data_key),
        ("random bytes", &random),
        ("secret access key", &secret_access_key),
    ];
    assert_absent(&ground, &secrets);
    server.stop();
    assert_absent(&ground, &secrets);
}

#[test]
fn deleted_material_is_gone_from_the_files() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let client = server.client();
    let key_id = imported_key(&client, &[3; 32]);
    let with_material = stored_values(&server, &ground);
    let _ = client.call("DeleteImportedKeyMaterial", &json!({ "KeyId": key_id }));
    assert_erased(&server, &ground, &with_material);
    server.stop();
}

#[test]
fn expired_material_is_gone_from_the_files() {
    let ground = Ground::new();
    let server = Server::start(&ground, &["--test-clock"]);
    let client = server.client();
    let key_id = client.create_key("EXTERNAL");
    let parameters = ImportParameters::of(&client, &key_id, "RSAES_OAEP_SHA_256");
    let created =
        client.call("DescribeKey", &json!({ "KeyId": key_id }))["KeyMetadata"]["CreationDate"]
            .as_f64()
            .unwrap();
    let mut import = parameters.import(&key_id, &[4; 32]);
    import["ExpirationModel"] = json!("KEY_MATERIAL_EXPIRES");
    import["ValidTo"] = json!(created + 3600.0);
    let _ = client.call("ImportKeyMaterial", &import);
    let with_material = stored_values(&server, &ground);
    server.advance(Duration::from_secs(2 * 3600));
    assert_erased(&server, &ground, &with_material);
    server.stop();
}

#[test]
fn a_deleted_key_is_gone_from_the_files() {
    let ground = Ground::new();
    let server = Server::start(&ground, &["--test-clock"]);
    let client = server.client();
    let key_id = client.create_key("AWS_KMS");
    let _ = client.call(
        "ScheduleKeyDeletion",
        &json!({ "KeyId": key_id, "PendingWindowInDays": 7 }),
    );
    let with_key = stored_values(&server, &ground);
    server.advance(Duration::from_secs(8 * 24 * 3600));
    assert_erased(&server, &ground, &with_key);
    server.stop();
}

fn imported_key(client: &Client, material: &[u8]) -> String {
    let key_id = client.create_key("EXTERNAL");
    let parameters = ImportParameters::of(client, &key_id, "RSAES_OAEP_SHA_256");
    let _ = client.call("ImportKeyMaterial", &parameters.import(&key_id, material));
    key_id
}

/// Every file below the data folder, and what the server printed; without `dev.env`, whose purpose is to hand out the secret.
fn written(ground: &Ground) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = ground.data_files();
    files.retain(|(path, _)| path.file_name().is_none_or(|name| name != "dev.env"));
    files.push((ground.stderr(), fs::read(ground.stderr()).unwrap()));
    assert!(
        files.iter().any(|(path, _)| path.ends_with("claviger.db")),
        "the store was not read"
    );
    files
}

fn assert_absent(ground: &Ground, secrets: &[(&str, &[u8])]) {
    let files = written(ground);
    for (what, secret) in secrets {
        for form in forms(secret) {
            for (path, bytes) in &files {
                assert!(
                    !contains(bytes, &form),
                    "{what} stands in {}",
                    path.display()
                );
            }
        }
    }
}

/// A secret as it may be written: raw, hex, and base64 at each of the three places that it may have in a longer text.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        secret.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ];
    for shift in 0..3 {
        let text = STANDARD_NO_PAD.encode([&vec![0; shift], secret].concat());
        // The outermost characters mix in their neighbours.
        forms.push(text.as_bytes()[4.min(shift * 4)..text.len() - 4].to_vec());
    }
    forms
}

/// What stood sealed in the store before and no longer does, is in no file.
fn assert_erased(server: &Server, ground: &Ground, before: &BTreeSet<Vec<u8>>) {
    let after = stored_values(server, ground);
    let gone: Vec<&Vec<u8>> = before
        .difference(&after)
        .filter(|value| value.starts_with(&SEALED))
        .collect();
    assert!(!gone.is_empty(), "nothing was removed from the store");
    let files = ground.data_files();
    for value in gone {
        for window in value[HEADER_BYTES..].chunks_exact(WINDOW_BYTES) {
            for (path, bytes) in &files {
                assert!(
                    !contains(bytes, window),
                    "a removed record's bytes stand in {}",
                    path.display()
                );
            }
        }
    }
}

/// Every value in the store, read by SQLite's own library from a copy, while the server runs.
fn stored_values(server: &Server, ground: &Ground) -> BTreeSet<Vec<u8>> {
    let copy = tempfile::tempdir().unwrap();
    for name in ["claviger.db", "claviger.db-wal"] {
        let from = ground.data().join(name);
        if from.exists() {
            fs::copy(from, copy.path().join(name)).unwrap();
        }
    }
    let path = copy.path().join("claviger.db");
    let values = server.python(ground, "sqlite/values.py", &[path.to_str().unwrap()]);
    values
        .lines()
        .map(|line| STANDARD.decode(line).expect("base64"))
        .collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

const WINDOW_BYTES: usize = 24;

/// How each sealed value begins: format 1, suite 1.
const SEALED: [u8; 2] = [1, 1];

/// Format, generation, account, version and nonce: the same in other records, and no secret.
const HEADER_BYTES: usize = 48;
