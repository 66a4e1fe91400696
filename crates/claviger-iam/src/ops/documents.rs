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
    let text = own_words(error).map_or_else(|| error.public_text(), str::to_owned);
    errors::malformed_policy(text)
}

/// What IAM says otherwise than AWS KMS. It does not tell one breach of the grammar from another.
fn own_words(error: &ParseError) -> Option<&'static str> {
    match &error.reason {
        Refusal::Duplicate
        | Refusal::Exclusive(..)
        | Refusal::Missing("Effect" | "Statement")
        | Refusal::Syntax(_)
        | Refusal::UnknownElement
        | Refusal::UnknownOperator(_)
        | Refusal::WrongType(_) => Some(SYNTAX),
        Refusal::Action(action) => of_action(action),
        Refusal::Empty => Some(of_nothing(&error.path)),
        Refusal::Value(_) => of_value(&error.path),
        Refusal::DuplicateSid
        | Refusal::ForAllValues(_)
        | Refusal::IdentityPrincipal
        | Refusal::IdentityOnlyKey(_)
        | Refusal::Missing(_)
        | Refusal::NoPrincipal
        | Refusal::NotPrincipalAllow
        | Refusal::Principal(_)
        | Refusal::Prohibited(_)
        | Refusal::Resource(_)
        | Refusal::ServicePrincipal(_)
        | Refusal::Sid
        | Refusal::TooLong
        | Refusal::TrustAction(_)
        | Refusal::UnknownConditionKey(_)
        | Refusal::Variable(_) => None,
    }
}

fn of_action(action: &str) -> Option<&'static str> {
    let (vendor, name) = action.split_once(':')?;
    if name.contains(':') {
        return Some("Actions/Condition can contain only one colon.");
    }
    vendor
        .contains(['*', '?'])
        .then_some("Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.")
}

/// A list of no actions counts as none.
fn of_nothing(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, element)| element) {
        Some("Action" | "NotAction") => "Policy statement must contain actions.",
        Some("Resource" | "NotResource") => "Policy statement must contain resources.",
        _ => SYNTAX,
    }
}

/// Of numbers and dates in conditions IAM speaks otherwise than of all else; of addresses and booleans it is not known.
fn of_value(path: &str) -> Option<&'static str> {
    let Some((_, condition)) = path.split_once(".Condition.") else {
        return Some(SYNTAX);
    };
    let operator = condition.split('.').next().unwrap_or_default();
    if ["Date", "Numeric"]
        .iter()
        .any(|kind| operator.contains(kind))
    {
        return Some("The policy failed legacy parsing");
    }
    operator.contains("Binary").then_some(SYNTAX)
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

const SYNTAX: &str = "Syntax errors in policy.";

const MANAGED_BYTES_MAX: usize = 6144;
