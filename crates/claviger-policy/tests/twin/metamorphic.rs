//! Changes of a case after which the answer is known without knowing the case.

use serde_json::{Value, json};

use crate::Evaluator;
use crate::case::{Case, Outcome, Resource};

/// Tries every change on a case.
///
/// # Errors
/// The change after which the answer was wrong, and both answers.
pub(crate) fn check(case: &Case, number: u64, evaluator: Evaluator) -> Result<(), String> {
    let before = evaluator(case);
    for (what, changed) in denied(case) {
        let after = evaluator(&changed);
        if after != Outcome::ExplicitDeny {
            return Err(format!("{what}: {before:?}, then {after:?}"));
        }
    }
    for (what, changed) in same(case, number) {
        let after = evaluator(&changed);
        if after != before {
            return Err(format!("{what}: {before:?}, then {after:?}"));
        }
    }
    for (what, changed) in no_less(case) {
        let after = evaluator(&changed);
        let is_no_less = match before {
            Outcome::Allow => after == Outcome::Allow,
            Outcome::ExplicitDeny => after == Outcome::ExplicitDeny,
            Outcome::ImplicitDeny => after != Outcome::ExplicitDeny,
        };
        if !is_no_less {
            return Err(format!("{what}: {before:?}, then {after:?}"));
        }
    }
    Ok(())
}

type Changes = Vec<(&'static str, Case)>;

/// A Deny that matches, in each policy in turn.
fn denied(case: &Case) -> Changes {
    let deny = json!({"Effect": "Deny", "Action": case.action, "Resource": "*"});
    let mut changes: Changes = each_identity_document(case, &deny)
        .into_iter()
        .map(|changed| ("a Deny beside the caller's statements", changed))
        .collect();
    if case.resource_policy.is_some() {
        let mut changed = case.clone();
        edit(&mut changed.resource_policy, |document| {
            let principal = if changed.caller.arn.contains("oidc-provider/") {
                json!({"Federated": changed.caller.arn})
            } else {
                json!({"AWS": changed.caller.account})
            };
            push(document, &resource_statement(case, "Deny", &principal));
        });
        changes.push(("a Deny of the caller in the resource's policy", changed));
    }
    changes
}

/// What adds nothing, and what only looks different.
fn same(case: &Case, number: u64) -> Changes {
    let other = "arn:aws:s3:::somewhere/else";
    let on_another = json!({"Effect": "Deny", "Action": case.action, "Resource": other});
    let of_another = json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"});
    let never = json!({
        "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:ViaAWSService": "true"}}
    });
    let allow_another = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let mut changes = Changes::new();
    for statement in [on_another, of_another, never, allow_another] {
        for changed in each_identity_document(case, &statement) {
            changes.push(("a statement about something else", changed));
        }
    }
    if case.resource_policy.is_some() {
        for effect in ["Allow", "Deny"] {
            let nobody = json!({"AWS": "arn:aws:iam::777788889999:user/Nobody"});
            let mut changed = case.clone();
            edit(&mut changed.resource_policy, |document| {
                push(document, &resource_statement(case, effect, &nobody));
            });
            let arn = "arn:aws:iam::777788889999:user/Nobody".to_owned();
            changed.bindings.insert(arn, "AIDANOBODY".to_owned());
            changes.push(("a statement about somebody else", changed));
        }
    }
    changes.extend(respelled(case, number));
    changes
}

/// What can only add a permission.
fn no_less(case: &Case) -> Changes {
    let allow = json!({"Effect": "Allow", "Action": case.action, "Resource": "*"});
    each_identity_document(case, &allow)
        .into_iter()
        .map(|changed| ("an Allow beside the caller's statements", changed))
        .collect()
}

fn resource_statement(case: &Case, effect: &str, principal: &Value) -> Value {
    match case.resource {
        Resource::Role { .. } => {
            json!({"Effect": effect, "Principal": principal, "Action": case.action})
        }
        Resource::Key { .. } | Resource::Any | Resource::Alias { .. } | Resource::Entity { .. } => {
            json!({"Effect": effect, "Principal": principal, "Action": case.action, "Resource": "*"})
        }
    }
}

/// The case with the statement added to each identity document, boundary and session policy in turn.
fn each_identity_document(case: &Case, statement: &Value) -> Vec<Case> {
    let mut changes = Vec::new();
    for at in 0..case.identity_policies.len() {
        let mut changed = case.clone();
        edit_text(&mut changed.identity_policies[at], |document| {
            push(document, statement)
        });
        changes.push(changed);
    }
    if case.boundary.is_some() {
        let mut changed = case.clone();
        edit(&mut changed.boundary, |document| push(document, statement));
        changes.push(changed);
    }
    for at in 0..case.session_policies.as_ref().map_or(0, Vec::len) {
        let mut changed = case.clone();
        if let Some(texts) = &mut changed.session_policies {
            edit_text(&mut texts[at], |document| push(document, statement));
        }
        changes.push(changed);
    }
    changes
}

/// Writes a document in another way.
type Spelling = fn(&mut Value);

/// The same documents in another spelling.
fn respelled(case: &Case, number: u64) -> Changes {
    let spellings: [(&'static str, Spelling); 5] = [
        ("statements backwards", backwards),
        ("single values as lists", listed),
        ("other cases of actions and condition keys", other_case),
        ("accounts the other way", other_accounts),
        ("lists twice", doubled),
    ];
    let mut changes: Changes = spellings
        .into_iter()
        .map(|(what, spell)| (what, every_document(case, |text| edit_text(text, spell))))
        .collect();
    let escape = every_document(case, |text| *text = escaped(text, number));
    changes.push(("letters as escapes of JSON", escape));
    changes
}

fn every_document(case: &Case, mut change: impl FnMut(&mut String)) -> Case {
    let mut changed = case.clone();
    let documents = changed
        .identity_policies
        .iter_mut()
        .chain(&mut changed.resource_policy)
        .chain(&mut changed.boundary)
        .chain(changed.session_policies.iter_mut().flatten());
    documents.for_each(&mut change);
    changed
}

fn backwards(document: &mut Value) {
    if let Some(statements) = document["Statement"].as_array_mut() {
        statements.reverse();
    }
}

fn listed(document: &mut Value) {
    each_statement(document, |statement| {
        for element in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Some(value) = statement.get_mut(element)
                && !value.is_array()
            {
                *value = json!([value]);
            }
        }
    });
    if !document["Statement"].is_array() {
        document["Statement"] = json!([document["Statement"]]);
    }
}

fn doubled(document: &mut Value) {
    each_statement(document, |statement| {
        for element in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Some(list) = statement.get_mut(element).and_then(Value::as_array_mut) {
                list.extend_from_within(..);
            }
        }
    });
}

fn other_case(document: &mut Value) {
    each_statement(document, |statement| {
        for element in ["Action", "NotAction"] {
            for_each_text(statement.get_mut(element), |text| *text = swapped(text));
        }
        let operators = statement
            .get_mut("Condition")
            .and_then(Value::as_object_mut);
        for keys in operators
            .into_iter()
            .flat_map(|operators| operators.values_mut())
        {
            let swapped_keys = keys
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, values)| (swapped(key), values.clone()))
                .collect();
            *keys = Value::Object(swapped_keys);
        }
    });
}

/// `123456789012` and `arn:aws:iam::123456789012:root` mean the same.
fn other_accounts(document: &mut Value) {
    each_statement(document, |statement| {
        for element in ["Principal", "NotPrincipal"] {
            let names = statement.get_mut(element).and_then(|it| it.get_mut("AWS"));
            for_each_text(names, |name| {
                let number = name
                    .strip_prefix("arn:aws:iam::")
                    .and_then(|rest| rest.strip_suffix(":root"));
                if let Some(number) = number {
                    *name = number.to_owned();
                } else if name.len() == 12 && !name.contains(':') {
                    *name = format!("arn:aws:iam::{name}:root");
                }
            });
        }
    });
}

/// Every so many letters of its strings as JSON may write them too. Generated strings have no quotes.
fn escaped(text: &str, number: u64) -> String {
    let mut escaped = String::new();
    let mut is_string = false;
    for (at, letter) in text.chars().enumerate() {
        is_string ^= letter == '"';
        let is_chosen = (at as u64 + number).is_multiple_of(7);
        if is_string && letter.is_ascii_alphabetic() && is_chosen {
            escaped.push_str(&format!("\\u{:04x}", letter as u32));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

fn edit(text: &mut Option<String>, change: impl FnOnce(&mut Value)) {
    if let Some(text) = text {
        edit_text(text, change);
    }
}

fn edit_text(text: &mut String, change: impl FnOnce(&mut Value)) {
    let mut document = serde_json::from_str(text).expect("a generated document is JSON");
    change(&mut document);
    *text = document.to_string();
}

fn push(document: &mut Value, statement: &Value) {
    let statements = &mut document["Statement"];
    if !statements.is_array() {
        *statements = json!([statements]);
    }
    if let Some(list) = statements.as_array_mut() {
        list.push(statement.clone());
    }
}

fn each_statement(document: &mut Value, mut change: impl FnMut(&mut Value)) {
    let statements = &mut document["Statement"];
    if let Some(list) = statements.as_array_mut() {
        list.iter_mut().for_each(change);
    } else {
        change(statements);
    }
}

fn for_each_text(value: Option<&mut Value>, change: fn(&mut String)) {
    match value {
        Some(Value::String(text)) => change(text),
        Some(Value::Array(list)) => {
            for item in list {
                for_each_text(Some(item), change);
            }
        }
        Some(_) | None => {}
    }
}

fn swapped(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_ascii_uppercase() {
                letter.to_ascii_lowercase()
            } else {
                letter.to_ascii_uppercase()
            }
        })
        .collect()
}
