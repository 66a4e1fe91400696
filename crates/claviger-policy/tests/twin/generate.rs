//! Cases that mostly mean something, each determined by a seed and its number: a few accounts with users, roles and sessions, key
//! policies of the shape that the console writes, and conditions on keys that the request mostly has.

mod asks;
mod conditions;
mod facts;
mod people;
mod policies;
mod random;
mod statements;

use std::collections::BTreeMap;

use crate::case::{Caller, CallerKind, Case, ContextConstraint, Grant, Grantee, Resource};
use random::Random;

/// The case of this number.
pub(crate) fn case(seed: u64, number: u64) -> Case {
    let mut random = Random::new(seed, number);
    let (action, resource, caller) = asks::ask(&mut random);
    let encryption_context = facts::encryption_context(&mut random, &action);
    let context = facts::facts(
        &mut random,
        &action,
        &resource,
        &caller,
        encryption_context.as_ref(),
    );
    let mut case = Case {
        bindings: people::bindings(&mut random, &caller),
        caller,
        action,
        resource,
        context,
        encryption_context,
        resource_policy: None,
        identity_policies: Vec::new(),
        boundary: None,
        session_policies: None,
        grants: Vec::new(),
    };
    case.resource_policy = policies::of_the_resource(&mut random, &case);
    add_the_callers_policies(&mut random, &mut case);
    if matches!(case.resource, Resource::Key { .. }) && random.chance(22) {
        let count = random.between(1, 3);
        case.grants = (0..count).map(|_| grant(&mut random, &case)).collect();
    }
    case
}

fn add_the_callers_policies(random: &mut Random, case: &mut Case) {
    let (has_policies, may_have_session_policies) = match &case.caller.kind {
        CallerKind::Root | CallerKind::WebIdentity { .. } => (false, false),
        CallerKind::User | CallerKind::Role => (true, false),
        CallerKind::Session { .. } | CallerKind::FederatedUser => (true, true),
    };
    if has_policies {
        let count = random.weighted(&[(10, 0), (45, 1), (30, 2), (15, 3)]);
        case.identity_policies = (0..count)
            .map(|_| policies::identity(random, case))
            .collect();
        if random.chance(16) {
            case.boundary = Some(policies::limit(random, case));
        }
    }
    let must = case.caller.kind == CallerKind::FederatedUser;
    if must || (may_have_session_policies && random.chance(30)) {
        let count = random.weighted(&[(80, 1), (20, 2)]);
        let texts = (0..count).map(|_| policies::limit(random, case)).collect();
        case.session_policies = Some(texts);
    }
}

fn grant(random: &mut Random, case: &Case) -> Grant {
    let operation = case.action.trim_start_matches("kms:").to_owned();
    let mut operations: Vec<String> = [
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "DescribeKey",
        "Sign",
        "Verify",
        "GetPublicKey",
    ]
    .iter()
    .filter(|_| random.chance(30))
    .map(|name| (*name).to_owned())
    .collect();
    if random.chance(65) && asks::is_grantable(&operation) && !operations.contains(&operation) {
        operations.push(operation);
    }
    // What a constraint means for CreateGrant is a matter of the two grants, not of this question.
    let constrained = case.encryption_context.is_some() && random.chance(40);
    Grant {
        grantee: grantee(random, &case.caller),
        operations,
        context: constrained.then(|| constraint(random, case)),
        source_arn: random
            .chance(6)
            .then(|| "arn:aws:s3:::orders-of-last-year".to_owned()),
    }
}

fn grantee(random: &mut Random, caller: &Caller) -> Grantee {
    let own = Grantee::Principal(caller.unique_id.clone());
    match (random.below(10), &caller.kind) {
        // An account is granted, never its root user.
        (0..=5, CallerKind::Root) => Grantee::Account(caller.account.clone()),
        (0..=3, CallerKind::Session { role_id, .. }) => Grantee::Principal(role_id.clone()),
        (0..=5, _) => own,
        (6 | 7, _) => Grantee::Account(caller.account.clone()),
        _ => Grantee::Principal(people::somebody(random).1),
    }
}

fn constraint(random: &mut Random, case: &Case) -> ContextConstraint {
    let given = case.encryption_context.clone().unwrap_or_default();
    let mut pairs = BTreeMap::new();
    for (name, value) in given {
        if random.chance(75) {
            let name = random.respell(&name);
            pairs.insert(
                name,
                if random.chance(8) {
                    value.to_uppercase()
                } else {
                    value
                },
            );
        }
    }
    if pairs.is_empty() || random.chance(10) {
        pairs.insert("Stage".to_owned(), "prod".to_owned());
    }
    if random.chance(50) {
        ContextConstraint::Equals(pairs)
    } else {
        ContextConstraint::Subset(pairs)
    }
}
