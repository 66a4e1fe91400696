//! Who asks for what on what.

use super::people;
use super::random::Random;
use crate::case::{Caller, CallerKind, Resource};

pub(super) const KEYS: [&str; 2] = [
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "mrk-0987dcba09fe87dc65ba43210fedcba9",
];
pub(super) const PROVIDER_HOST: &str = "token.actions.example.com";

/// Operations of KMS by what they need, with the share of cases that ask for them.
pub(super) const SYMMETRIC: [&str; 6] = [
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
];
const OTHER_USE: [&str; 5] = [
    "Sign",
    "Verify",
    "GetPublicKey",
    "DescribeKey",
    "GenerateMac",
];
const GRANTING: [&str; 3] = ["CreateGrant", "ListGrants", "RevokeGrant"];
/// Never for another account.
const ADMINISTRATION: [&str; 6] = [
    "PutKeyPolicy",
    "GetKeyPolicy",
    "ScheduleKeyDeletion",
    "EnableKeyRotation",
    "DisableKey",
    "TagResource",
];
const WITHOUT_A_KEY: [&str; 3] = ["CreateKey", "ListKeys", "GenerateRandom"];

/// An action, its resource and the caller.
pub(super) fn ask(random: &mut Random) -> (String, Resource, Caller) {
    let home = random.pick(&people::ACCOUNTS);
    let own = people::caller(random, home);
    match random.below(100) {
        0..=79 => on_a_key(random, home, own),
        80..=85 => (kms(random.pick(&WITHOUT_A_KEY)), Resource::Any, own),
        86..=88 => {
            let arn = format!("arn:aws:kms:us-east-1:{home}:alias/project-alpha");
            (kms("CreateAlias"), Resource::Alias { arn }, own)
        }
        89..=92 => {
            let action = random.pick(&["iam:GetUser", "iam:CreateAccessKey"]);
            let name = random.pick(&["Alice", "ops/Bob", "Carol"]);
            let arn = format!("arn:aws:iam::{home}:user/{name}");
            (action.to_owned(), Resource::Entity { arn }, own)
        }
        _ => on_a_role(random, home, own),
    }
}

/// Whether a grant can hold this operation.
pub(super) fn is_grantable(operation: &str) -> bool {
    SYMMETRIC.contains(&operation) || OTHER_USE.contains(&operation) || operation == "CreateGrant"
}

fn on_a_key(random: &mut Random, home: &str, own: Caller) -> (String, Resource, Caller) {
    let is_foreign = random.chance(25);
    let operation = match random.below(100) {
        0..=59 => random.pick(&SYMMETRIC),
        60..=76 => random.pick(&OTHER_USE),
        77..=84 => random.pick(&GRANTING),
        _ if is_foreign => "Decrypt",
        _ => random.pick(&ADMINISTRATION),
    };
    let owner = if is_foreign {
        elsewhere(random, home)
    } else {
        home
    };
    let resource = Resource::Key {
        arn: format!("arn:aws:kms:us-east-1:{owner}:key/{}", random.pick(&KEYS)),
        account: owner.to_owned(),
    };
    (kms(operation), resource, own)
}

fn on_a_role(random: &mut Random, home: &str, own: Caller) -> (String, Resource, Caller) {
    let account = if random.chance(35) {
        elsewhere(random, home)
    } else {
        home
    };
    let resource = Resource::Role {
        arn: format!("arn:aws:iam::{account}:role/Target"),
        account: account.to_owned(),
    };
    let may_assume = match own.kind {
        CallerKind::User | CallerKind::Session { .. } | CallerKind::Role => true,
        CallerKind::Root | CallerKind::FederatedUser | CallerKind::WebIdentity { .. } => false,
    };
    if may_assume && random.chance(75) {
        return ("sts:AssumeRole".to_owned(), resource, own);
    }
    let provider = format!("arn:aws:iam::{account}:oidc-provider/{PROVIDER_HOST}");
    let caller = Caller {
        account: account.to_owned(),
        arn: provider.clone(),
        unique_id: "repo:org/app".to_owned(),
        kind: CallerKind::WebIdentity { provider },
    };
    ("sts:AssumeRoleWithWebIdentity".to_owned(), resource, caller)
}

fn elsewhere(random: &mut Random, home: &str) -> &'static str {
    let others: Vec<&str> = people::ACCOUNTS
        .into_iter()
        .filter(|account| *account != home)
        .collect();
    random.pick(&others)
}

fn kms(operation: &str) -> String {
    format!("kms:{operation}")
}
