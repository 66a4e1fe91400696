//! Members that break a rule of the model: `ValidationException` with AWS's text.

use claviger_model::wire::{DecodeError, WireInput};
use claviger_model::{
    CreateAliasInput, CreateCustomKeyStoreInput, CreateGrantInput, CreateKeyInput, DecryptInput,
    EncryptInput, GenerateDataKeyInput, GetParametersForImportInput, ListKeysInput,
    ReplicateKeyInput, RetireGrantInput, UntagResourceInput,
};

fn text_of<T: WireInput>(body: &str) -> String {
    match T::decode(body.as_bytes()) {
        Err(DecodeError::Validation(text)) => text,
        Err(DecodeError::Serialization(text)) => panic!("not read: {text:?}"),
        Err(DecodeError::Repeated(name)) => panic!("repeated: {name}"),
        Ok(_) => panic!("accepted: {body}"),
    }
}

fn check<T: WireInput>(body: &str, violations: &[&str]) {
    let noun = if violations.len() == 1 {
        "error"
    } else {
        "errors"
    };
    let expected = format!(
        "{} validation {noun} detected: {}",
        violations.len(),
        violations.join("; ")
    );
    assert_eq!(text_of::<T>(body), expected);
}

const NOT_NULL: &str = "failed to satisfy constraint: Member must not be null";

#[test]
fn numbers() {
    check::<GenerateDataKeyInput>(
        r#"{"KeyId":"k","NumberOfBytes":0}"#,
        &[
            "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ],
    );
    check::<GenerateDataKeyInput>(
        r#"{"KeyId":"k","NumberOfBytes":1025}"#,
        &[
            "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
        ],
    );
    check::<ListKeysInput>(
        r#"{"Limit":-2147483648}"#,
        &[
            "Value '-2147483648' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ],
    );
}

#[test]
fn enums() {
    check::<GenerateDataKeyInput>(
        r#"{"KeyId":"k","KeySpec":"aes_256"}"#,
        &[
            "Value 'aes_256' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]",
        ],
    );
    check::<CreateGrantInput>(
        r#"{"KeyId":"k","Operations":["Decrypt","Fly"]}"#,
        &[
            "Value '[Decrypt, Fly]' at 'operations' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: \
           [Decrypt, Encrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, ReEncryptFrom, ReEncryptTo, Sign, Verify, GetPublicKey, CreateGrant, \
           RetireGrant, DescribeKey, GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext, GenerateMac, VerifyMac, DeriveSharedSecret, Encapsulate, \
           Decapsulate]]",
        ],
    );
}

#[test]
fn lengths_of_text() {
    check::<EncryptInput>(
        r#"{"KeyId":"","Plaintext":"AA=="}"#,
        &[
            "Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ],
    );
    let long = "k".repeat(2049);
    check::<EncryptInput>(
        &format!(r#"{{"KeyId":"{long}","Plaintext":"AA=="}}"#),
        &[&format!(
            "Value '{long}' at 'keyId' failed to satisfy constraint: Member must have length less than or equal to 2048"
        )],
    );
}

#[test]
fn lengths_of_bytes() {
    let blob = |len: usize| "A".repeat(len / 3 * 4);
    check::<EncryptInput>(
        &format!(r#"{{"KeyId":"k","Plaintext":"{}"}}"#, blob(4098)),
        &[
            "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
        ],
    );
    check::<EncryptInput>(
        r#"{"KeyId":"k","Plaintext":""}"#,
        &[
            "Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ],
    );
    check::<DecryptInput>(
        &format!(r#"{{"CiphertextBlob":"{}"}}"#, blob(6147)),
        &[
            "Value 'java.nio.HeapByteBuffer[pos=0 lim=6147 cap=6147]' at 'ciphertextBlob' failed to satisfy constraint: \
           Member must have length less than or equal to 6144",
        ],
    );
}

#[test]
fn patterns() {
    check::<CreateAliasInput>(
        r#"{"AliasName":"alias/a b","TargetKeyId":"k"}"#,
        &[
            "Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ],
    );
    check::<CreateAliasInput>(
        r#"{"AliasName":"","TargetKeyId":"k"}"#,
        &[
            "Value '' at 'aliasName' failed to satisfy constraint: Member must have length greater than or equal to 1",
            "Value '' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ],
    );
    check::<ReplicateKeyInput>(
        r#"{"KeyId":"k","ReplicaRegion":"moon"}"#,
        &[
            r"Value 'moon' at 'replicaRegion' failed to satisfy constraint: Member must satisfy regular expression pattern: ^([a-z]+-){2,3}\d+$",
        ],
    );
    check::<CreateKeyInput>(
        "{\"Policy\":\"Ā\"}",
        &[
            r"Value 'Ā' at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+",
        ],
    );
}

#[test]
fn required_members() {
    check::<EncryptInput>(
        "{}",
        &[
            &format!("Value null at 'keyId' {NOT_NULL}"),
            &format!("Value at 'plaintext' {NOT_NULL}"),
        ],
    );
    check::<EncryptInput>(
        r#"{"KeyId":null,"Plaintext":"AA=="}"#,
        &[&format!("Value null at 'keyId' {NOT_NULL}")],
    );
    check::<GetParametersForImportInput>(
        r#"{"KeyId":"k"}"#,
        &[
            &format!("Value null at 'wrappingAlgorithm' {NOT_NULL}"),
            &format!("Value null at 'wrappingKeySpec' {NOT_NULL}"),
        ],
    );
}

#[test]
fn structures_in_lists() {
    check::<CreateKeyInput>(
        r#"{"Tags":[{"TagKey":"","TagValue":"v"},{"TagKey":"k"},null]}"#,
        &[
            "Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
            &format!("Value null at 'tags.2.member.tagValue' {NOT_NULL}"),
            &format!("Value null at 'tags.3.member' {NOT_NULL}"),
        ],
    );
}

#[test]
fn structures_in_structures() {
    check::<CreateGrantInput>(
        r#"{"KeyId":"k","Operations":[],"Constraints":{"SourceArn":"arn:aws:s3"}}"#,
        &[
            "Value 'arn:aws:s3' at 'constraints.sourceArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
            "Value 'arn:aws:s3' at 'constraints.sourceArn' failed to satisfy constraint: Member must satisfy regular expression pattern: \
             ^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$",
        ],
    );
}

#[test]
fn lists_of_text() {
    check::<ListKeysInput>(
        r#"{"ResourceOwners":["SELF","SELF","SELF"]}"#,
        &[
            "Value '[SELF, SELF, SELF]' at 'resourceOwners' failed to satisfy constraint: Member must have length less than or equal to 2",
        ],
    );
    check::<UntagResourceInput>(
        r#"{"KeyId":"k","TagKeys":["a",null,""]}"#,
        &[
            "Value '[a, null, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal \
           to 128, Member must have length greater than or equal to 1, Member must not be null]",
        ],
    );
}

#[test]
fn a_null_in_the_context() {
    check::<EncryptInput>(
        r#"{"KeyId":"k","Plaintext":"AA==","EncryptionContext":{"a":null}}"#,
        &[&format!(
            "Value null at 'encryptionContext.a.member' {NOT_NULL}"
        )],
    );
}

#[test]
fn sensitive_values_are_not_printed() {
    let body = r#"{"CustomKeyStoreName":"n","KeyStorePassword":"hunter2hunter2hunter2hunter2hunter2","XksProxyAuthenticationCredential":{"AccessKeyId":"hunter2"}}"#;
    let text = text_of::<CreateCustomKeyStoreInput>(body);
    assert!(!text.contains("hunter2"), "{text}");
    assert!(
        text.starts_with("4 validation errors detected: Value at 'keyStorePassword' failed"),
        "{text}"
    );
    assert!(
        text.contains("Value at 'xksProxyAuthenticationCredential.rawSecretAccessKey' failed"),
        "{text}"
    );
}

#[test]
fn grant_tokens_are_not_printed() {
    let tokens = ["\"t\""; 11].join(",");
    check::<EncryptInput>(
        &format!(r#"{{"KeyId":"k","Plaintext":"AA==","GrantTokens":[{tokens}]}}"#),
        &[
            "Value at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to 10",
        ],
    );
    check::<EncryptInput>(
        r#"{"KeyId":"k","Plaintext":"AA==","GrantTokens":["t",""]}"#,
        &[
            "Value at 'grantTokens' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal \
             to 8192, Member must have length greater than or equal to 1]",
        ],
    );
    check::<RetireGrantInput>(
        &format!(r#"{{"GrantToken":"{}"}}"#, "t".repeat(8193)),
        &[
            "Value at 'grantToken' failed to satisfy constraint: Member must have length less than or equal to 8192",
        ],
    );
}

#[test]
fn a_small_body_makes_no_huge_answer() {
    let body = format!(r#"{{"Tags":[{}]}}"#, vec!["{}"; 50_000].join(","));
    let text = text_of::<CreateKeyInput>(&body);
    assert!(text.starts_with("100 validation errors detected: "));
    assert!(text.len() < 20_000);
}
