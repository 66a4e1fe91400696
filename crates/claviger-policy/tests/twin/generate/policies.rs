//! Whole documents.

use serde_json::{Map, Value, json};

use super::conditions::Place;
use super::random::Random;
use super::statements::{self, Plan};
use crate::case::{CallerKind, Case, Resource};

/// The key policy or trust policy of the case's resource.
pub(super) fn of_the_resource(random: &mut Random, case: &Case) -> Option<String> {
    match &case.resource {
        Resource::Any | Resource::Alias { .. } | Resource::Entity { .. } => None,
        Resource::Role { .. } => Some(trust(random, case)),
        Resource::Key { account, .. } => Some(key(random, case, account)),
    }
}

/// An identity policy.
pub(super) fn identity(random: &mut Random, case: &Case) -> String {
    let mut list = Vec::new();
    for _ in 0..random.weighted(&[(45, 1), (35, 2), (20, 3)]) {
        let is_deny = random.chance(18);
        let plan = Plan {
            effect: if is_deny { "Deny" } else { "Allow" },
            place: Place::Identity,
            action_percent: if is_deny { 65 } else { 70 },
            resource_percent: 82,
            condition_percent: if is_deny { 60 } else { 30 },
        };
        let mut statement = statements::statement(random, case, &plan);
        let is_on_user = matches!(case.resource, Resource::Entity { .. });
        if is_on_user && statement.contains_key("Resource") && random.chance(40) {
            statement.insert("Resource".to_owned(), statements::own_user(case));
        }
        list.push(statement);
    }
    document(random, list)
}

/// A boundary or session policy: it mostly allows much.
pub(super) fn limit(random: &mut Random, case: &Case) -> String {
    let allow = Plan {
        effect: "Allow",
        place: Place::Identity,
        action_percent: 88,
        resource_percent: 94,
        condition_percent: 15,
    };
    let mut list = vec![statements::statement(random, case, &allow)];
    if random.chance(25) {
        list.push(statements::statement(random, case, &allow));
    }
    if random.chance(24) {
        let deny = Plan {
            effect: "Deny",
            action_percent: 60,
            condition_percent: 50,
            ..allow
        };
        list.push(statements::statement(random, case, &deny));
    }
    document(random, list)
}

fn key(random: &mut Random, case: &Case, owner: &str) -> String {
    let mut list = Vec::new();
    if random.chance(78) {
        list.push(delegation(random, case, owner));
    }
    list.push(console(random, case, &ADMINISTRATOR_ACTIONS, 15));
    list.push(console(random, case, &USER_ACTIONS, 40));
    if random.chance(15) {
        list.push(for_services(random, case));
    }
    let is_foreign = case.caller.account != owner;
    if random.chance(if is_foreign { 80 } else { 22 }) {
        list.push(for_caller(random, case, 85));
    }
    if random.chance(34) {
        list.push(deny(random, case));
    }
    if random.chance(20) {
        list.reverse();
    }
    document(random, list)
}

fn trust(random: &mut Random, case: &Case) -> String {
    let mut list = Vec::new();
    for _ in 0..random.weighted(&[(70, 1), (30, 2)]) {
        list.push(for_caller(random, case, 88));
    }
    if random.chance(24) {
        list.push(deny(random, case));
    }
    document(random, list)
}

/// What lets the owner's identity policies decide.
fn delegation(random: &mut Random, case: &Case, owner: &str) -> Map<String, Value> {
    let plan = Plan {
        effect: "Allow",
        place: Place::Key,
        action_percent: 94,
        resource_percent: 98,
        condition_percent: 10,
    };
    let mut statement = statements::statement(random, case, &plan);
    let principal = statements::principal_account(random, owner);
    statement.insert("Principal".to_owned(), principal);
    statement
}

fn console(
    random: &mut Random,
    case: &Case,
    actions: &[&str],
    caller_percent: usize,
) -> Map<String, Value> {
    let principal = if random.chance(caller_percent) {
        statements::principal_of_caller(random, &case.caller)
    } else {
        statements::principal_somebody(random)
    };
    let statement = json!({
        "Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"
    });
    object(statement)
}

/// Grants, for services that ask in the user's name.
fn for_services(random: &mut Random, case: &Case) -> Map<String, Value> {
    let statement = json!({
        "Sid": "Allow attachment of persistent resources",
        "Effect": "Allow",
        "Principal": statements::principal_of_caller(random, &case.caller),
        "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
        "Resource": "*",
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    });
    object(statement)
}

fn for_caller(random: &mut Random, case: &Case, action_percent: usize) -> Map<String, Value> {
    let place = place(case);
    let plan = Plan {
        effect: "Allow",
        place,
        action_percent,
        resource_percent: 95,
        condition_percent: 30,
    };
    let mut statement = statements::statement(random, case, &plan);
    let is_web = matches!(case.caller.kind, CallerKind::WebIdentity { .. });
    let principal = match random.below(10) {
        0..=4 => statements::principal_of_caller(random, &case.caller),
        5..=7 if is_web => statements::principal_of_caller(random, &case.caller),
        5..=7 => statements::principal_account(random, &case.caller.account),
        8 if place == Place::Key => statements::everybody(random),
        _ => statements::principal_somebody(random),
    };
    statement.insert("Principal".to_owned(), principal);
    statement
}

fn deny(random: &mut Random, case: &Case) -> Map<String, Value> {
    let place = place(case);
    let plan = Plan {
        effect: "Deny",
        place,
        action_percent: 65,
        resource_percent: 96,
        condition_percent: 45,
    };
    let mut statement = statements::statement(random, case, &plan);
    let (element, principal) = match random.below(10) {
        0..=3 => ("Principal", statements::everybody(random)),
        4 | 5 => (
            "Principal",
            statements::principal_of_caller(random, &case.caller),
        ),
        6 => (
            "Principal",
            statements::principal_account(random, &case.caller.account),
        ),
        7 | 8 if place == Place::Key => (
            "NotPrincipal",
            statements::all_but_caller(random, &case.caller),
        ),
        _ => ("Principal", statements::principal_somebody(random)),
    };
    statement.insert(element.to_owned(), principal);
    statement
}

fn place(case: &Case) -> Place {
    match case.resource {
        Resource::Role { .. } => Place::Trust,
        Resource::Key { .. } | Resource::Any | Resource::Alias { .. } | Resource::Entity { .. } => {
            Place::Key
        }
    }
}

/// The texts of a document are written as different hands would.
fn document(random: &mut Random, mut statements: Vec<Map<String, Value>>) -> String {
    let version = random.weighted(&[(90, Some("2012-10-17")), (7, Some("2008-10-17")), (3, None)]);
    let mut document = Map::new();
    if let Some(version) = version {
        document.insert("Version".to_owned(), json!(version));
    }
    // A statement's name is its own within a document.
    for (number, statement) in statements.iter_mut().enumerate() {
        if let Some(sid) = statement.get("Sid").and_then(Value::as_str) {
            let sid = format!("{sid}{number}");
            statement.insert("Sid".to_owned(), json!(sid));
        }
    }
    let value = match (statements.len(), random.chance(50)) {
        (1, true) => json!(statements[0]),
        _ => json!(statements),
    };
    document.insert("Statement".to_owned(), value);
    let document = Value::Object(document);
    if random.chance(50) {
        document.to_string()
    } else {
        format!("{document:#}")
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

const ADMINISTRATOR_ACTIONS: [&str; 14] = [
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:Delete*",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
];
const USER_ACTIONS: [&str; 5] = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:DescribeKey",
];
