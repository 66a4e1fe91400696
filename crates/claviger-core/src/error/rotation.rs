//! What is said of rotations and of the materials that wait for one.

use std::fmt;

use claviger_model::error_code;

use super::{Error, limit_exceeded};

/// Nothing waits for rotation.
pub(crate) fn no_pending_material(arn: &str) -> Error {
    Error::new(
        error_code::KMS_INVALID_STATE,
        format!("No available key material pending rotation for the key: {arn}."),
    )
}

/// Another new material already waits for rotation.
pub(crate) fn material_pending(
    new: impl fmt::Display,
    key: &str,
    pending: impl fmt::Display,
) -> Error {
    Error::new(
        error_code::KMS_INVALID_STATE,
        format!(
            "New key material (id: {new}) cannot be imported into KMS key {key}, because another key material (id: {pending}) is pending rotation."
        ),
    )
}

/// The lifetime number of on-demand rotations is used up.
pub(crate) fn rotations_used_up(arn: &str) -> Error {
    limit_exceeded(format!(
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: {arn}"
    ))
}

/// The key is about to be rotated on its own.
pub(crate) fn rotation_at_hand(arn: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::CONFLICT,
        format!(
            "Automatic rotation of {arn} is in progress or scheduled within the next 20 minutes."
        ),
    )
}
