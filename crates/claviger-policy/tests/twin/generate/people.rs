//! Three accounts with the same people in each.

use std::collections::BTreeMap;

use super::random::Random;
use crate::case::{Caller, CallerKind};

pub(super) const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "999988887777"];
/// `(path and name, name)`.
const USERS: [(&str, &str); 2] = [("Alice", "Alice"), ("ops/Bob", "Bob")];
const ROLES: [(&str, &str); 2] = [("ops/Audit", "Audit"), ("App", "App")];
const SESSIONS: [&str; 2] = ["monday", "build-17"];
const FEDERATED: &str = "Fred";

/// Somebody of an account who calls.
pub(super) fn caller(random: &mut Random, account: &str) -> Caller {
    let (arn, unique_id, kind) = match random.below(100) {
        0..=5 => (root_arn(account), account.to_owned(), CallerKind::Root),
        6..=48 => {
            let (arn, id) = user(account, random.below(2));
            (arn, id, CallerKind::User)
        }
        49..=52 => {
            let (arn, id) = role(account, random.below(2));
            (arn, id, CallerKind::Role)
        }
        53..=93 => {
            let which = random.below(2);
            let (role_arn, role_id) = role(account, which);
            let (arn, id) = session(account, which, random.below(2));
            (arn, id, CallerKind::Session { role_arn, role_id })
        }
        _ => {
            let (arn, id) = federated(account);
            (arn, id, CallerKind::FederatedUser)
        }
    };
    Caller {
        account: account.to_owned(),
        arn,
        unique_id,
        kind,
    }
}

/// A principal that a policy may name, as `(ARN, unique id)`.
pub(super) fn somebody(random: &mut Random) -> (String, String) {
    let account = random.pick(&ACCOUNTS);
    let which = random.below(2);
    match random.below(7) {
        0..=2 => user(account, which),
        3 | 4 => role(account, which),
        5 => session(account, which, random.below(2)),
        _ => federated(account),
    }
}

/// The ARN by which a caller is named, or of a session now and then its role's.
pub(super) fn name_of(random: &mut Random, caller: &Caller) -> String {
    match &caller.kind {
        CallerKind::Session { role_arn, .. } if random.chance(70) => role_arn.clone(),
        CallerKind::Session { .. }
        | CallerKind::Root
        | CallerKind::User
        | CallerKind::Role
        | CallerKind::FederatedUser
        | CallerKind::WebIdentity { .. } => caller.arn.clone(),
    }
}

/// Whom every ARN meant when the resource policy was stored. Now and then the caller, or its role, is a later namesake.
pub(super) fn bindings(random: &mut Random, caller: &Caller) -> BTreeMap<String, String> {
    let mut bindings = BTreeMap::new();
    for account in ACCOUNTS {
        for which in 0..2 {
            bindings.extend([user(account, which), role(account, which)]);
            bindings.extend([session(account, which, 0), session(account, which, 1)]);
        }
        bindings.extend([federated(account)]);
    }
    if random.chance(4) {
        let former = "AIDAFORMERNAMESAKE0";
        match &caller.kind {
            CallerKind::User => drop(bindings.insert(caller.arn.clone(), former.to_owned())),
            CallerKind::Session { role_arn, .. } => {
                bindings.insert(role_arn.clone(), "AROAFORMERNAMESAKE0".to_owned());
                bindings.insert(caller.arn.clone(), "AROAFORMERNAMESAKE0:monday".to_owned());
            }
            CallerKind::Root
            | CallerKind::Role
            | CallerKind::FederatedUser
            | CallerKind::WebIdentity { .. } => {}
        }
    }
    bindings
}

/// The account itself.
pub(super) fn root_arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:root")
}

/// The `aws:username` of a user.
pub(super) fn user_name(caller: &Caller) -> Option<&str> {
    let is_user = caller.kind == CallerKind::User;
    is_user.then(|| caller.arn.rsplit('/').next().unwrap_or_default())
}

fn user(account: &str, which: usize) -> (String, String) {
    let (path, name) = USERS[which];
    let id = format!("AIDA{}{account}", name.to_uppercase());
    (format!("arn:aws:iam::{account}:user/{path}"), id)
}

fn role(account: &str, which: usize) -> (String, String) {
    let (path, name) = ROLES[which];
    let id = format!("AROA{}{account}", name.to_uppercase());
    (format!("arn:aws:iam::{account}:role/{path}"), id)
}

fn session(account: &str, which: usize, number: usize) -> (String, String) {
    let (name, session) = (ROLES[which].1, SESSIONS[number]);
    let arn = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
    (arn, format!("{}:{session}", role(account, which).1))
}

fn federated(account: &str) -> (String, String) {
    let arn = format!("arn:aws:sts::{account}:federated-user/{FEDERATED}");
    (arn, format!("{account}:{FEDERATED}"))
}
