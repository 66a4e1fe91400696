//! Well-formed requests.

use std::collections::BTreeMap;
use std::time::Instant;

use claviger_model::wire::{DecodeError, WireInput};
use claviger_model::{
    CreateGrantInput, CreateKeyInput, DataKeySpec, EncryptInput, ExpirationModelType,
    GenerateDataKeyInput, GrantOperation, ImportKeyMaterialInput, KeySpec, KeyUsageType,
    ListKeysInput, Operation, Tag, Timestamp, error_code,
};

#[test]
fn every_kind_of_member() {
    let input = EncryptInput::decode(
        br#" {"KeyId":"alias/a","Plaintext":"AAEC","EncryptionContext":{"b":"2","a":"1"},"GrantTokens":["t"],"DryRun":true} "#,
    )
    .unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(input.key_id, "alias/a");
    assert!(input.plaintext.ct_eq(&[0, 1, 2]));
    let context = BTreeMap::from([("a".into(), "1".into()), ("b".into(), "2".into())]);
    assert_eq!(input.encryption_context, Some(context));
    assert_eq!(input.grant_tokens, Some(vec!["t".into()]));
    assert_eq!(input.dry_run, Some(true));
    assert_eq!(input.encryption_algorithm, None);
}

#[test]
fn enums_structures_and_moments() {
    let input = CreateKeyInput::decode(
        br#"{"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY","Tags":[{"TagKey":"k","TagValue":""},{"TagValue":"v","TagKey":"l"}]}"#,
    )
    .unwrap();
    assert_eq!(input.key_spec, Some(KeySpec::EccNistP256));
    assert_eq!(input.key_usage, Some(KeyUsageType::SignVerify));
    let tag = |key: &str, value: &str| Tag {
        tag_key: key.into(),
        tag_value: value.into(),
    };
    assert_eq!(input.tags, Some(vec![tag("k", ""), tag("l", "v")]));

    let input = ImportKeyMaterialInput::decode(
        br#"{"KeyId":"k","ImportToken":"AA==","EncryptedKeyMaterial":"AA==","ValidTo":1470811233.761,"ExpirationModel":"KEY_MATERIAL_EXPIRES"}"#,
    )
    .unwrap();
    assert_eq!(
        input.valid_to,
        Some(Timestamp::from_epoch_ms(1_470_811_233_761))
    );
    assert_eq!(
        input.expiration_model,
        Some(ExpirationModelType::KeyMaterialExpires)
    );

    let input = CreateGrantInput::decode(
        br#"{"KeyId":"k","GranteePrincipal":"p","Operations":["Decrypt","ReEncryptFrom"],"Constraints":{"EncryptionContextSubset":{"a":"b"}}}"#,
    )
    .unwrap();
    assert_eq!(
        input.operations,
        [GrantOperation::Decrypt, GrantOperation::ReEncryptFrom]
    );
    assert!(
        input
            .constraints
            .unwrap()
            .encryption_context_subset
            .is_some()
    );
}

#[test]
fn moments_keep_their_milliseconds() {
    for (number, ms) in [
        ("0", 0),
        ("1.5", 1500),
        ("-1.001", -1001),
        ("1e3", 1_000_000),
        ("4102444799.999", 4_102_444_799_999),
        ("1.0004", 1000),
    ] {
        let body = format!(
            r#"{{"KeyId":"k","ImportToken":"AA==","EncryptedKeyMaterial":"AA==","ValidTo":{number}}}"#
        );
        let input = ImportKeyMaterialInput::decode(body.as_bytes()).unwrap();
        assert_eq!(
            input.valid_to,
            Some(Timestamp::from_epoch_ms(ms)),
            "{number}"
        );
    }
}

#[test]
fn integers_lose_their_fraction() {
    for (number, expected) in [
        ("5", 5),
        ("5.0", 5),
        ("5.9", 5),
        ("5e0", 5),
        ("1.0e3", 1000),
    ] {
        let body = format!(r#"{{"Limit":{number}}}"#);
        let input = ListKeysInput::decode(body.as_bytes()).unwrap();
        assert_eq!(input.limit, Some(expected), "{number}");
    }
    // What is left must satisfy the rules of the member.
    for number in ["0.9", "-0.5", "1001.0"] {
        let body = format!(r#"{{"Limit":{number}}}"#);
        let refused = ListKeysInput::decode(body.as_bytes()).unwrap_err();
        assert!(matches!(refused, DecodeError::Validation(_)), "{number}");
    }
}

#[test]
fn null_is_absent_and_unknown_members_are_skipped() {
    let input = ListKeysInput::decode(
        br#"{"Limit":null,"Unknown":[{"a":[1.5,-1,true,null,"x"]}],"limit":"x","Marker":"m"}"#,
    )
    .unwrap();
    assert_eq!(
        input,
        ListKeysInput {
            marker: Some("m".into()),
            ..Default::default()
        }
    );
    assert_eq!(ListKeysInput::decode(b"{}"), Ok(ListKeysInput::default()));
}

#[test]
fn escapes_mean_what_they_stand_for() {
    let input =
        EncryptInput::decode(br#"{"\u004beyId":"\u00e9\ud83d\ude00","Plaintext":"AA\u003d="}"#)
            .unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(input.key_id, "é😀");
    assert_eq!(input.plaintext.len(), 1);
}

#[test]
fn context_values_may_be_numbers_and_booleans() {
    let body = br#"{"KeyId":"k","EncryptionContext":{"a":1,"b":-2,"c":true,"d":1.5,"e":18446744073709551615}}"#;
    let context = GenerateDataKeyInput::decode(body)
        .unwrap()
        .encryption_context
        .unwrap();
    let values: Vec<&str> = context.values().map(String::as_str).collect();
    assert_eq!(values, ["1", "-2", "true", "1.5", "18446744073709551615"]);
}

/// Whoever decrypts sends the text, and two numbers are two contexts.
#[test]
fn numbers_in_the_context_are_taken_as_they_were_written() {
    let body = br#"{"KeyId":"k","EncryptionContext":{"a": 10103.0 ,"b":1.50,"c":1e3,"d":-0,"e":123456789012345678901,"f":1E400}}"#;
    let input = GenerateDataKeyInput::decode(body).unwrap();
    let context = input.encryption_context.unwrap();
    let values: Vec<&str> = context.values().map(String::as_str).collect();
    assert_eq!(
        values,
        [
            "10103.0",
            "1.50",
            "1e3",
            "-0",
            "123456789012345678901",
            "1E400"
        ]
    );
}

#[test]
fn escapes_in_the_context_mean_what_they_stand_for() {
    let body = br#"{"KeyId":"k","EncryptionContext":{"\u0061":"\u00e9\n"}}"#;
    let input = GenerateDataKeyInput::decode(body).unwrap();
    let context = BTreeMap::from([("a".into(), "é\n".into())]);
    assert_eq!(input.encryption_context, Some(context));
}

#[test]
fn lengths_count_characters() {
    let body = |len: usize| {
        format!(
            r#"{{"AliasName":"alias/a","TargetKeyId":"{}"}}"#,
            "é".repeat(len)
        )
    };
    assert!(claviger_model::CreateAliasInput::decode(body(2048).as_bytes()).is_ok());
    assert!(matches!(
        claviger_model::CreateAliasInput::decode(body(2049).as_bytes()),
        Err(DecodeError::Validation(_))
    ));
}

#[test]
fn operations_and_their_errors() {
    assert_eq!(Operation::ALL.len(), 56);
    assert!(Operation::ALL.is_sorted_by_key(|operation| operation.name()));
    for operation in Operation::ALL {
        assert_eq!(Operation::from_name(operation.name()), Some(operation));
        assert!(operation.errors().contains(&error_code::KMS_INTERNAL));
    }
    assert_eq!(Operation::from_name("encrypt"), None);
    assert!(Operation::Encrypt.errors().contains(&error_code::DISABLED));
}

/// Not an assertion: times on shared machines are no facts. Shown with `--nocapture`.
#[test]
fn the_time_of_a_hot_decode() {
    let context = format!(r#"{{"tenant":"{}","purpose":"payroll"}}"#, "t".repeat(40));
    let key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let body = format!(r#"{{"KeyId":"{key}","KeySpec":"AES_256","EncryptionContext":{context}}}"#);
    let rounds: u32 = 20_000;
    let start = Instant::now();
    for _ in 0..rounds {
        let input = GenerateDataKeyInput::decode(body.as_bytes()).unwrap();
        assert_eq!(input.key_spec, Some(DataKeySpec::Aes256));
    }
    println!(
        "decode of {} bytes: {:?}",
        body.len(),
        start.elapsed() / rounds
    );
}
