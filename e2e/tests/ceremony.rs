//! The import ceremony as it is documented, with the real tools: `openssl` and the AWS CLI in shell scripts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use claviger_e2e::{Ground, Server};
use serde_json::{Value, json};

#[test]
fn seed_002_brings_a_key_from_pending_import_to_enabled() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let client = server.client().in_region("eu-west-2");
    let key_id = client.create_key("EXTERNAL");
    assert_eq!(describe(&client, &key_id)["KeyState"], "PendingImport");

    server.shell(
        &ground,
        "ceremony/seed-002.sh",
        &[("KEY_ID", &key_id), ("REGION", "eu-west-2")],
    );

    let metadata = describe(&client, &key_id);
    assert_eq!(metadata["KeyState"], "Enabled");
    assert_eq!(metadata["Enabled"], true);
    assert_eq!(metadata["ExpirationModel"], "KEY_MATERIAL_DOES_NOT_EXPIRE");
    encrypts_and_decrypts(&client, &key_id);
    server.stop();
}

#[test]
fn seed_000_repaired_imports() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let key = server.shell(&ground, "ceremony/seed-000-repaired.sh", &[]);
    let client = server.client();
    let metadata = describe(&client, &key);
    assert_eq!(metadata["KeyState"], "Enabled");
    assert_eq!(
        metadata["Description"],
        "My organization's imported key material"
    );
    encrypts_and_decrypts(&client, &key);
    server.stop();
}

#[test]
fn seed_000_unrepaired_is_refused_at_each_wrong_step() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let state = server.shell(&ground, "ceremony/seed-000-unrepaired.sh", &[]);
    assert_eq!(state, "Enabled");
    server.stop();
}

#[test]
fn seed_004_create_key_answers_as_shown() {
    let ground = Ground::new();
    let server = Server::start(&ground, &["--region", "us-west-2"]);
    let answer = server
        .aws(&ground, &["kms", "create-key", "--origin", "EXTERNAL"])
        .expect_success("create-key")
        .json();
    let metadata = &answer["KeyMetadata"];
    let key_id = metadata["KeyId"].as_str().expect("a key id");
    assert_eq!(key_id.len(), 36);
    assert_eq!(
        metadata["Arn"],
        format!("arn:aws:kms:us-west-2:111122223333:key/{key_id}")
    );
    assert_eq!(metadata["AWSAccountId"], "111122223333");
    assert!(metadata["CreationDate"].is_number() || metadata["CreationDate"].is_string());
    let shown = [
        ("Origin", json!("EXTERNAL")),
        ("Description", json!("")),
        ("Enabled", json!(false)),
        ("KeyUsage", json!("ENCRYPT_DECRYPT")),
        ("KeyState", json!("PendingImport")),
    ];
    let added_since = [
        ("KeyManager", json!("CUSTOMER")),
        ("KeySpec", json!("SYMMETRIC_DEFAULT")),
        ("CustomerMasterKeySpec", json!("SYMMETRIC_DEFAULT")),
        ("EncryptionAlgorithms", json!(["SYMMETRIC_DEFAULT"])),
        ("MultiRegion", json!(false)),
    ];
    for (member, value) in shown.iter().chain(&added_since) {
        assert_eq!(&metadata[*member], value, "{member}");
    }
    for absent in [
        "ExpirationModel",
        "ValidTo",
        "CurrentKeyMaterialId",
        "DeletionDate",
    ] {
        assert_eq!(metadata[absent], Value::Null, "{absent}");
    }
    server.stop();
}

fn describe(client: &claviger_e2e::Client, key_id: &str) -> Value {
    client.call("DescribeKey", &json!({ "KeyId": key_id }))["KeyMetadata"].clone()
}

fn encrypts_and_decrypts(client: &claviger_e2e::Client, key_id: &str) {
    let sealed = client.call(
        "Encrypt",
        &json!({ "KeyId": key_id, "Plaintext": "c2VjcmV0" }),
    );
    let opened = client.call(
        "Decrypt",
        &json!({ "CiphertextBlob": sealed["CiphertextBlob"] }),
    );
    assert_eq!(opened["Plaintext"], "c2VjcmV0");
}
