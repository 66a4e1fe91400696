//! Single elements of statements, made to fit the request or to miss it.

use serde_json::{Map, Value, json};

use super::asks;
use super::conditions::{self, Place};
use super::people;
use super::random::Random;
use crate::case::{Caller, CallerKind, Case, Resource};

/// A statement to be written: what it says, and how often each part fits the request.
pub(super) struct Plan {
    pub(super) effect: &'static str,
    pub(super) place: Place,
    /// How often the actions fit, in percent.
    pub(super) action_percent: usize,
    /// How often the resources fit, in percent.
    pub(super) resource_percent: usize,
    /// How often there is a condition, in percent.
    pub(super) condition_percent: usize,
}

/// A statement without its principals.
pub(super) fn statement(random: &mut Random, case: &Case, plan: &Plan) -> Map<String, Value> {
    let mut statement = Map::new();
    if random.chance(40) {
        let sid = random.pick(&["AllowUse", "Administrators", "Extra1"]);
        statement.insert("Sid".to_owned(), json!(sid));
    }
    statement.insert("Effect".to_owned(), json!(plan.effect));
    let fits = random.chance(plan.action_percent);
    let (element, actions) = actions(random, case, plan.place, fits);
    statement.insert(element.to_owned(), actions);
    if plan.place != Place::Trust {
        let fits = random.chance(plan.resource_percent);
        let (element, resources) = resources(random, case, plan.place, fits);
        statement.insert(element.to_owned(), resources);
    }
    if random.chance(plan.condition_percent) {
        let condition = conditions::condition(random, case, plan.place);
        statement.insert("Condition".to_owned(), condition);
    }
    statement
}

fn actions(random: &mut Random, case: &Case, place: Place, fits: bool) -> (&'static str, Value) {
    let (service, operation) = case
        .action
        .split_once(':')
        .expect("an action has a service");
    let others = match service {
        "kms" => [
            "kms:Sign*",
            "kms:CreateCustomKeyStore",
            "kms:CancelKeyDeletion",
        ],
        _ => [
            "sts:GetCallerIdentity",
            "sts:SetSourceIdentity",
            "sts:TagSession",
        ],
    };
    let others: Vec<&str> = others
        .into_iter()
        .filter(|other| !other.trim_end_matches('*').contains(operation))
        .collect();
    let other = random.pick(&others);
    if place != Place::Trust && random.chance(8) {
        let left_out = if fits {
            other.to_owned()
        } else {
            case.action.clone()
        };
        return ("NotAction", json!([left_out, "iam:PassRole"]));
    }
    if !fits {
        return ("Action", random.pick(&[json!(other), json!([other])]));
    }
    let cut = random.between(1, operation.len());
    let (head, tail) = operation.split_at(cut);
    let text = match random.below(8) {
        0 | 1 => case.action.clone(),
        2 | 3 => format!("{service}:*"),
        4 if place == Place::Identity => "*".to_owned(),
        5 => format!("{service}:{head}*"),
        6 if !tail.is_empty() => format!("{service}:{head}?{}", tail.split_at(1).1),
        _ => random.respell(&case.action),
    };
    // Trust policies name whole operations.
    let text = if place == Place::Trust {
        case.action.clone()
    } else {
        text
    };
    let value = match random.below(3) {
        0 => json!(text),
        1 => json!([text]),
        _ => json!([other, text]),
    };
    ("Action", value)
}

fn resources(random: &mut Random, case: &Case, place: Place, fits: bool) -> (&'static str, Value) {
    if place == Place::Key {
        let own = random.weighted(&[(93, "*"), (7, case.resource.arn())]);
        return (
            "Resource",
            if fits {
                json!(own)
            } else {
                json!(case.resource.arn().replace(":key/", ":key/0"))
            },
        );
    }
    let missing = random.pick(&["arn:aws:kms:eu-west-1:*:key/*", "arn:aws:s3:::orders/*"]);
    let Some(pattern) = pattern(random, case) else {
        return ("Resource", if fits { json!("*") } else { json!([missing]) });
    };
    if random.chance(7) {
        return (
            "NotResource",
            if fits {
                json!(missing)
            } else {
                json!([missing, pattern])
            },
        );
    }
    if !fits {
        return ("Resource", json!(missing));
    }
    let value = match random.below(4) {
        0 => json!("*"),
        1 => json!([missing, pattern]),
        2 => json!([pattern]),
        _ => json!(pattern),
    };
    ("Resource", value)
}

/// A pattern that fits the resource; one with a variable may fit another caller's.
fn pattern(random: &mut Random, case: &Case) -> Option<String> {
    let arn = case.resource.arn();
    match &case.resource {
        Resource::Any => None,
        Resource::Alias { .. } => Some(random.pick(&[arn.to_owned(), arn.replace("alpha", "*")])),
        Resource::Entity { .. } | Resource::Role { .. } => {
            let cut = arn.rfind('/')?;
            Some(random.pick(&[arn.to_owned(), format!("{}*", arn.split_at(cut + 1).0)]))
        }
        Resource::Key { account, .. } => Some(match random.below(12) {
            0 => format!("arn:aws:kms:*:{account}:key/*"),
            1 => "arn:aws:kms:*:*:key/*".to_owned(),
            2 => "arn:aws:kms:us-*:key/*".to_owned(),
            3 => format!(
                "arn:aws:kms:us-east-?:{account}:key/{}",
                random.pick(&asks::KEYS)
            ),
            4 => random.pick(&INCOMPLETE).to_owned(),
            5 => random.pick(&SEGMENTS).replace("ACCOUNT", account),
            6 => format!(
                "arn:aws:kms:*:{account}:key/${{aws:PrincipalTag/team, '{}'}}",
                asks::KEYS[0]
            ),
            7 => format!("arn:aws:kms:*:{account}:key/${{aws:PrincipalTag/team}}"),
            _ => arn.to_owned(),
        }),
    }
}

/// ARNs with fewer than six fields.
const INCOMPLETE: [&str; 4] = [
    "arn:aws:kms",
    "arn:aws:kms:us-east-1",
    "arn:aws:kms:eu-west-1",
    "arn:aws:kms:us*:ACCOUNT",
];
/// Wildcards that end their segment, and some that do not.
const SEGMENTS: [&str; 5] = [
    "arn:aws:kms:us*1:ACCOUNT:key/*",
    "arn:aws:kms:us*1:key/*",
    "arn:*:key/*",
    "arn:aws:kms:us-east-1:ACCOUNT:k?y/*-*",
    "arn:aws:kms:us-east-1?ACCOUNT:key/*",
];

/// The resource of a user by its own name, which is a variable.
pub(super) fn own_user(case: &Case) -> Value {
    json!(format!(
        "arn:aws:iam::{}:user/${{aws:username}}",
        case.caller.account
    ))
}

/// A `Principal` element that names the caller.
pub(super) fn principal_of_caller(random: &mut Random, caller: &Caller) -> Value {
    if let CallerKind::WebIdentity { provider } = &caller.kind {
        return json!({"Federated": provider});
    }
    let name = people::name_of(random, caller);
    let (other, _) = people::somebody(random);
    match random.below(5) {
        0 => json!({"AWS": [other, name]}),
        1 => json!({"AWS": [name]}),
        2 => json!({"AWS": name, "Service": "s3.amazonaws.com"}),
        _ => json!({"AWS": name}),
    }
}

/// A `Principal` element that names an account.
pub(super) fn principal_account(random: &mut Random, account: &str) -> Value {
    let root = people::root_arn(account);
    match random.below(4) {
        0 => json!({"AWS": account}),
        1 => json!({"AWS": [root]}),
        _ => json!({"AWS": root}),
    }
}

/// A `Principal` element that names somebody.
pub(super) fn principal_somebody(random: &mut Random) -> Value {
    let (one, _) = people::somebody(random);
    let (other, _) = people::somebody(random);
    match random.below(4) {
        0 => json!({"AWS": [one, other]}),
        1 => json!({"Service": "logs.us-east-1.amazonaws.com"}),
        _ => json!({"AWS": one}),
    }
}

/// A `Principal` element that names everybody.
pub(super) fn everybody(random: &mut Random) -> Value {
    random.pick(&[json!("*"), json!({"AWS": "*"}), json!({"AWS": ["*"]})])
}

/// The principals of a `NotPrincipal` that spares the caller, or forgets one of those that it needs.
pub(super) fn all_but_caller(random: &mut Random, caller: &Caller) -> Value {
    let mut names = vec![people::root_arn(&caller.account)];
    if caller.kind != CallerKind::Root {
        names.push(caller.arn.clone());
    }
    if let CallerKind::Session { role_arn, .. } = &caller.kind {
        names.push(role_arn.clone());
    }
    if random.chance(25) {
        names.remove(random.below(names.len()));
    }
    names.push(people::somebody(random).0);
    json!({"AWS": names})
}
