//! Policy documents: what may be stored.

use claviger_core::error::Error;
use claviger_policy::{ParseError, Policy, PolicyKind, Refusal};

use crate::errors;

/// Refuses what is no policy of a user, group or role.
pub(crate) fn check_identity(document: &str) -> Result<(), Error> {
    Policy::parse(document, PolicyKind::Identity)
        .map(drop)
        .map_err(|error| malformed(&error))
}

/// Refuses what is no managed policy.
pub(super) fn check_managed(document: &str) -> Result<(), Error> {
    check_identity(document)?;
    if size(document) > MANAGED_BYTES_MAX {
        return Err(errors::quota("PolicySize", MANAGED_BYTES_MAX));
    }
    Ok(())
}

/// A document that does not parse, in the words of IAM.
pub(super) fn malformed(error: &ParseError) -> Error {
    if matches!(error.reason, Refusal::Syntax(_)) {
        return errors::malformed_policy("Syntax errors in policy.");
    }
    errors::malformed_policy(error.public_text())
}

/// How large a document counts: white space is free.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>
pub(super) fn size(document: &str) -> usize {
    document
        .chars()
        .filter(|char| !char.is_whitespace())
        .count()
}

const MANAGED_BYTES_MAX: usize = 6144;
