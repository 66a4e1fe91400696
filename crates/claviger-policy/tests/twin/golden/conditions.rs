//! Each line of `conditions.txt` once as what an Allow statement needs, and once as what a Deny statement needs.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use serde_json::{Value, json};

use super::scene::{alice, allows, document};
use super::{Example, example};
use crate::case::{Case, FactKind, Outcome, Resource};

pub(super) fn examples() -> Vec<Example> {
    let lines = include_str!("conditions.txt").lines();
    let rows = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut examples: Vec<Example> = rows.flat_map(both_ways).collect();
    examples.extend(older_version());
    examples
}

fn both_ways(row: &str) -> [Example; 2] {
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    let [operator, key, wanted, kind, given, holds] = cells[..] else {
        panic!("{row}: not six cells");
    };
    let wanted: Value = serde_json::from_str(wanted).unwrap();
    let condition = json!({operator: {key: wanted}});
    let mut request = request();
    if given != "-" {
        let values: Vec<&str> = given.split(" , ").collect();
        request = request.fact(key, fact_kind(kind), &values);
    }
    let statement = |effect: &str| {
        document(json!({
            "Effect": effect, "Action": "kms:CreateKey", "Resource": "*", "Condition": condition
        }))
    };
    let (allowed, denied) = match holds {
        "true" => (Outcome::Allow, Outcome::ExplicitDeny),
        "false" => (Outcome::ImplicitDeny, Outcome::Allow),
        other => panic!("{other}: neither true nor false"),
    };
    let all = allows(json!("*"));
    [
        example(row, request.clone().identity(&statement("Allow")), allowed),
        example(
            row,
            request.identity(&all).identity(&statement("Deny")),
            denied,
        ),
    ]
}

fn fact_kind(name: &str) -> FactKind {
    match name {
        "String" => FactKind::String,
        "Strings" => FactKind::Strings,
        "Numeric" => FactKind::Numeric,
        "Bool" => FactKind::Bool,
        "Date" => FactKind::Date,
        "Ip" => FactKind::Ip,
        "Arn" => FactKind::Arn,
        other => panic!("{other}: not a type of context keys"),
    }
}

/// Documents of the older version take a variable for its letters; names of keys have no case in any.
fn older_version() -> Vec<Example> {
    const TAG: &str = "aws:PrincipalTag/department";
    let statement = |key: &str| {
        json!({
            "Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*",
            "Condition": {"StringEquals": {key: "${aws:username}"}}
        })
    };
    let older = json!({"Version": "2008-10-17", "Statement": statement(TAG)});
    let unsaid = json!({"Statement": statement(TAG)});
    let newer = document(statement("AWS:principaltag/DEPARTMENT"));
    let ask = |document: &Value, tag: &str, outcome| {
        let case = request()
            .fact(TAG, FactKind::String, &[tag])
            .identity(document);
        example(&format!("{document} for {tag}"), case, outcome)
    };
    vec![
        ask(&older, "Alice", Outcome::ImplicitDeny),
        ask(&older, "${aws:username}", Outcome::Allow),
        ask(&unsaid, "Alice", Outcome::ImplicitDeny),
        ask(&newer, "Alice", Outcome::Allow),
    ]
}

fn request() -> Case {
    Case::on(alice(), "kms:CreateKey", Resource::Any).fact(
        "aws:username",
        FactKind::String,
        &["Alice"],
    )
}
