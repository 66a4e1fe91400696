//! The operations, each with a request that would be good in the owner's hands.

use serde_json::Value;

/// One operation.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The request; `$KEY` stands for the key in the form that is tried.
    body: &'static str,
    /// Whether it names a key at all.
    pub(crate) names_key: bool,
    /// Whether it takes an alias for the key.
    pub(crate) takes_alias: bool,
    /// Whether it names something besides that is looked up in the caller's own account.
    pub(crate) own_names: bool,
}

/// How the key is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    KeyId,
    KeyArn,
    AliasName,
    AliasArn,
}

/// The owner's names.
pub(crate) struct Names<'s> {
    pub(crate) account: &'s str,
    pub(crate) key_id: &'s str,
    pub(crate) alias: &'s str,
    pub(crate) blob: &'s str,
    pub(crate) grant_id: &'s str,
}

impl Form {
    pub(crate) fn is_arn(self) -> bool {
        matches!(self, Self::KeyArn | Self::AliasArn)
    }

    pub(crate) fn is_alias(self) -> bool {
        matches!(self, Self::AliasName | Self::AliasArn)
    }

    fn spell(self, names: &Names<'_>) -> String {
        let Names {
            account,
            key_id,
            alias,
            ..
        } = names;
        match self {
            Self::KeyId => (*key_id).to_owned(),
            Self::KeyArn => format!("arn:aws:kms:us-east-1:{account}:key/{key_id}"),
            Self::AliasName => (*alias).to_owned(),
            Self::AliasArn => format!("arn:aws:kms:us-east-1:{account}:{alias}"),
        }
    }
}

impl Row {
    /// The forms in which it is tried.
    pub(crate) fn forms(&self) -> &'static [Form] {
        if self.names_key { &FORMS } else { &FORMS[..1] }
    }

    /// The request by this form.
    pub(crate) fn body(&self, names: &Names<'_>, form: Form) -> Value {
        let body = self
            .body
            .replace("$KEY", &form.spell(names))
            .replace("$BLOB", names.blob)
            .replace("$GRANT", names.grant_id)
            .replace("$ACCOUNT", names.account);
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{body}: {error}"))
    }

    const fn new(name: &'static str, body: &'static str) -> Self {
        Self {
            name,
            body,
            names_key: true,
            takes_alias: false,
            own_names: false,
        }
    }

    const fn keyless(name: &'static str, body: &'static str) -> Self {
        Self {
            names_key: false,
            ..Self::new(name, body)
        }
    }

    const fn by_alias(name: &'static str, body: &'static str) -> Self {
        Self {
            takes_alias: true,
            ..Self::new(name, body)
        }
    }

    /// Whether the key is one that an alias shall point to.
    pub(crate) fn points_an_alias(&self) -> bool {
        self.body.contains("TargetKeyId")
    }

    const fn with_own_names(self) -> Self {
        Self {
            own_names: true,
            ..self
        }
    }
}

const FORMS: [Form; 4] = [Form::KeyId, Form::KeyArn, Form::AliasName, Form::AliasArn];

const KEY: &str = r#"{"KeyId":"$KEY"}"#;
const STORE: &str = r#"{"CustomKeyStoreId":"cks-1234567890abcdef0"}"#;
const PAIR: &str = r#"{"KeyId":"$KEY","KeyPairSpec":"RSA_2048"}"#;
const DATA_KEY: &str = r#"{"KeyId":"$KEY","KeySpec":"AES_256"}"#;

pub(crate) const OPERATIONS: &[Row] = &[
    Row::new("CancelKeyDeletion", KEY),
    Row::keyless("ConnectCustomKeyStore", STORE),
    Row::new(
        "CreateAlias",
        r#"{"AliasName":"alias/new","TargetKeyId":"$KEY"}"#,
    ),
    Row::keyless(
        "CreateCustomKeyStore",
        r#"{"CustomKeyStoreName":"store","CloudHsmClusterId":"cluster-aaaaaaaaaaa",
            "TrustAnchorCertificate":"-----BEGIN","KeyStorePassword":"password"}"#,
    ),
    Row::new(
        "CreateGrant",
        r#"{"KeyId":"$KEY","GranteePrincipal":"arn:aws:iam::$ACCOUNT:root","Operations":["Decrypt"]}"#,
    ),
    Row::keyless("CreateKey", "{}"),
    Row::by_alias(
        "Decapsulate",
        r#"{"KeyId":"$KEY","SharedSecretCiphertextBlob":"aGk=","EncapsulationAlgorithm":"ML_KEM"}"#,
    ),
    Row::by_alias("Decrypt", r#"{"KeyId":"$KEY","CiphertextBlob":"$BLOB"}"#),
    Row::keyless("DeleteAlias", r#"{"AliasName":"alias/own"}"#).with_own_names(),
    Row::keyless("DeleteCustomKeyStore", STORE),
    Row::new("DeleteImportedKeyMaterial", KEY),
    Row::by_alias(
        "DeriveSharedSecret",
        r#"{"KeyId":"$KEY","KeyAgreementAlgorithm":"ECDH","PublicKey":"aGk="}"#,
    ),
    Row::keyless("DescribeCustomKeyStores", "{}"),
    Row::by_alias("DescribeKey", KEY),
    Row::new("DisableKey", KEY),
    Row::new("DisableKeyRotation", KEY),
    Row::keyless("DisconnectCustomKeyStore", STORE),
    Row::new("EnableKey", KEY),
    Row::new("EnableKeyRotation", KEY),
    Row::by_alias(
        "Encapsulate",
        r#"{"KeyId":"$KEY","EncapsulationAlgorithm":"ML_KEM"}"#,
    ),
    Row::by_alias("Encrypt", r#"{"KeyId":"$KEY","Plaintext":"aGk="}"#),
    Row::by_alias("GenerateDataKey", DATA_KEY),
    Row::by_alias("GenerateDataKeyPair", PAIR),
    Row::by_alias("GenerateDataKeyPairWithoutPlaintext", PAIR),
    Row::by_alias("GenerateDataKeyWithoutPlaintext", DATA_KEY),
    Row::by_alias(
        "GenerateMac",
        r#"{"KeyId":"$KEY","Message":"aGk=","MacAlgorithm":"HMAC_SHA_256"}"#,
    ),
    Row::keyless("GenerateRandom", r#"{"NumberOfBytes":8}"#),
    Row::new("GetKeyLastUsage", KEY),
    Row::new("GetKeyPolicy", KEY),
    Row::new("GetKeyRotationStatus", KEY),
    Row::new(
        "GetParametersForImport",
        r#"{"KeyId":"$KEY","WrappingAlgorithm":"RSAES_OAEP_SHA_256","WrappingKeySpec":"RSA_2048"}"#,
    ),
    Row::by_alias("GetPublicKey", KEY),
    Row::new(
        "ImportKeyMaterial",
        r#"{"KeyId":"$KEY","ImportToken":"aGk=","EncryptedKeyMaterial":"aGk=","ExpirationModel":"KEY_MATERIAL_DOES_NOT_EXPIRE"}"#,
    ),
    Row::keyless("ListAliases", "{}"),
    Row::new("ListGrants", KEY),
    Row::new("ListKeyPolicies", KEY),
    Row::new("ListKeyRotations", KEY),
    Row::keyless("ListKeys", "{}"),
    Row::new("ListResourceTags", KEY),
    Row::keyless(
        "ListRetirableGrants",
        r#"{"RetiringPrincipal":"arn:aws:iam::$ACCOUNT:root"}"#,
    ),
    Row::new(
        "PutKeyPolicy",
        r#"{"KeyId":"$KEY","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}}"}"#,
    ),
    Row::by_alias(
        "ReEncrypt",
        r#"{"CiphertextBlob":"$BLOB","DestinationKeyId":"$KEY"}"#,
    ),
    Row::new(
        "ReplicateKey",
        r#"{"KeyId":"$KEY","ReplicaRegion":"eu-west-1"}"#,
    ),
    Row::new("RetireGrant", r#"{"KeyId":"$KEY","GrantId":"$GRANT"}"#),
    Row::new("RevokeGrant", r#"{"KeyId":"$KEY","GrantId":"$GRANT"}"#),
    Row::new("RotateKeyOnDemand", KEY),
    Row::new("ScheduleKeyDeletion", KEY),
    Row::by_alias(
        "Sign",
        r#"{"KeyId":"$KEY","Message":"aGk=","SigningAlgorithm":"ECDSA_SHA_256"}"#,
    ),
    Row::new(
        "TagResource",
        r#"{"KeyId":"$KEY","Tags":[{"TagKey":"a","TagValue":"b"}]}"#,
    ),
    Row::new("UntagResource", r#"{"KeyId":"$KEY","TagKeys":["a"]}"#),
    Row::new(
        "UpdateAlias",
        r#"{"AliasName":"alias/own","TargetKeyId":"$KEY"}"#,
    )
    .with_own_names(),
    Row::keyless("UpdateCustomKeyStore", STORE),
    Row::new(
        "UpdateKeyDescription",
        r#"{"KeyId":"$KEY","Description":"changed"}"#,
    ),
    Row::new(
        "UpdatePrimaryRegion",
        r#"{"KeyId":"$KEY","PrimaryRegion":"eu-west-1"}"#,
    ),
    Row::by_alias(
        "Verify",
        r#"{"KeyId":"$KEY","Message":"aGk=","Signature":"aGk=","SigningAlgorithm":"ECDSA_SHA_256"}"#,
    ),
    Row::by_alias(
        "VerifyMac",
        r#"{"KeyId":"$KEY","Message":"aGk=","Mac":"aGk=","MacAlgorithm":"HMAC_SHA_256"}"#,
    ),
];
