//! What each key spec can do: one table that creation, admission, import and the engine read.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>

use claviger_model::{
    EncapsulationAlgorithmSpec, EncryptionAlgorithmSpec, KeyAgreementAlgorithmSpec, KeySpec,
    KeyUsageType, MacAlgorithmSpec, SigningAlgorithmSpec,
};

/// Which engine a spec's keys live in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// AES-256 behind the key derivation of a ciphertext blob.
    Symmetric,
    /// RSA encryption and signatures.
    Rsa,
    /// ECDSA and ECDH on short Weierstrass curves.
    Ecc,
    /// Ed25519.
    Edwards,
    /// HMAC.
    Mac,
    /// ML-DSA signatures.
    MlDsa,
    /// ML-KEM encapsulation.
    MlKem,
}

/// What keys of one spec can do. Lists are in the order in which AWS KMS answers them.
#[derive(Debug)]
pub struct SpecFacts {
    /// The spec.
    pub spec: KeySpec,
    /// Its engine.
    pub family: Family,
    /// The usages that CreateKey accepts; a key has one of them.
    pub usages: &'static [KeyUsageType],
    /// The algorithms of a key of usage `ENCRYPT_DECRYPT`.
    pub encryption: &'static [EncryptionAlgorithmSpec],
    /// The algorithms of a key of usage `SIGN_VERIFY`.
    pub signing: &'static [SigningAlgorithmSpec],
    /// The algorithms of a key of usage `GENERATE_VERIFY_MAC`.
    pub mac: &'static [MacAlgorithmSpec],
    /// The algorithms of a key of usage `KEY_AGREEMENT`.
    pub agreement: &'static [KeyAgreementAlgorithmSpec],
    /// The algorithms of a key of usage `ENCAPSULATE_DECAPSULATE`.
    pub encapsulation: &'static [EncapsulationAlgorithmSpec],
    /// Whether a key of origin `EXTERNAL` may have it.
    pub importable: bool,
    /// Whether a multi-Region key may have it.
    pub multi_region: bool,
}

/// The facts of a spec; none for `SM2`, which AWS KMS has in the China Regions only.
pub fn facts(spec: KeySpec) -> Option<&'static SpecFacts> {
    TABLE.iter().find(|facts| facts.spec == spec)
}

/// Every spec that can be created here.
pub static TABLE: [SpecFacts; 19] = [
    SpecFacts {
        usages: &[KeyUsageType::EncryptDecrypt],
        encryption: &[EncryptionAlgorithmSpec::SymmetricDefault],
        ..NOTHING
    },
    rsa(KeySpec::Rsa2048),
    rsa(KeySpec::Rsa3072),
    rsa(KeySpec::Rsa4096),
    nist(KeySpec::EccNistP256, &[SigningAlgorithmSpec::EcdsaSha256]),
    nist(KeySpec::EccNistP384, &[SigningAlgorithmSpec::EcdsaSha384]),
    nist(KeySpec::EccNistP521, &[SigningAlgorithmSpec::EcdsaSha512]),
    SpecFacts {
        spec: KeySpec::EccSecgP256k1,
        family: Family::Ecc,
        usages: &[KeyUsageType::SignVerify],
        signing: &[SigningAlgorithmSpec::EcdsaSha256],
        ..NOTHING
    },
    SpecFacts {
        spec: KeySpec::EccNistEdwards25519,
        family: Family::Edwards,
        usages: &[KeyUsageType::SignVerify],
        signing: &[
            SigningAlgorithmSpec::Ed25519Sha512,
            SigningAlgorithmSpec::Ed25519PhSha512,
        ],
        ..NOTHING
    },
    hmac(KeySpec::Hmac224, &[MacAlgorithmSpec::HmacSha224]),
    hmac(KeySpec::Hmac256, &[MacAlgorithmSpec::HmacSha256]),
    hmac(KeySpec::Hmac384, &[MacAlgorithmSpec::HmacSha384]),
    hmac(KeySpec::Hmac512, &[MacAlgorithmSpec::HmacSha512]),
    ml_dsa(KeySpec::MlDsa44),
    ml_dsa(KeySpec::MlDsa65),
    ml_dsa(KeySpec::MlDsa87),
    ml_kem(KeySpec::MlKem512),
    ml_kem(KeySpec::MlKem768),
    ml_kem(KeySpec::MlKem1024),
];

const fn rsa(spec: KeySpec) -> SpecFacts {
    SpecFacts {
        spec,
        family: Family::Rsa,
        usages: &[KeyUsageType::EncryptDecrypt, KeyUsageType::SignVerify],
        encryption: &[
            EncryptionAlgorithmSpec::RsaesOaepSha1,
            EncryptionAlgorithmSpec::RsaesOaepSha256,
        ],
        signing: &[
            SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha384,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha512,
            SigningAlgorithmSpec::RsassaPssSha256,
            SigningAlgorithmSpec::RsassaPssSha384,
            SigningAlgorithmSpec::RsassaPssSha512,
        ],
        ..NOTHING
    }
}

const fn nist(spec: KeySpec, signing: &'static [SigningAlgorithmSpec]) -> SpecFacts {
    SpecFacts {
        spec,
        family: Family::Ecc,
        usages: &[KeyUsageType::SignVerify, KeyUsageType::KeyAgreement],
        signing,
        agreement: &[KeyAgreementAlgorithmSpec::Ecdh],
        ..NOTHING
    }
}

const fn hmac(spec: KeySpec, mac: &'static [MacAlgorithmSpec]) -> SpecFacts {
    SpecFacts {
        spec,
        family: Family::Mac,
        usages: &[KeyUsageType::GenerateVerifyMac],
        mac,
        ..NOTHING
    }
}

const fn ml_dsa(spec: KeySpec) -> SpecFacts {
    SpecFacts {
        spec,
        family: Family::MlDsa,
        usages: &[KeyUsageType::SignVerify],
        signing: &[SigningAlgorithmSpec::MlDsaShake256],
        importable: false,
        ..NOTHING
    }
}

const fn ml_kem(spec: KeySpec) -> SpecFacts {
    SpecFacts {
        spec,
        family: Family::MlKem,
        usages: &[KeyUsageType::EncapsulateDecapsulate],
        encapsulation: &[EncapsulationAlgorithmSpec::MlKem],
        // UNKNOWN: no AWS page says whether ML-KEM material can be imported; refusing loses nobody's key.
        importable: false,
        ..NOTHING
    }
}

/// What a row says unless it says otherwise.
const NOTHING: SpecFacts = SpecFacts {
    spec: KeySpec::SymmetricDefault,
    family: Family::Symmetric,
    usages: &[],
    encryption: &[],
    signing: &[],
    mac: &[],
    agreement: &[],
    encapsulation: &[],
    importable: true,
    multi_region: true,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spec_but_sm2_has_one_row() {
        for spec in KeySpec::ALL {
            let rows = TABLE.iter().filter(|facts| facts.spec == spec).count();
            assert_eq!(rows, usize::from(spec != KeySpec::Sm2), "{spec}");
        }
        assert!(facts(KeySpec::Sm2).is_none());
    }

    #[test]
    fn each_usage_has_an_algorithm_and_each_algorithm_a_usage() {
        for facts in &TABLE {
            for (usage, algorithms) in [
                (KeyUsageType::EncryptDecrypt, facts.encryption.len()),
                (KeyUsageType::SignVerify, facts.signing.len()),
                (KeyUsageType::GenerateVerifyMac, facts.mac.len()),
                (KeyUsageType::KeyAgreement, facts.agreement.len()),
                (
                    KeyUsageType::EncapsulateDecapsulate,
                    facts.encapsulation.len(),
                ),
            ] {
                assert_eq!(
                    facts.usages.contains(&usage),
                    algorithms > 0,
                    "{}",
                    facts.spec
                );
            }
        }
    }
}
