//! Which algorithms a key has, and whether a request's is one of them.

use std::fmt;

use claviger_audit::Parameters;
use claviger_crypto::spec::{self, SpecFacts};
use claviger_model::{
    EncapsulationAlgorithmSpec, EncryptionAlgorithmSpec, KeyAgreementAlgorithmSpec, KeyMetadata,
    KeyUsageType, MacAlgorithmSpec, SigningAlgorithmSpec,
};

use crate::{
    error::{self, Error},
    key::Key,
    records::KeyRecord,
};

/// The algorithms of a key, as DescribeKey and GetPublicKey list them: those of its usage, and no others.
#[derive(Default)]
pub(super) struct Algorithms {
    pub(super) encryption: Option<Vec<EncryptionAlgorithmSpec>>,
    pub(super) signing: Option<Vec<SigningAlgorithmSpec>>,
    pub(super) mac: Option<Vec<MacAlgorithmSpec>>,
    pub(super) agreement: Option<Vec<KeyAgreementAlgorithmSpec>>,
    pub(super) encapsulation: Option<Vec<EncapsulationAlgorithmSpec>>,
}

/// What the key of a record can be used with.
pub(super) fn of(record: &KeyRecord) -> Algorithms {
    let mut listed = Algorithms::default();
    let Some(facts) = spec::facts(record.spec) else {
        return listed;
    };
    match record.usage {
        KeyUsageType::EncryptDecrypt => listed.encryption = Some(facts.encryption.to_vec()),
        KeyUsageType::SignVerify => listed.signing = Some(facts.signing.to_vec()),
        KeyUsageType::GenerateVerifyMac => listed.mac = Some(facts.mac.to_vec()),
        KeyUsageType::KeyAgreement => listed.agreement = Some(facts.agreement.to_vec()),
        KeyUsageType::EncapsulateDecapsulate => {
            listed.encapsulation = Some(facts.encapsulation.to_vec());
        }
    }
    listed
}

/// The algorithms in the audit event.
pub(super) fn put(out: &mut Parameters, metadata: &KeyMetadata) {
    if let Some(listed) = &metadata.encryption_algorithms {
        out.put_strings(
            "encryptionAlgorithms",
            listed.iter().map(|one| one.as_str()),
        );
    }
    if let Some(listed) = &metadata.signing_algorithms {
        out.put_strings("signingAlgorithms", listed.iter().map(|one| one.as_str()));
    }
    if let Some(listed) = &metadata.mac_algorithms {
        out.put_strings("macAlgorithms", listed.iter().map(|one| one.as_str()));
    }
    if let Some(listed) = &metadata.key_agreement_algorithms {
        out.put_strings(
            "keyAgreementAlgorithms",
            listed.iter().map(|one| one.as_str()),
        );
    }
    if let Some(listed) = &metadata.encapsulation_algorithms {
        out.put_strings(
            "encapsulationAlgorithms",
            listed.iter().map(|one| one.as_str()),
        );
    }
}

/// Whether the algorithm of a request is one of the key's; `listed` picks the column of the spec table.
pub(super) fn fits<A: Copy + PartialEq + fmt::Display>(
    key: &Key,
    algorithm: A,
    listed: fn(&'static SpecFacts) -> &'static [A],
) -> Result<(), Error> {
    let known = spec::facts(key.record.spec).map(listed).unwrap_or_default();
    if known.contains(&algorithm) {
        Ok(())
    } else {
        Err(error::incompatible_algorithm(algorithm, key.record.spec))
    }
}
