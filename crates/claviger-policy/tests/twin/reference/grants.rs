//! Grants and their constraints.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html>

use std::collections::BTreeMap;

use crate::case::{CallerKind, Case, ContextConstraint, Grant, Grantee};

/// What a grant gives the caller for this request.
pub(super) enum Granted {
    /// Nothing.
    Nothing,
    /// The operation.
    ToThePrincipal,
    /// The operation to its account, which decides by identity policies.
    ToTheAccount,
}

pub(super) fn grants(grant: &Grant, case: &Case) -> Granted {
    let Some(operation) = case.action.strip_prefix("kms:") else {
        return Granted::Nothing;
    };
    let covers = grant.operations.iter().any(|listed| listed == operation);
    // Only a service calls on behalf of a resource, and no caller here is one.
    if !covers || grant.source_arn.is_some() || !context_fits(grant, operation, case) {
        return Granted::Nothing;
    }
    match &grant.grantee {
        Grantee::Principal(id) if is_named(id, case) => Granted::ToThePrincipal,
        Grantee::Principal(_) => Granted::Nothing,
        Grantee::Account(account) if *account == case.caller.account => Granted::ToTheAccount,
        Grantee::Account(_) => Granted::Nothing,
    }
}

fn is_named(id: &str, case: &Case) -> bool {
    let role = match &case.caller.kind {
        CallerKind::Session { role_id, .. } => Some(role_id.as_str()),
        CallerKind::Root
        | CallerKind::User
        | CallerKind::Role
        | CallerKind::FederatedUser
        | CallerKind::WebIdentity { .. } => None,
    };
    id == case.caller.unique_id || role == Some(id)
}

fn context_fits(grant: &Grant, operation: &str, case: &Case) -> bool {
    let Some(constraint) = &grant.context else {
        return true;
    };
    if ["DescribeKey", "RetireGrant"].contains(&operation) {
        return true;
    }
    let Some(given) = &case.encryption_context else {
        return false;
    };
    match constraint {
        ContextConstraint::Equals(pairs) => contains(given, pairs) && contains(pairs, given),
        ContextConstraint::Subset(pairs) => contains(given, pairs),
    }
}

/// Names have no case, values have.
fn contains(all: &BTreeMap<String, String>, some: &BTreeMap<String, String>) -> bool {
    some.iter().all(|(name, value)| {
        all.iter()
            .any(|(other, held)| other.to_lowercase() == name.to_lowercase() && held == value)
    })
}
