//! How the model's names become Rust's.

/// `KeyId` -> `key_id`, `AWSAccountId` -> `aws_account_id`.
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

/// `NotFoundException` -> `NOT_FOUND`.
pub(crate) fn error_constant(name: &str) -> String {
    words(name.strip_suffix("Exception").unwrap_or(name))
        .join("_")
        .to_uppercase()
}

/// `KeyIdType` -> `KEY_ID_TYPE`.
pub(crate) fn constant(name: &str) -> String {
    words(name).join("_").to_uppercase()
}

/// `KeyId` -> `keyId`, the form that AWS's validation texts use.
pub(crate) fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// `RSAES_OAEP_SHA_1` -> `RsaesOaepSha1`, `AWS` -> `Aws`, `aws-managed` -> `AwsManaged`; `PendingImport` stays.
pub(crate) fn variant(value: &str) -> String {
    // The one value that would be a keyword.
    if value == "SELF" {
        return "SelfOwned".to_owned();
    }
    if value.contains(|letter: char| letter.is_ascii_lowercase()) {
        return value.split('-').map(type_name).collect();
    }
    value.split('_').map(capitalised).collect()
}

/// `statusType` -> `StatusType`; `User` stays.
pub(crate) fn type_name(shape: &str) -> String {
    let mut letters = shape.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// `KeyState` -> `Key state`, for a doc comment.
pub(crate) fn spoken(name: &str) -> String {
    words(name).join(" ").to_lowercase()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| {
            first
                .to_uppercase()
                .chain(letters.flat_map(char::to_lowercase))
                .collect()
        })
        .unwrap_or_default()
}

/// A word begins at a capital after a small letter or digit, and at the last capital before a small letter.
fn words(name: &str) -> Vec<String> {
    // The only plural of an acronym in the model, which the rule would cut into `CM_Ks`.
    let name = name.replace("CMKs", "Cmks");
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && before.is_none_or(|before| {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            });
        match words.last_mut() {
            Some(word) if !begins => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(snake("AWSAccountId"), "aws_account_id");
        assert_eq!(snake("KeyId"), "key_id");
        assert_eq!(snake("XksProxyUriEndpoint"), "xks_proxy_uri_endpoint");
        assert_eq!(error_constant("KMSInternalException"), "KMS_INTERNAL");
        assert_eq!(
            error_constant("CustomKeyStoreHasCMKsException"),
            "CUSTOM_KEY_STORE_HAS_CMKS"
        );
        assert_eq!(lower_camel("NumberOfBytes"), "numberOfBytes");
        assert_eq!(variant("RSAES_OAEP_SHA_1"), "RsaesOaepSha1");
        assert_eq!(variant("ECC_NIST_P256"), "EccNistP256");
        assert_eq!(variant("PendingImport"), "PendingImport");
        assert_eq!(variant("aws-managed"), "AwsManaged");
        assert_eq!(variant("stringList"), "StringList");
        assert_eq!(type_name("statusType"), "StatusType");
        assert_eq!(
            snake("OpenIDConnectProviderArn"),
            "open_id_connect_provider_arn"
        );
        assert_eq!(variant("RSASSA_PKCS1_V1_5_SHA_256"), "RsassaPkcs1V15Sha256");
        assert_eq!(constant("KeyIdType"), "KEY_ID_TYPE");
    }
}
