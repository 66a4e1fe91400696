//! The second evaluator. It reads every document anew for every question and walks AWS's rules one after the other, as slowly as they are
//! written. It shares no parser, matcher or type with the engine.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
//! <https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html>

mod compare;
mod conditions;
mod grants;
mod patterns;
mod principals;
mod statements;

use std::collections::BTreeSet;

use crate::case::{CallerKind, Case, Outcome, PolicyType, Resource};
use grants::Granted;
use principals::Reach;
use statements::{Document, Effect, Role};

/// What AWS's rules say.
pub(crate) fn outcome(case: &Case) -> Outcome {
    if !explicit_deniers(case).is_empty() {
        return Outcome::ExplicitDeny;
    }
    if boundary_allows(case)
        && session_policies_allow(case)
        && (policies_allow(case) || grants_allow(case))
    {
        Outcome::Allow
    } else {
        Outcome::ImplicitDeny
    }
}

/// The types of policy that hold a Deny statement for this request. A denial names one of them.
pub(crate) fn explicit_deniers(case: &Case) -> BTreeSet<PolicyType> {
    every_policy(case)
        .into_iter()
        .filter(|(_, document)| document.reach(case, Effect::Deny) > Reach::Nobody)
        .map(|(kind, _)| kind)
        .collect()
}

fn every_policy(case: &Case) -> Vec<(PolicyType, Document)> {
    let mut all = Vec::new();
    all.extend(resource_policy(case).map(|document| (PolicyType::Resource, document)));
    for text in &case.identity_policies {
        all.push((PolicyType::Identity, Document::read(text, Role::Identity)));
    }
    if let Some(text) = &case.boundary {
        all.push((PolicyType::Boundary, Document::read(text, Role::Identity)));
    }
    for text in case.session_policies.iter().flatten() {
        all.push((PolicyType::Session, Document::read(text, Role::Identity)));
    }
    all
}

/// A boundary, where there is one, must allow.
fn boundary_allows(case: &Case) -> bool {
    case.boundary
        .as_ref()
        .is_none_or(|text| identity_document_allows(case, text))
}

/// Session policies, where there are any, must allow; one of several is enough.
fn session_policies_allow(case: &Case) -> bool {
    case.session_policies.as_ref().is_none_or(|texts| {
        texts
            .iter()
            .any(|text| identity_document_allows(case, text))
    })
}

fn policies_allow(case: &Case) -> bool {
    let Some(owner) = case.resource.owner() else {
        return identity_policies_allow(case);
    };
    let reach = resource_policy(case).map_or(Reach::Nobody, |document| {
        document.reach(case, Effect::Allow)
    });
    if case.caller.account == owner {
        // The principal itself, and nothing else is asked; or the account, which leaves it to its identity policies.
        reach == Reach::Principal || (reach == Reach::Account && identity_policies_allow(case))
    } else {
        reach > Reach::Nobody && identity_policies_allow(case)
    }
}

fn grants_allow(case: &Case) -> bool {
    if !matches!(case.resource, Resource::Key { .. }) {
        return false;
    }
    case.grants
        .iter()
        .any(|grant| match grants::grants(grant, case) {
            Granted::Nothing => false,
            Granted::ToThePrincipal => true,
            Granted::ToTheAccount => identity_policies_allow(case),
        })
}

/// The root user has every permission that its account can give; a web identity has none before it has a role; a federated user
/// has its user's through session policies only.
fn identity_policies_allow(case: &Case) -> bool {
    let of_the_policies = || {
        case.identity_policies
            .iter()
            .any(|text| identity_document_allows(case, text))
    };
    match &case.caller.kind {
        CallerKind::Root => true,
        CallerKind::WebIdentity { .. } => false,
        CallerKind::FederatedUser => case.session_policies.is_some() && of_the_policies(),
        CallerKind::User | CallerKind::Role | CallerKind::Session { .. } => of_the_policies(),
    }
}

fn identity_document_allows(case: &Case, text: &str) -> bool {
    Document::read(text, Role::Identity).reach(case, Effect::Allow) > Reach::Nobody
}

fn resource_policy(case: &Case) -> Option<Document> {
    let role = match &case.resource {
        Resource::Key { .. } => Role::Key,
        Resource::Role { .. } => Role::Trust,
        Resource::Any | Resource::Alias { .. } | Resource::Entity { .. } => return None,
    };
    let text = case.resource_policy.as_ref()?;
    Some(Document::read(text, role))
}
