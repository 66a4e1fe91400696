//! The `Condition` element.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use serde_json::Value;

use super::compare;
use super::patterns;
use super::statements::{Effect, Scope, texts};

/// Whether all operators hold, for all of their keys.
pub(super) fn hold(condition: Option<&Value>, effect: Effect, scope: &Scope<'_>) -> bool {
    lines(condition).iter().all(|line| {
        let facts = scope.facts(&line.key);
        let mut each = facts.iter().map(|fact| line.holds(&fact.values, scope));
        match (facts.len(), effect) {
            (0, _) => line.holds(&[], scope),
            // What the request says twice, of names that differ in case, must not loosen either statement.
            (_, Effect::Deny) => each.any(|holds| holds),
            (_, Effect::Allow) => each.all(|holds| holds),
        }
    })
}

/// One key under one operator.
struct Line {
    set: Set,
    comparison: String,
    if_exists: bool,
    key: String,
    wanted: Vec<String>,
}

/// The set operator before an operator.
enum Set {
    None,
    ForAllValues,
    ForAnyValue,
}

fn lines(condition: Option<&Value>) -> Vec<Line> {
    let operators = condition.and_then(Value::as_object).into_iter().flatten();
    operators
        .flat_map(|(operator, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.map(|(key, values)| Line::new(operator, key, values))
        })
        .collect()
}

impl Line {
    fn new(operator: &str, key: &str, values: &Value) -> Self {
        let (set, rest) = match operator.split_once(':') {
            Some(("ForAllValues", rest)) => (Set::ForAllValues, rest),
            Some(("ForAnyValue", rest)) => (Set::ForAnyValue, rest),
            Some(_) | None => (Set::None, operator),
        };
        let (comparison, if_exists) = match rest.strip_suffix("IfExists") {
            Some(comparison) => (comparison, true),
            None => (rest, false),
        };
        Self {
            set,
            comparison: comparison.to_owned(),
            if_exists,
            key: key.to_owned(),
            wanted: texts(Some(values)),
        }
    }

    fn holds(&self, given: &[String], scope: &Scope<'_>) -> bool {
        if self.comparison == "Null" {
            let absent = if given.is_empty() { "true" } else { "false" };
            return self.wanted.iter().any(|wanted| wanted == absent);
        }
        if given.is_empty() && self.if_exists {
            return true;
        }
        match self.set {
            // Without any value in the request the first is true and the second false.
            Set::ForAllValues => given.iter().all(|value| self.is_met_by(value, scope)),
            Set::ForAnyValue => given.iter().any(|value| self.is_met_by(value, scope)),
            // A key that is not there matches nothing: what asks for a match is false, what asks for none is true.
            Set::None => match given.first() {
                Some(value) => self.is_met_by(value, scope),
                None => self.positive().1,
            },
        }
    }

    /// Several wanted values are joined by OR, under a negated operator by NOR.
    fn is_met_by(&self, given: &str, scope: &Scope<'_>) -> bool {
        let (comparison, negated) = self.positive();
        let matches = self
            .wanted
            .iter()
            .any(|wanted| compares(&comparison, wanted, given, scope));
        matches != negated
    }

    /// The operator without its negation, and whether it had one.
    fn positive(&self) -> (String, bool) {
        let positive = self.comparison.replacen("Not", "", 1);
        let negated = positive != self.comparison;
        (positive, negated)
    }
}

fn compares(comparison: &str, wanted: &str, given: &str, scope: &Scope<'_>) -> bool {
    let pattern = || scope.expand(wanted);
    match comparison {
        "StringEquals" => pattern().is_some_and(|it| patterns::is_equal(&it, given)),
        "StringEqualsIgnoreCase" => {
            pattern().is_some_and(|it| patterns::is_equal_ignoring_case(&it, given))
        }
        "StringLike" => pattern().is_some_and(|it| patterns::is_like(&it, given)),
        "ArnEquals" | "ArnLike" => pattern().is_some_and(|it| compare::is_arn_like(&it, given)),
        "Bool" => compare::is_same_truth(wanted, given),
        "BinaryEquals" => compare::is_same_bytes(wanted, given),
        "IpAddress" => compare::is_address_in(wanted, given),
        other => compare::is_ordered(other, wanted, given)
            .unwrap_or_else(|| panic!("{other}: not an operator of IAM")),
    }
}
