//! Bodies that are not what an operation reads: `SerializationException`.

use claviger_model::wire::{DecodeError, WireInput, decode_any};
use claviger_model::{CreateKeyInput, EncryptInput, ImportKeyMaterialInput, Operation};

fn check<T: WireInput>(body: &str, text: Option<&str>) {
    let refused = T::decode(body.as_bytes()).err();
    assert_eq!(
        refused,
        Some(DecodeError::Serialization(text.map(str::to_owned))),
        "{body}"
    );
}

#[test]
fn no_json_object() {
    for body in [
        "",
        " ",
        "null",
        "[]",
        "\"\"",
        "\"{}\"",
        "1",
        "true",
        "{",
        "}",
        "{}{}",
        "{},",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":1e999}",
        "{\"a\":\"\n\"}",
        "{} x",
        "\u{feff}{}",
        "[{}]",
        "{\"a\":NaN}",
        "{\"a\":\"\\ud800\"}",
        "{\"KeyId\":\"\\ud800\"}",
    ] {
        for operation in Operation::ALL {
            assert_eq!(
                decode_any(operation, body.as_bytes()),
                Err(DecodeError::Serialization(None)),
                "{operation} {body}"
            );
        }
    }
    for body in [&b"{\"a\":\"\xff\"}"[..], b"\xff", b"{\"KeyId\":\"\xc3\"}"] {
        assert_eq!(
            EncryptInput::decode(body).err(),
            Some(DecodeError::Serialization(None))
        );
    }
}

#[test]
fn members_and_keys_twice() {
    check::<EncryptInput>(r#"{"KeyId":"a","KeyId":"a","Plaintext":"AA=="}"#, None);
    check::<EncryptInput>(r#"{"KeyId":null,"KeyId":"a","Plaintext":"AA=="}"#, None);
    check::<EncryptInput>(r#"{"KeyId":"a","\u004beyId":"a","Plaintext":"AA=="}"#, None);
    check::<EncryptInput>(
        r#"{"KeyId":"a","Plaintext":"AA==","EncryptionContext":{"a":"1","a":"1"}}"#,
        None,
    );
    check::<CreateKeyInput>(
        r#"{"Tags":[{"TagKey":"a","TagKey":"b","TagValue":""}]}"#,
        None,
    );
}

#[test]
fn another_type_than_the_model_has() {
    for (operation, body, text) in WRONG_TYPES {
        let refused = DecodeError::Serialization(Some(text.to_owned()));
        assert_eq!(
            decode_any(operation, body.as_bytes()),
            Err(refused),
            "{operation} {body}"
        );
    }
}

#[test]
fn a_refusal_wins_over_a_violation() {
    check::<EncryptInput>(
        r#"{"KeyId":"","Plaintext":1}"#,
        Some("NUMBER_VALUE can not be converted to Blob"),
    );
    check::<EncryptInput>(r#"{"KeyId":"""#, None);
}

#[test]
fn bad_base64() {
    for blob in [
        "A",
        "AA",
        "AA=",
        "AB==",
        "AA==AA==",
        "AA==\\n",
        "-_-_",
        "AAAA AAAA",
        "\\u0000",
    ] {
        check::<EncryptInput>(
            &format!(r#"{{"KeyId":"a","Plaintext":"{blob}"}}"#),
            Some("Invalid base64 in a blob"),
        );
        check::<ImportKeyMaterialInput>(
            &format!(r#"{{"KeyId":"a","ImportToken":"{blob}"}}"#),
            Some("Invalid base64 in a blob"),
        );
    }
}

#[test]
fn too_deep() {
    let lists = |depth: usize| {
        format!(
            r#"{{"KeyId":"a","Plaintext":"AA==","X":{}{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    let maps = |depth: usize| {
        format!(
            r#"{{"KeyId":"a","Plaintext":"AA==","X":{}1{}}}"#,
            "{\"a\":".repeat(depth),
            "}".repeat(depth)
        )
    };
    for body in [lists, maps].map(|body| body(31)) {
        assert!(EncryptInput::decode(body.as_bytes()).is_ok());
    }
    for depth in [32, 100, 127, 128, 100_000] {
        check::<EncryptInput>(&lists(depth), None);
        check::<EncryptInput>(&maps(depth), None);
        check::<EncryptInput>(&"[".repeat(depth), None);
        check::<EncryptInput>(
            &"{\"KeyId\":".repeat(depth),
            Some("Start of structure or map found where not expected"),
        );
    }
}

const LIST: &str = "Start of list found where not expected";

const STRUCTURE: &str = "Start of structure or map found where not expected";

const WRONG_TYPES: [(Operation, &str, &str); 32] = [
    (
        Operation::Encrypt,
        r#"{"KeyId":1}"#,
        "NUMBER_VALUE can not be converted to String",
    ),
    (
        Operation::Encrypt,
        r#"{"KeyId":1.5}"#,
        "NUMBER_VALUE can not be converted to String",
    ),
    (
        Operation::Encrypt,
        r#"{"KeyId":true}"#,
        "TRUE_VALUE can not be converted to String",
    ),
    (
        Operation::Encrypt,
        r#"{"KeyId":false}"#,
        "FALSE_VALUE can not be converted to String",
    ),
    (Operation::Encrypt, r#"{"KeyId":[]}"#, LIST),
    (Operation::Encrypt, r#"{"KeyId":{}}"#, STRUCTURE),
    (
        Operation::Encrypt,
        r#"{"Plaintext":1}"#,
        "NUMBER_VALUE can not be converted to Blob",
    ),
    (
        Operation::Encrypt,
        r#"{"DryRun":"true"}"#,
        "STRING_VALUE can not be converted to Boolean",
    ),
    (
        Operation::Encrypt,
        r#"{"DryRun":1}"#,
        "NUMBER_VALUE can not be converted to Boolean",
    ),
    (
        Operation::Encrypt,
        r#"{"EncryptionAlgorithm":1}"#,
        "NUMBER_VALUE can not be converted to String",
    ),
    (
        Operation::Encrypt,
        r#"{"EncryptionContext":"x"}"#,
        "Expected map or null",
    ),
    (Operation::Encrypt, r#"{"EncryptionContext":[]}"#, LIST),
    (
        Operation::Encrypt,
        r#"{"EncryptionContext":{"a":[]}}"#,
        LIST,
    ),
    (
        Operation::Encrypt,
        r#"{"EncryptionContext":{"a":{}}}"#,
        STRUCTURE,
    ),
    (
        Operation::Encrypt,
        r#"{"GrantTokens":"x"}"#,
        "Expected list or null",
    ),
    (Operation::Encrypt, r#"{"GrantTokens":{}}"#, STRUCTURE),
    (
        Operation::Encrypt,
        r#"{"GrantTokens":[1]}"#,
        "NUMBER_VALUE can not be converted to String",
    ),
    (
        Operation::GenerateDataKey,
        r#"{"NumberOfBytes":"32"}"#,
        "STRING_VALUE can not be converted to Integer",
    ),
    (
        Operation::GenerateDataKey,
        r#"{"NumberOfBytes":true}"#,
        "TRUE_VALUE can not be converted to Integer",
    ),
    (
        Operation::GenerateDataKey,
        r#"{"NumberOfBytes":2147483648.0}"#,
        "NUMBER_VALUE can not be converted to Integer",
    ),
    (
        Operation::GenerateDataKey,
        r#"{"NumberOfBytes":1e300}"#,
        "NUMBER_VALUE can not be converted to Integer",
    ),
    (
        Operation::GenerateDataKey,
        r#"{"NumberOfBytes":2147483648}"#,
        "NUMBER_VALUE can not be converted to Integer",
    ),
    (
        Operation::GenerateDataKey,
        r#"{"NumberOfBytes":99999999999999999999999}"#,
        "NUMBER_VALUE can not be converted to Integer",
    ),
    (Operation::GenerateDataKey, r#"{"Recipient":[]}"#, LIST),
    (
        Operation::GenerateDataKey,
        r#"{"Recipient":["RSAES_OAEP_SHA_256","AA=="]}"#,
        LIST,
    ),
    (
        Operation::GenerateDataKey,
        r#"{"Recipient":1}"#,
        "Expected map or null",
    ),
    (Operation::CreateKey, r#"{"Tags":[["k","v"]]}"#, LIST),
    (Operation::CreateKey, r#"{"Tags":{}}"#, STRUCTURE),
    (
        Operation::CreateGrant,
        r#"{"Constraints":{"SourceArn":7}}"#,
        "NUMBER_VALUE can not be converted to String",
    ),
    (
        Operation::ImportKeyMaterial,
        r#"{"ValidTo":"2026-01-01T00:00:00Z"}"#,
        "STRING_VALUE can not be converted to Timestamp",
    ),
    (
        Operation::ImportKeyMaterial,
        r#"{"ValidTo":1e300}"#,
        "NUMBER_VALUE can not be converted to Timestamp",
    ),
    (
        Operation::ImportKeyMaterial,
        r#"{"ValidTo":9999999999999}"#,
        "NUMBER_VALUE can not be converted to Timestamp",
    ),
];
