//! The rows of AWS's table, and the kinds of key that they are for.

use super::{Cell, Kind, Row};
use Cell::{
    IsDisabled, IsPendingDeletion, IsPendingImport, NeverRotates, NotMultiRegion,
    NotPendingDeletion, NothingPending, Runs, WrongOrigin,
};

/// Every kind of key that answers in a way of its own.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        create: "{}",
        states: OWN,
        rows: &[MANAGEMENT, SYMMETRIC, OWN_SYMMETRIC, OWN_ORIGIN, ONE_REGION],
        ..NO_KIND
    },
    Kind {
        create: r#"{"Origin":"EXTERNAL"}"#,
        import: Some("SYMMETRIC_DEFAULT"),
        states: IMPORTED,
        rows: &[
            MANAGEMENT,
            SYMMETRIC,
            IMPORTED_SYMMETRIC,
            IMPORTED_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"MultiRegion":true}"#,
        replica: Some("eu-west-1"),
        states: PRIMARY,
        rows: &[
            MANAGEMENT,
            SYMMETRIC,
            OWN_SYMMETRIC,
            OWN_ORIGIN,
            SEVERAL_REGIONS,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"KeySpec":"RSA_2048","KeyUsage":"ENCRYPT_DECRYPT"}"#,
        grants: "Encrypt",
        states: OWN,
        prepare: &[(
            "$BLOB",
            "Encrypt",
            r#"{"KeyId":"$KEY","Plaintext":"aGk=","EncryptionAlgorithm":"RSAES_OAEP_SHA_256"}"#,
            "CiphertextBlob",
        )],
        rows: &[
            MANAGEMENT,
            RSA_ENCRYPTION,
            PUBLIC,
            OWN_ASYMMETRIC,
            OWN_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"}"#,
        grants: "Sign",
        states: OWN,
        prepare: SIGNED,
        rows: &[
            MANAGEMENT,
            SIGNING,
            PUBLIC,
            OWN_ASYMMETRIC,
            OWN_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"Origin":"EXTERNAL","KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"}"#,
        grants: "Sign",
        import: Some("ECC_NIST_P256"),
        states: IMPORTED,
        prepare: SIGNED,
        rows: &[
            MANAGEMENT,
            SIGNING,
            PUBLIC,
            IMPORTED_ASYMMETRIC,
            IMPORTED_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"KeySpec":"ECC_NIST_P256","KeyUsage":"KEY_AGREEMENT"}"#,
        grants: "DeriveSharedSecret",
        states: OWN,
        prepare: AGREED,
        rows: &[
            MANAGEMENT,
            AGREEMENT,
            PUBLIC,
            OWN_ASYMMETRIC,
            OWN_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"Origin":"EXTERNAL","KeySpec":"ECC_NIST_P256","KeyUsage":"KEY_AGREEMENT"}"#,
        grants: "DeriveSharedSecret",
        import: Some("ECC_NIST_P256"),
        states: IMPORTED,
        prepare: AGREED,
        rows: &[
            MANAGEMENT,
            AGREEMENT,
            PUBLIC,
            IMPORTED_ASYMMETRIC,
            IMPORTED_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"KeySpec":"HMAC_256","KeyUsage":"GENERATE_VERIFY_MAC"}"#,
        grants: "GenerateMac",
        states: OWN,
        prepare: AUTHENTICATED,
        rows: &[
            MANAGEMENT,
            AUTHENTICATION,
            OWN_ASYMMETRIC,
            OWN_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"Origin":"EXTERNAL","KeySpec":"HMAC_256","KeyUsage":"GENERATE_VERIFY_MAC"}"#,
        grants: "GenerateMac",
        import: Some("HMAC_256"),
        states: IMPORTED,
        prepare: AUTHENTICATED,
        rows: &[
            MANAGEMENT,
            AUTHENTICATION,
            IMPORTED_ASYMMETRIC,
            IMPORTED_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
    Kind {
        create: r#"{"KeySpec":"ML_KEM_768","KeyUsage":"ENCAPSULATE_DECAPSULATE"}"#,
        grants: "Encapsulate",
        states: OWN,
        prepare: &[(
            "$CAPSULE",
            "Encapsulate",
            r#"{"KeyId":"$KEY","EncapsulationAlgorithm":"ML_KEM"}"#,
            "SharedSecretCiphertextBlob",
        )],
        rows: &[
            MANAGEMENT,
            ENCAPSULATION,
            PUBLIC,
            OWN_ASYMMETRIC,
            OWN_ORIGIN,
            ONE_REGION,
        ],
        ..NO_KIND
    },
];

/// The operations that name no key, and so know no state.
pub(super) const OF_NO_KEY: &[&str] = &[
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "CreateKey",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "GenerateRandom",
    "ListKeys",
    "ListRetirableGrants",
    "UpdateCustomKeyStore",
];

const NO_KIND: Kind = Kind {
    create: "{}",
    import: None,
    replica: None,
    grants: "Decrypt",
    states: OWN,
    prepare: &[],
    rows: &[],
};

// Of the other states, Creating and Updating are never seen here, and Unavailable needs a connected key store.
const OWN: &[&str] = &["Enabled", "Disabled", "PendingDeletion"];
const IMPORTED: &[&str] = &["Enabled", "Disabled", "PendingDeletion", "PendingImport"];
const PRIMARY: &[&str] = &["Enabled", "Disabled", "PendingReplicaDeletion"];

// In the order Enabled, Disabled, PendingDeletion or PendingReplicaDeletion, PendingImport.
type Cells = [Cell; 4];
const ALWAYS: Cells = [Runs; 4];
const IN_USE: Cells = [Runs, IsDisabled, IsPendingDeletion, IsPendingImport];
const NOT_PENDING_DELETION: Cells = [Runs, Runs, IsPendingDeletion, Runs];
const SWITCH: Cells = [Runs, Runs, IsPendingDeletion, IsPendingImport];
const CANCEL: Cells = [
    NotPendingDeletion,
    NotPendingDeletion,
    Runs,
    NotPendingDeletion,
];
const NEVER: Cells = [WrongOrigin; 4];
const ROTATION_OF_OTHERS: Cells = [NeverRotates, IsDisabled, IsPendingDeletion, IsPendingImport];

const MANAGEMENT: &[Row] = &[
    ("CancelKeyDeletion", KEY, CANCEL),
    (
        "CreateAlias",
        r#"{"AliasName":"alias/new","TargetKeyId":"$KEY"}"#,
        NOT_PENDING_DELETION,
    ),
    (
        "CreateGrant",
        r#"{"KeyId":"$KEY","GranteePrincipal":"arn:aws:iam::111122223333:root","Operations":["$GRANTED"]}"#,
        IN_USE,
    ),
    ("DeleteAlias", r#"{"AliasName":"alias/on"}"#, ALWAYS),
    ("DescribeKey", KEY, ALWAYS),
    ("DisableKey", KEY, SWITCH),
    ("EnableKey", KEY, SWITCH),
    ("GetKeyLastUsage", KEY, ALWAYS),
    ("GetKeyPolicy", KEY, ALWAYS),
    ("ListAliases", KEY, ALWAYS),
    ("ListGrants", KEY, ALWAYS),
    ("ListKeyPolicies", KEY, ALWAYS),
    ("ListKeyRotations", KEY, ALWAYS),
    ("ListResourceTags", KEY, ALWAYS),
    (
        "PutKeyPolicy",
        r#"{"KeyId":"$KEY","Policy":"$POLICY"}"#,
        ALWAYS,
    ),
    (
        "RetireGrant",
        r#"{"KeyId":"$KEY","GrantId":"$GRANT"}"#,
        ALWAYS,
    ),
    ("RetireGrant", r#"{"GrantToken":"$RIGHT"}"#, ALWAYS),
    (
        "RevokeGrant",
        r#"{"KeyId":"$KEY","GrantId":"$GRANT"}"#,
        ALWAYS,
    ),
    ("ScheduleKeyDeletion", KEY, NOT_PENDING_DELETION),
    (
        "TagResource",
        r#"{"KeyId":"$KEY","Tags":[{"TagKey":"a","TagValue":"b"}]}"#,
        NOT_PENDING_DELETION,
    ),
    (
        "UntagResource",
        r#"{"KeyId":"$KEY","TagKeys":["a"]}"#,
        NOT_PENDING_DELETION,
    ),
    // To this key; from it, it always runs.
    (
        "UpdateAlias",
        r#"{"AliasName":"alias/off","TargetKeyId":"$KEY"}"#,
        NOT_PENDING_DELETION,
    ),
    (
        "UpdateAlias",
        r#"{"AliasName":"alias/on","TargetKeyId":"$OTHER"}"#,
        ALWAYS,
    ),
    (
        "UpdateKeyDescription",
        r#"{"KeyId":"$KEY","Description":"d"}"#,
        NOT_PENDING_DELETION,
    ),
];

const SYMMETRIC: &[Row] = &[
    ("Encrypt", r#"{"KeyId":"$KEY","Plaintext":"aGk="}"#, IN_USE),
    (
        "Encrypt",
        r#"{"KeyId":"alias/on","Plaintext":"aGk="}"#,
        IN_USE,
    ),
    ("Decrypt", r#"{"CiphertextBlob":"$BLOB"}"#, IN_USE),
    (
        "Decrypt",
        r#"{"CiphertextBlob":"$BLOB","KeyId":"$KEY"}"#,
        IN_USE,
    ),
    (
        "ReEncrypt",
        r#"{"CiphertextBlob":"$BLOB","DestinationKeyId":"$OTHER"}"#,
        IN_USE,
    ),
    (
        "ReEncrypt",
        r#"{"CiphertextBlob":"$FOREIGN","DestinationKeyId":"$KEY"}"#,
        IN_USE,
    ),
    (
        "GenerateDataKey",
        r#"{"KeyId":"$KEY","NumberOfBytes":1}"#,
        IN_USE,
    ),
    (
        "GenerateDataKeyWithoutPlaintext",
        r#"{"KeyId":"$KEY","KeySpec":"AES_128"}"#,
        IN_USE,
    ),
    ("GenerateDataKeyPair", PAIR, IN_USE),
    ("GenerateDataKeyPairWithoutPlaintext", PAIR, IN_USE),
];

const RSA_ENCRYPTION: &[Row] = &[
    (
        "Encrypt",
        r#"{"KeyId":"$KEY","Plaintext":"aGk=","EncryptionAlgorithm":"RSAES_OAEP_SHA_1"}"#,
        IN_USE,
    ),
    (
        "Decrypt",
        r#"{"CiphertextBlob":"$BLOB","KeyId":"$KEY","EncryptionAlgorithm":"RSAES_OAEP_SHA_256"}"#,
        IN_USE,
    ),
    (
        "ReEncrypt",
        r#"{"CiphertextBlob":"$BLOB","SourceKeyId":"$KEY","SourceEncryptionAlgorithm":"RSAES_OAEP_SHA_256",
            "DestinationKeyId":"$KEY","DestinationEncryptionAlgorithm":"RSAES_OAEP_SHA_1"}"#,
        IN_USE,
    ),
];

const SIGNING: &[Row] = &[
    (
        "Sign",
        r#"{"KeyId":"$KEY","Message":"aGk=","SigningAlgorithm":"ECDSA_SHA_256"}"#,
        IN_USE,
    ),
    (
        "Verify",
        r#"{"KeyId":"$KEY","Message":"aGk=","SigningAlgorithm":"ECDSA_SHA_256","Signature":"$SIGNATURE"}"#,
        IN_USE,
    ),
];
const SIGNED: &[(&str, &str, &str, &str)] = &[(
    "$SIGNATURE",
    "Sign",
    r#"{"KeyId":"$KEY","Message":"aGk=","SigningAlgorithm":"ECDSA_SHA_256"}"#,
    "Signature",
)];

const AGREEMENT: &[Row] = &[(
    "DeriveSharedSecret",
    r#"{"KeyId":"$KEY","KeyAgreementAlgorithm":"ECDH","PublicKey":"$PEER"}"#,
    IN_USE,
)];
const AGREED: &[(&str, &str, &str, &str)] = &[("$PEER", "GetPublicKey", KEY, "PublicKey")];

const AUTHENTICATION: &[Row] = &[
    ("GenerateMac", MAC, IN_USE),
    (
        "VerifyMac",
        r#"{"KeyId":"$KEY","Message":"aGk=","Mac":"$MAC","MacAlgorithm":"HMAC_SHA_256"}"#,
        IN_USE,
    ),
];
const AUTHENTICATED: &[(&str, &str, &str, &str)] = &[("$MAC", "GenerateMac", MAC, "Mac")];

const ENCAPSULATION: &[Row] = &[
    (
        "Encapsulate",
        r#"{"KeyId":"$KEY","EncapsulationAlgorithm":"ML_KEM"}"#,
        IN_USE,
    ),
    (
        "Decapsulate",
        r#"{"KeyId":"$KEY","EncapsulationAlgorithm":"ML_KEM","SharedSecretCiphertextBlob":"$CAPSULE"}"#,
        IN_USE,
    ),
];

const PUBLIC: &[Row] = &[("GetPublicKey", KEY, NOT_PENDING_DELETION)];

const OWN_SYMMETRIC: &[Row] = &[
    ("EnableKeyRotation", KEY, IN_USE),
    ("DisableKeyRotation", KEY, IN_USE),
    ("GetKeyRotationStatus", KEY, ALWAYS),
    ("RotateKeyOnDemand", KEY, IN_USE),
];

const IMPORTED_SYMMETRIC: &[Row] = &[
    ("EnableKeyRotation", KEY, NEVER),
    ("DisableKeyRotation", KEY, NEVER),
    ("GetKeyRotationStatus", KEY, STATUS_OF_IMPORTED),
    (
        "RotateKeyOnDemand",
        KEY,
        [
            NothingPending,
            IsDisabled,
            IsPendingDeletion,
            IsPendingImport,
        ],
    ),
];

const OWN_ASYMMETRIC: &[Row] = &[
    ("EnableKeyRotation", KEY, ROTATION_OF_OTHERS),
    ("DisableKeyRotation", KEY, ROTATION_OF_OTHERS),
    ("GetKeyRotationStatus", KEY, ALWAYS),
    ("RotateKeyOnDemand", KEY, ROTATION_OF_OTHERS),
];

const IMPORTED_ASYMMETRIC: &[Row] = &[
    ("EnableKeyRotation", KEY, NEVER),
    ("DisableKeyRotation", KEY, NEVER),
    ("GetKeyRotationStatus", KEY, STATUS_OF_IMPORTED),
    ("RotateKeyOnDemand", KEY, ROTATION_OF_OTHERS),
];
const STATUS_OF_IMPORTED: Cells = [Runs, Runs, Runs, WrongOrigin];

const OWN_ORIGIN: &[Row] = &[
    ("GetParametersForImport", PARAMETERS, NEVER),
    ("ImportKeyMaterial", IMPORT, NEVER),
    ("DeleteImportedKeyMaterial", KEY, NEVER),
];

const IMPORTED_ORIGIN: &[Row] = &[
    ("GetParametersForImport", PARAMETERS, NOT_PENDING_DELETION),
    ("ImportKeyMaterial", IMPORT, NOT_PENDING_DELETION),
    ("DeleteImportedKeyMaterial", KEY, ALWAYS),
];

const ONE_REGION: &[Row] = &[
    ("ReplicateKey", REPLICATE, NOT_MULTI_REGION),
    ("UpdatePrimaryRegion", PROMOTE, NOT_MULTI_REGION),
];
const NOT_MULTI_REGION: Cells = [
    NotMultiRegion,
    IsDisabled,
    IsPendingDeletion,
    IsPendingImport,
];

const SEVERAL_REGIONS: &[Row] = &[
    ("ReplicateKey", REPLICATE, IN_USE),
    ("UpdatePrimaryRegion", PROMOTE, IN_USE),
];

const KEY: &str = r#"{"KeyId":"$KEY"}"#;
const MAC: &str = r#"{"KeyId":"$KEY","Message":"aGk=","MacAlgorithm":"HMAC_SHA_256"}"#;
const PAIR: &str = r#"{"KeyId":"$KEY","KeyPairSpec":"ECC_NIST_P256"}"#;
const REPLICATE: &str = r#"{"KeyId":"$KEY","ReplicaRegion":"ap-south-1"}"#;
const PROMOTE: &str = r#"{"KeyId":"$KEY","PrimaryRegion":"eu-west-1"}"#;
const PARAMETERS: &str =
    r#"{"KeyId":"$KEY","WrappingAlgorithm":"RSAES_OAEP_SHA_256","WrappingKeySpec":"RSA_2048"}"#;
const IMPORT: &str = r#"{"KeyId":"$KEY","ImportToken":"$TOKEN","EncryptedKeyMaterial":"$WRAPPED",
    "ExpirationModel":"KEY_MATERIAL_DOES_NOT_EXPIRE"}"#;
