//! What Sign and Verify share: which algorithm takes which form of message.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html>

use claviger_audit::Parameters;
use claviger_crypto::engine::Message;
use claviger_model::{MessageType, Secret, SigningAlgorithmSpec};
use claviger_policy::Values;

use super::algorithms;
use crate::{
    error::{self, Error},
    key::Key,
};

/// A message that the algorithm takes.
pub(super) struct Signable {
    algorithm: SigningAlgorithmSpec,
    kind: MessageType,
    bytes: Secret,
}

impl Signable {
    /// Accepts the message of a request, if key, algorithm and form of the message fit together.
    pub(super) fn accept(
        key: &Key,
        algorithm: SigningAlgorithmSpec,
        kind: Option<MessageType>,
        message: &Secret,
    ) -> Result<Self, Error> {
        algorithms::fits(key, algorithm, |facts| facts.signing)?;
        let kind = kind.unwrap_or(MessageType::Raw);
        match kinds(algorithm) {
            kinds if kinds.contains(&kind) => {}
            // Its key has another algorithm for the other form.
            [_] => return Err(error::message_type_of_algorithm(kind, algorithm)),
            _ => return Err(error::message_type_of_key(kind, key.record.spec)),
        }
        let length = match kind {
            MessageType::Raw => None,
            MessageType::Digest => digest_bytes(algorithm),
            MessageType::ExternalMu => Some(MU_BYTES),
        };
        if length.is_some_and(|length| length != message.len()) {
            return Err(error::digest_length(algorithm));
        }
        Ok(Self {
            algorithm,
            kind,
            // EXPOSE: the copy is a secret too; signing may outlive the request.
            bytes: Secret::copy_of(message.expose()),
        })
    }

    /// The algorithm.
    pub(super) fn algorithm(&self) -> SigningAlgorithmSpec {
        self.algorithm
    }

    /// Whether verifying is heavy work as well. With most algorithms it is cheap: the public key does it. But a mu is
    /// verified by a key of another library, which the first one has to expand from the private key.
    pub(super) fn is_heavy_to_verify(&self) -> bool {
        self.kind == MessageType::ExternalMu
    }

    /// The message, as the engine takes it.
    pub(super) fn message(&self) -> Message<'_> {
        // EXPOSE: the engine signs or verifies it.
        let bytes = self.bytes.expose();
        match self.kind {
            MessageType::Raw => Message::Raw(bytes),
            MessageType::Digest => Message::Digest(bytes),
            MessageType::ExternalMu => Message::ExternalMu(bytes),
        }
    }
}

/// The members that Sign and Verify leave in the audit event.
pub(super) fn put_parameters(
    out: &mut Parameters,
    key_id: &str,
    kind: Option<MessageType>,
    algorithm: SigningAlgorithmSpec,
) {
    out.put_str("keyId", key_id)
        .put_str("messageType", kind.unwrap_or(MessageType::Raw).as_str())
        .put_str("signingAlgorithm", algorithm.as_str());
}

/// The condition keys that Sign and Verify set.
pub(super) fn condition<'a>(
    kind: Option<MessageType>,
    algorithm: SigningAlgorithmSpec,
    key: &str,
) -> Option<Values<'a>> {
    match key {
        "kms:messagetype" => Some(Values::text(kind.unwrap_or(MessageType::Raw).as_str())),
        "kms:signingalgorithm" => Some(Values::text(algorithm.as_str())),
        _ => None,
    }
}

/// The forms of message that an algorithm takes. Ed25519 has two algorithms, one for each form.
fn kinds(algorithm: SigningAlgorithmSpec) -> &'static [MessageType] {
    use SigningAlgorithmSpec::{Ed25519PhSha512, Ed25519Sha512, MlDsaShake256};
    match algorithm {
        Ed25519Sha512 => &[MessageType::Raw],
        Ed25519PhSha512 => &[MessageType::Digest],
        MlDsaShake256 => &[MessageType::Raw, MessageType::ExternalMu],
        SigningAlgorithmSpec::RsassaPssSha256
        | SigningAlgorithmSpec::RsassaPssSha384
        | SigningAlgorithmSpec::RsassaPssSha512
        | SigningAlgorithmSpec::RsassaPkcs1V15Sha256
        | SigningAlgorithmSpec::RsassaPkcs1V15Sha384
        | SigningAlgorithmSpec::RsassaPkcs1V15Sha512
        | SigningAlgorithmSpec::EcdsaSha256
        | SigningAlgorithmSpec::EcdsaSha384
        | SigningAlgorithmSpec::EcdsaSha512
        | SigningAlgorithmSpec::Sm2dsa => &[MessageType::Raw, MessageType::Digest],
    }
}

/// The length of the digest that an algorithm signs; none where it signs no digest.
fn digest_bytes(algorithm: SigningAlgorithmSpec) -> Option<usize> {
    use SigningAlgorithmSpec::{
        EcdsaSha256, EcdsaSha384, EcdsaSha512, Ed25519PhSha512, Ed25519Sha512, MlDsaShake256,
        RsassaPkcs1V15Sha256, RsassaPkcs1V15Sha384, RsassaPkcs1V15Sha512, RsassaPssSha256,
        RsassaPssSha384, RsassaPssSha512, Sm2dsa,
    };
    match algorithm {
        RsassaPssSha256 | RsassaPkcs1V15Sha256 | EcdsaSha256 | Sm2dsa => Some(32),
        RsassaPssSha384 | RsassaPkcs1V15Sha384 | EcdsaSha384 => Some(48),
        RsassaPssSha512 | RsassaPkcs1V15Sha512 | EcdsaSha512 | Ed25519PhSha512 => Some(64),
        Ed25519Sha512 | MlDsaShake256 => None,
    }
}

/// FIPS 204, algorithm 7: mu.
const MU_BYTES: usize = 64;
