//! Documents and their statements: which apply to a request, and to whom they speak.

use serde_json::Value;

use super::conditions;
use super::patterns::{self, Glyph};
use super::principals::{self, Reach};
use crate::case::{Case, Fact};

/// A document, read anew for each question.
pub(super) struct Document {
    value: Value,
    role: Role,
}

/// What a document is for, which decides what its statements hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Attached to a principal: no `Principal` element.
    Identity,
    /// Attached to a key.
    Key,
    /// Attached to a role: no `Resource` element.
    Trust,
}

/// The `Effect` element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// What variables are looked up in: the request context, in a document that knows variables.
pub(super) struct Scope<'a> {
    case: &'a Case,
    role: Role,
    has_variables: bool,
}

impl Document {
    /// # Panics
    /// When the text is no JSON: a case holds documents that are stored somewhere.
    pub(super) fn read(text: &str, role: Role) -> Self {
        let value = serde_json::from_str(text).expect("a stored document is JSON");
        Self { value, role }
    }

    /// The furthest that a statement of this effect, which applies to the request, reaches.
    pub(super) fn reach(&self, case: &Case, effect: Effect) -> Reach {
        let scope = Scope {
            case,
            role: self.role,
            // Documents without a Version are of the older one.
            has_variables: self.value.get("Version").and_then(Value::as_str) == Some("2012-10-17"),
        };
        one_or_many(self.value.get("Statement"))
            .iter()
            .filter(|statement| has_effect(statement, effect))
            .filter(|statement| {
                action_matches(statement, case)
                    && (self.role == Role::Trust || resource_matches(statement, &scope))
                    && conditions::hold(statement.get("Condition"), effect, &scope)
            })
            .map(|statement| match self.role {
                Role::Identity => Reach::Principal,
                Role::Key | Role::Trust => principals::reach(statement, effect, case),
            })
            .max()
            .unwrap_or(Reach::Nobody)
    }
}

impl Scope<'_> {
    /// What the request says of a key. Names of keys have no case, so two names in the request may be one here.
    pub(super) fn facts(&self, key: &str) -> Vec<&Fact> {
        let name = key.to_lowercase();
        // The tags and aliases of a key are seen by identity policies alone.
        if self.role == Role::Key
            && (name == "kms:resourcealiases" || name.starts_with("aws:resourcetag/"))
        {
            return Vec::new();
        }
        let found = self
            .case
            .context
            .iter()
            .filter(|(known, _)| known.to_lowercase() == name);
        found
            .map(|(_, fact)| fact)
            .filter(|fact| !fact.values.is_empty())
            .collect()
    }

    /// A text of the document with its variables replaced.
    pub(super) fn expand(&self, text: &str) -> Option<Vec<Glyph>> {
        if self.has_variables {
            patterns::expand(text, self)
        } else {
            Some(patterns::written(text))
        }
    }

    /// A `Resource` text: only what follows the fifth colon of an ARN may hold variables.
    pub(super) fn expand_resource(&self, text: &str) -> Option<Vec<Glyph>> {
        let colons: Vec<usize> = text.match_indices(':').map(|(at, _)| at).collect();
        let Some(fifth) = colons.get(4) else {
            return Some(patterns::written(text));
        };
        let (head, tail) = text.split_at(*fifth);
        let mut glyphs = patterns::written(head);
        glyphs.extend(self.expand(tail)?);
        Some(glyphs)
    }
}

/// A string, number or truth value, or a list of them, as texts.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    one_or_many(value)
        .into_iter()
        .map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        })
        .collect()
}

fn one_or_many(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(many)) => many.iter().collect(),
        Some(one) => vec![one],
    }
}

fn has_effect(statement: &Value, effect: Effect) -> bool {
    let wanted = match effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    statement.get("Effect").and_then(Value::as_str) == Some(wanted)
}

fn action_matches(statement: &Value, case: &Case) -> bool {
    let action = case.action.to_ascii_lowercase();
    let among = |element: &Value| {
        texts(Some(element))
            .iter()
            .any(|text| patterns::is_like(&patterns::written(&text.to_ascii_lowercase()), &action))
    };
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(listed), _) => among(listed),
        (None, Some(left_out)) => !among(left_out),
        // A key policy's statement without it is stored, and has no effect.
        (None, None) => false,
    }
}

fn resource_matches(statement: &Value, scope: &Scope<'_>) -> bool {
    let among = |element: &Value| {
        texts(Some(element))
            .iter()
            .flat_map(|text| [text.clone(), completed(text)])
            .any(|text| {
                scope.expand_resource(&text).is_some_and(|pattern| {
                    patterns::is_resource(&pattern, scope.case.resource.arn())
                })
            })
    };
    match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(listed), _) => among(listed),
        (None, Some(left_out)) => !among(left_out),
        (None, None) => false,
    }
}

/// AWS adds a `*` for each field that an ARN of fewer than six lacks.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn completed(text: &str) -> String {
    let missing = 6_usize.saturating_sub(text.split(':').count());
    format!("{text}{}", ":*".repeat(missing))
}
