//! The request context of an imagined call.

use std::cell::RefCell;
use std::collections::BTreeMap;

use claviger_policy::{ConditionValues, Values, folded};

/// Values by condition key, and a note of the keys that policies asked for in vain.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// By [`folded`] name, since names are case-insensitive.
    facts: BTreeMap<String, Fact>,
    encryption_context: BTreeMap<String, String>,
    /// Spelled names by lower-case name.
    missing: RefCell<BTreeMap<String, String>>,
}

/// What is known of one condition key.
#[derive(Debug)]
pub(crate) struct Fact {
    /// The name as it was given.
    pub(crate) name: String,
    /// At least one value.
    pub(crate) values: Vec<String>,
}

impl Context {
    /// Another value of a key.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        let fact = self.facts.entry(folded(name));
        let fact = fact.or_insert_with(|| Fact {
            name: name.to_owned(),
            values: Vec::new(),
        });
        fact.values.push(value.to_owned());
    }

    /// What follows from the rest; whatever was said already stands.
    pub(crate) fn add_derived<'v>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = &'v str>,
    ) {
        if !self.facts.contains_key(&folded(name)) {
            values.into_iter().for_each(|value| self.add(name, value));
        }
    }

    /// A pair of the call's encryption context, and the condition keys that tell of it.
    pub(crate) fn add_encryption_context(&mut self, key: &str, value: &str) {
        self.add(&format!("kms:EncryptionContext:{key}"), value);
        self.add("kms:EncryptionContextKeys", key);
        self.encryption_context
            .insert(key.to_owned(), value.to_owned());
    }

    /// The encryption context of the call.
    pub(crate) fn encryption_context(&self) -> &BTreeMap<String, String> {
        &self.encryption_context
    }

    /// Everything that is known.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// Notes a key that a policy asks for elsewhere, as that one spells it.
    pub(crate) fn note_missing(&self, name: &str) {
        let lowercase = folded(name);
        self.missing.borrow_mut().insert(lowercase, name.to_owned());
    }

    /// The keys that policies asked for in vain; in lower case where their spelling is not known.
    pub(crate) fn missing(&self) -> Vec<String> {
        self.missing.borrow().values().cloned().collect()
    }
}

impl ConditionValues for Context {
    fn value(&self, key: &str) -> Option<Values<'_>> {
        let pair = key.strip_prefix("kms:encryptioncontext:");
        if let Some(values) = pair.and_then(|name| Values::of_pairs(&self.encryption_context, name))
        {
            return Some(values);
        }
        let Some(fact) = self.facts.get(key) else {
            let mut missing = self.missing.borrow_mut();
            missing
                .entry(key.to_owned())
                .or_insert_with(|| key.to_owned());
            return None;
        };
        Some(match fact.values.as_slice() {
            [only] => Values::text(only),
            values => Values::texts(values.iter().map(String::as_str)),
        })
    }
}
