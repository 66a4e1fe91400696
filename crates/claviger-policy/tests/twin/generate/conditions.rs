//! `Condition` elements on keys that the request mostly has, with values that it sometimes has.

use serde_json::{Map, Value, json};

use super::random::Random;
use crate::case::{Case, FactKind};

/// Where a condition will stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A document that is attached to a principal.
    Identity,
    /// A key policy.
    Key,
    /// A trust policy.
    Trust,
}

/// Keys that a request may lack, with their kind and a value.
const PERHAPS_ABSENT: [(&str, FactKind, &str); 8] = [
    (
        "kms:ViaService",
        FactKind::String,
        "s3.us-east-1.amazonaws.com",
    ),
    ("aws:SourceArn", FactKind::Arn, "arn:aws:s3:::orders"),
    ("aws:PrincipalTag/team", FactKind::String, "red"),
    ("aws:MultiFactorAuthPresent", FactKind::Bool, "true"),
    ("aws:TokenIssueTime", FactKind::Date, "2026-03-14T08:00:00Z"),
    ("kms:RequestAlias", FactKind::String, "alias/project-alpha"),
    (
        "kms:EncryptionContext:AppName",
        FactKind::String,
        "ExampleApp",
    ),
    ("aws:username", FactKind::String, "Alice"),
];

/// A `Condition` with one to three lines.
pub(super) fn condition(random: &mut Random, case: &Case, place: Place) -> Value {
    let count = random.weighted(&[(65, 1), (28, 2), (7, 3)]);
    let mut operators = Map::new();
    for _ in 0..count {
        let (operator, key, values) = line(random, case, place);
        let keys = operators.entry(operator).or_insert_with(|| json!({}));
        if let Some(keys) = keys.as_object_mut() {
            let is_new = !keys.keys().any(|other| other.eq_ignore_ascii_case(&key));
            if is_new {
                keys.insert(key, values);
            }
        }
    }
    Value::Object(operators)
}

fn line(random: &mut Random, case: &Case, place: Place) -> (String, String, Value) {
    let known: Vec<_> = case
        .context
        .iter()
        .filter(|(key, _)| place == Place::Identity || !is_for_identity_policies(key))
        .collect();
    let (key, kind, given) = if random.chance(78) {
        let (key, fact) = random.pick(&known);
        (key.as_str(), fact.kind, fact.values[0].as_str())
    } else {
        let usable: Vec<_> = PERHAPS_ABSENT
            .into_iter()
            .filter(|(key, ..)| place != Place::Trust || !key.starts_with("kms:"))
            .collect();
        random.pick(&usable)
    };
    let spelled = random.respell(key);
    if random.chance(7) {
        return ("Null".to_owned(), spelled, truth(random, "true"));
    }
    let (mut operator, values) = match kind {
        FactKind::String => text(random, given),
        FactKind::Strings => texts(random, given),
        FactKind::Numeric => number(random, given),
        FactKind::Bool => ("Bool".to_owned(), truth(random, given)),
        FactKind::Date => date(random),
        FactKind::Ip => address(random),
        FactKind::Arn => arn(random, given),
    };
    if kind != FactKind::Strings && random.chance(18) {
        operator.push_str("IfExists");
    }
    (operator, spelled, values)
}

fn is_for_identity_policies(key: &str) -> bool {
    key == "kms:ResourceAliases" || key.starts_with("aws:ResourceTag/")
}

fn text(random: &mut Random, given: &str) -> (String, Value) {
    let operator = random.weighted(&[
        (34, "StringEquals"),
        (18, "StringNotEquals"),
        (10, "StringEqualsIgnoreCase"),
        (5, "StringNotEqualsIgnoreCase"),
        (22, "StringLike"),
        (11, "StringNotLike"),
    ]);
    if random.chance(12) {
        return (operator.to_owned(), json!(variable(random)));
    }
    let mut spelled = match (random.chance(62), operator) {
        (false, _) => random
            .pick(&["red", "Alice", "prod", "alias/project-beta", "RAW"])
            .to_owned(),
        (true, "StringLike" | "StringNotLike") => wild(random, given),
        (true, "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase") => given.to_uppercase(),
        (true, _) => given.to_owned(),
    };
    if random.chance(4) {
        spelled = spelled.to_uppercase();
    }
    let other = random.pick(&["blue", "Beta", "222222222222", "x*"]);
    (operator.to_owned(), one_or_two(random, &spelled, other))
}

/// A variable that the request has, mostly.
fn variable(random: &mut Random) -> String {
    let key = random.pick(&[
        "aws:username",
        "aws:PrincipalAccount",
        "aws:PrincipalTag/team",
        "aws:userid",
    ]);
    let name = random.respell(key);
    match random.below(10) {
        0 => format!("${{{name}, 'red'}}"),
        1 => format!("${{{name}}}*"),
        2 => "${*}".to_owned(),
        _ => format!("${{{name}}}"),
    }
}

fn texts(random: &mut Random, given: &str) -> (String, Value) {
    let set = random.pick(&["ForAllValues", "ForAnyValue"]);
    let operator = random.weighted(&[
        (40, "StringEquals"),
        (15, "StringNotEquals"),
        (15, "StringEqualsIgnoreCase"),
        (20, "StringLike"),
        (10, "StringNotLike"),
    ]);
    let spelled = match operator {
        "StringLike" | "StringNotLike" => wild(random, given),
        _ => given.to_owned(),
    };
    let other = random.pick(&[
        "Encrypt",
        "Stage",
        "Owner",
        "alias/project-beta",
        "DescribeKey",
    ]);
    let values = if random.chance(70) {
        json!([spelled, other, "tenant"])
    } else {
        json!(other)
    };
    (format!("{set}:{operator}"), values)
}

fn number(random: &mut Random, given: &str) -> (String, Value) {
    let operator = random.pick(&[
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ]);
    let wanted = random.pick(&[given, "30", "90.5", "10"]);
    let value = match wanted.parse::<u64>() {
        Ok(number) if random.chance(30) => json!(number),
        _ => one_or_two(random, wanted, "365"),
    };
    (operator.to_owned(), value)
}

fn date(random: &mut Random) -> (String, Value) {
    let operator = random.pick(&[
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ]);
    let wanted = random.pick(&[
        "2026-03-14T09:26:53Z",
        "2026-03-14T10:26:53+01:00",
        "2026-06-01T00:00:00Z",
        "2026-03-14",
        "1773480413",
        "2026-03-14T08:00:00.000Z",
    ]);
    (operator.to_owned(), json!(wanted))
}

fn address(random: &mut Random) -> (String, Value) {
    let operator = random.pick(&["IpAddress", "NotIpAddress"]);
    let ranges = [
        "203.0.113.0/24",
        "203.0.113.7",
        "198.51.100.192/27",
        "2001:db8::/32",
        "0.0.0.0/0",
    ];
    let (one, other) = (random.pick(&ranges), random.pick(&ranges));
    (operator.to_owned(), one_or_two(random, one, other))
}

fn arn(random: &mut Random, given: &str) -> (String, Value) {
    let operator = random.pick(&["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]);
    let parts: Vec<&str> = given.splitn(6, ':').collect();
    let wanted = match random.below(6) {
        0 | 1 => given.to_owned(),
        2 => format!("arn:aws:{}:*:{}:*", parts[2], parts[4]),
        3 => format!("arn:aws:*:*:*:{}", wild(random, parts[5])),
        4 => "arn:aws:iam::*:role/*".to_owned(),
        _ => "arn:aws:iam::111122223333:user/Alice".to_owned(),
    };
    let other = "arn:aws:iam::*:user/ops/*";
    (operator.to_owned(), one_or_two(random, &wanted, other))
}

fn truth(random: &mut Random, given: &str) -> Value {
    let wanted = random.pick(&[given, "true", "false"]) == "true";
    if random.chance(50) {
        json!(wanted)
    } else {
        json!(wanted.to_string())
    }
}

/// A pattern that fits the text.
fn wild(random: &mut Random, given: &str) -> String {
    let letters: Vec<char> = given.chars().collect();
    let cut = random.below(letters.len());
    let head: String = letters[..cut].iter().collect();
    let tail: String = letters[cut + 1..].iter().collect();
    match random.below(4) {
        0 => format!("{head}*"),
        1 => format!("{head}?{tail}"),
        2 => format!("*{tail}"),
        _ => format!("{head}*{tail}"),
    }
}

fn one_or_two(random: &mut Random, one: &str, other: &str) -> Value {
    match random.below(5) {
        0 | 1 => json!(one),
        2 => json!([one]),
        3 => json!([one, other]),
        _ => json!([other, one]),
    }
}
