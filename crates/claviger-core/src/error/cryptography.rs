//! What is said when a key, an algorithm and a message do not fit together.

use std::fmt;

use claviger_model::error_code;

use super::{Error, validation};

/// The key's usage does not fit the operation.
pub(crate) fn wrong_usage(arn: &str, usage: impl fmt::Display, operation: &str) -> Error {
    Error::new(
        error_code::INVALID_KEY_USAGE,
        format!("{arn} key usage is {usage} which is not valid for {operation}."),
    )
}

/// The algorithm does not fit the key.
pub(crate) fn incompatible_algorithm(
    algorithm: impl fmt::Display,
    spec: impl fmt::Display,
) -> Error {
    Error::new(
        error_code::INVALID_KEY_USAGE,
        format!("Algorithm {algorithm} is incompatible with key spec {spec}."),
    )
}

/// A data key is encrypted under a symmetric key.
pub(crate) fn data_key_of_asymmetric_key() -> Error {
    Error::new(
        error_code::INVALID_KEY_USAGE,
        "You cannot generate a data key with an asymmetric CMK",
    )
}

/// No algorithm of the key takes messages of this form.
pub(crate) fn message_type_of_key(kind: impl fmt::Display, spec: impl fmt::Display) -> Error {
    validation(format!(
        "Message type {kind} is incompatible with key spec {spec}."
    ))
}

/// The algorithm does not take messages of this form, but another one of the key does.
pub(crate) fn message_type_of_algorithm(
    kind: impl fmt::Display,
    algorithm: impl fmt::Display,
) -> Error {
    // UNKNOWN: of AWS's text, what stands behind "incompatible" is not recorded.
    validation(format!(
        "Message type {kind} is incompatible with algorithm {algorithm}."
    ))
}

/// A digest has the length of its hash function.
pub(crate) fn digest_length(algorithm: impl fmt::Display) -> Error {
    validation(format!(
        "Digest is invalid length for algorithm {algorithm}."
    ))
}

/// More than the padding leaves room for.
pub(crate) fn too_large(
    algorithm: impl fmt::Display,
    spec: impl fmt::Display,
    max: usize,
) -> Error {
    validation(format!(
        "Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {max} bytes."
    ))
}

/// Asymmetric encryption binds no context.
pub(crate) fn context_of_asymmetric_key() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation("EncryptionContext is not supported for asymmetric KMS keys.")
}

/// The signature is not the key's, or not of this message.
pub(crate) fn invalid_signature() -> Error {
    Error::silent(error_code::KMS_INVALID_SIGNATURE)
}

/// The authentication code is not the key's, or not of this message.
pub(crate) fn invalid_mac() -> Error {
    Error::silent(error_code::KMS_INVALID_MAC)
}

/// A peer's public key that is no point of the key's curve.
pub(crate) fn invalid_peer_key() -> Error {
    Error::silent(error_code::VALIDATION)
}

/// A spec of the China Regions; `member` is the one that names it.
pub(crate) fn only_in_china(member: &str, spec: impl fmt::Display) -> Error {
    // UNKNOWN: AWS's text is recorded for KeySpec, its error is not.
    Error::new(
        error_code::UNSUPPORTED_OPERATION,
        format!("{member} {spec} is not supported in this Region"),
    )
}

/// Material of this spec only comes from the service itself.
pub(crate) fn not_importable(spec: impl fmt::Display) -> Error {
    // UNKNOWN: AWS's text is recorded, its error is not.
    Error::new(
        error_code::UNSUPPORTED_OPERATION,
        format!("KeySpec {spec} is not supported for Origin EXTERNAL"),
    )
}

/// A member of an import that only keys with several materials have.
pub(crate) fn import_member_of_symmetric_keys(member: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::UNSUPPORTED_OPERATION,
        format!("{member} is only supported for symmetric encryption keys."),
    )
}

/// Material of this spec can't be wrapped so.
pub(crate) fn wrapping_unsupported(
    algorithm: impl fmt::Display,
    wrapping_spec: impl fmt::Display,
    spec: impl fmt::Display,
) -> Error {
    validation(format!(
        "Wrapping algorithm {algorithm} and wrapping key spec {wrapping_spec} cannot be used to import a {spec} key."
    ))
}
