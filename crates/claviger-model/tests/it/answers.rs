//! Answers as bytes.

use claviger_model::wire::WireOutput;
use claviger_model::{
    ConnectCustomKeyStoreOutput, CreateAliasOutput, CreateKeyOutput, DescribeKeyOutput,
    EncryptionAlgorithmSpec, GenerateDataKeyOutput, GrantConstraints, GrantListEntry, KeyMetadata,
    KeySpec, KeyState, ListAliasesOutput, ListGrantsOutput, ListRetirableGrantsOutput, OriginType,
    Secret, Timestamp,
};
use serde_json::{Value, json};

fn read(output: &impl WireOutput) -> Value {
    serde_json::from_slice(&output.encode()).unwrap()
}

#[test]
fn without_output_there_is_no_body() {
    assert_eq!(CreateAliasOutput.encode(), b"");
    assert_eq!(ConnectCustomKeyStoreOutput.encode(), b"{}");
}

#[test]
fn absent_members_are_left_out() {
    assert_eq!(CreateKeyOutput::default().encode(), b"{}");
    let truncated = ListAliasesOutput {
        aliases: Some(vec![]),
        truncated: Some(false),
        ..Default::default()
    };
    assert_eq!(truncated.encode(), br#"{"Aliases":[],"Truncated":false}"#);
}

#[test]
fn every_kind_of_member() {
    let metadata = KeyMetadata {
        aws_account_id: Some("111122223333".into()),
        key_id: "1234abcd-12ab-34cd-56ef-1234567890ab".into(),
        creation_date: Some(Timestamp::from_epoch_ms(1_470_811_233_761)),
        enabled: Some(true),
        description: Some("a \"key\"".into()),
        key_state: Some(KeyState::PendingImport),
        origin: Some(OriginType::External),
        key_spec: Some(KeySpec::SymmetricDefault),
        encryption_algorithms: Some(vec![EncryptionAlgorithmSpec::SymmetricDefault]),
        pending_deletion_window_in_days: Some(7),
        ..Default::default()
    };
    assert_eq!(
        read(&DescribeKeyOutput {
            key_metadata: Some(metadata)
        }),
        json!({"KeyMetadata": {
            "AWSAccountId": "111122223333",
            "KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab",
            "CreationDate": 1_470_811_233.761,
            "Enabled": true,
            "Description": "a \"key\"",
            "KeyState": "PendingImport",
            "Origin": "EXTERNAL",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
            "PendingDeletionWindowInDays": 7,
        }})
    );
}

#[test]
fn plaintext_is_written_as_base64() {
    let output = GenerateDataKeyOutput {
        ciphertext_blob: Some(vec![0xff; 3]),
        plaintext: Some(Secret::copy_of(&[0; 32])),
        key_id: Some("k".into()),
        ..Default::default()
    };
    let plaintext = format!("{}=", "A".repeat(43));
    assert_eq!(
        read(&output),
        json!({"CiphertextBlob": "////", "Plaintext": plaintext, "KeyId": "k"})
    );
}

#[test]
fn structures_inside_lists() {
    let constraints = GrantConstraints {
        encryption_context_equals: Some([("a".to_owned(), "b".to_owned())].into()),
        ..Default::default()
    };
    let grant = GrantListEntry {
        constraints: Some(constraints),
        ..Default::default()
    };
    let expected = json!({"Grants": [{"Constraints": {"EncryptionContextEquals": {"a": "b"}}}], "Truncated": true});
    let grants = Some(vec![grant]);
    assert_eq!(
        read(&ListGrantsOutput {
            grants: grants.clone(),
            truncated: Some(true),
            ..Default::default()
        }),
        expected
    );
    assert_eq!(
        read(&ListRetirableGrantsOutput {
            grants,
            truncated: Some(true),
            ..Default::default()
        }),
        expected
    );
}
