//! How policies spell the condition keys that they ask for.

use std::collections::{BTreeMap, BTreeSet};

use claviger_policy::folded;
use serde_json::Value;

/// The spelling of each name, by its [`folded`] form.
#[derive(Debug)]
pub(crate) struct Spellings(BTreeMap<String, String>);

impl Spellings {
    /// The spellings of `documents`.
    pub(crate) fn of<'a>(documents: impl Iterator<Item = &'a str>) -> Self {
        let mut spellings = BTreeMap::new();
        for document in documents {
            if let Ok(document) = serde_json::from_str(document) {
                collect(&document, &mut spellings);
            }
        }
        Self(spellings)
    }

    /// The names, which are in lower case, as they were spelled.
    pub(crate) fn apply(&self, names: BTreeSet<String>) -> Vec<String> {
        names
            .into_iter()
            .map(|name| self.0.get(&name).cloned().unwrap_or(name))
            .collect()
    }
}

/// Every name of a member, and every policy variable, by its lower-case form.
fn collect(value: &Value, spellings: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                spellings.insert(folded(name), name.clone());
                collect(value, spellings);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, spellings)),
        Value::String(text) => {
            for name in variables(text) {
                spellings.insert(folded(name), name.to_owned());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The names of the variables in a text, `${name}` or `${name, 'default'}`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let (inside, _) = rest.split_once('}')?;
        inside.split(',').next().map(str::trim)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_were_spelled() {
        let document = r#"{"Statement":[{"Condition":{"StringLike":{"aws:PrincipalTag/Team":"x-${aws:SourceIp}-${kms:ViaService, 'none'}"}}}]}"#;
        let asked = [
            "aws:principaltag/team",
            "aws:sourceip",
            "kms:viaservice",
            "aws:unheard",
        ];
        let asked = asked.map(str::to_owned).into();
        let spelled = Spellings::of([document, "{"].into_iter()).apply(asked);
        let expected = [
            "aws:PrincipalTag/Team",
            "aws:SourceIp",
            "aws:unheard",
            "kms:ViaService",
        ];
        assert_eq!(spelled, expected);
    }
}
