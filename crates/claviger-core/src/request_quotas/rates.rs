//! Which calls share a quota, and how many a second it allows: AWS's default values of the Regions that have the least.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html>

use claviger_crypto::spec;
use claviger_model::KeySpec;

/// Calls that share one quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    /// Cryptography with symmetric and HMAC keys, and random bytes.
    Symmetric,
    /// Cryptography with RSA keys.
    Rsa,
    /// Cryptography with keys on elliptic curves.
    Ecc,
    /// Cryptography with ML-DSA keys.
    MlDsa,
    /// Cryptography with ML-KEM keys.
    MlKem,
    /// Data key pairs of this spec.
    Pair(&'static str),
    /// One operation alone.
    Own(&'static str),
}

impl Family {
    /// The family of an operation on a key of this spec; `pair` is the spec of the data key pair that is asked for.
    pub(crate) fn of(operation: &'static str, key: Option<KeySpec>, pair: Option<&str>) -> Self {
        if let Some((spec, _)) = PAIRS.iter().find(|(spec, _)| Some(*spec) == pair) {
            return Self::Pair(spec);
        }
        if !CRYPTOGRAPHIC.contains(&operation) {
            return Self::Own(operation);
        }
        match key.and_then(spec::facts).map(|facts| facts.family) {
            None | Some(spec::Family::Symmetric | spec::Family::Mac) => Self::Symmetric,
            Some(spec::Family::Rsa) => Self::Rsa,
            Some(spec::Family::Ecc | spec::Family::Edwards) => Self::Ecc,
            Some(spec::Family::MlDsa) => Self::MlDsa,
            Some(spec::Family::MlKem) => Self::MlKem,
        }
    }

    pub(super) fn calls_per_second(self) -> u64 {
        match self {
            Self::Symmetric => 10_000,
            // UNKNOWN: AWS does not state a value for ML-KEM; it has the one of the other asymmetric keys.
            Self::Rsa | Self::Ecc | Self::MlDsa | Self::MlKem => 1_000,
            Self::Pair(spec) => rate(&PAIRS, spec),
            Self::Own(operation) => rate(&OWN, operation),
        }
    }
}

fn rate(rates: &[(&'static str, u64)], name: &str) -> u64 {
    let found = rates.iter().find(|(own, _)| *own == name);
    found.map_or(OTHERS, |(_, rate)| *rate)
}

const CRYPTOGRAPHIC: [&str; 13] = [
    "Decapsulate",
    "Decrypt",
    "DeriveSharedSecret",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "ReEncrypt",
    "Sign",
    "Verify",
    "VerifyMac",
];

// UNKNOWN: AWS does not state a value for pairs of ML-KEM; they have the one of elliptic curves.
const PAIRS: [(&str, u64); 12] = [
    ("RSA_2048", 20),
    ("RSA_3072", 4),
    ("RSA_4096", 1),
    ("ECC_NIST_P256", 100),
    ("ECC_NIST_P384", 100),
    ("ECC_NIST_P521", 100),
    ("ECC_SECG_P256K1", 100),
    ("ECC_NIST_EDWARDS25519", 100),
    ("ML_KEM_512", 100),
    ("ML_KEM_768", 100),
    ("ML_KEM_1024", 100),
    ("SM2", 25),
];

const OWN: [(&str, u64); 22] = [
    ("DescribeKey", 2_000),
    ("GetPublicKey", 2_000),
    ("ListResourceTags", 2_000),
    ("GetKeyPolicy", 1_000),
    ("GetKeyRotationStatus", 1_000),
    ("ListKeys", 500),
    ("ListAliases", 500),
    ("ListGrants", 100),
    ("ListRetirableGrants", 100),
    ("ListKeyPolicies", 100),
    ("ListKeyRotations", 100),
    ("CreateGrant", 50),
    ("RetireGrant", 50),
    ("RevokeGrant", 50),
    ("DeleteAlias", 15),
    ("DeleteImportedKeyMaterial", 15),
    ("ImportKeyMaterial", 15),
    ("EnableKeyRotation", 15),
    ("PutKeyPolicy", 15),
    ("ScheduleKeyDeletion", 15),
    ("TagResource", 10),
    ("GetParametersForImport", 1),
];

const OTHERS: u64 = 5;
