//! The request context of a simulation: what the condition keys hold, as whoever simulates says.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_core::error::Error;
use claviger_model::iam::{ContextEntry, ContextKeyTypeEnum};
use claviger_policy::{ConditionValues, Value, Values, folded};

use crate::errors;

/// Values by condition key, and a note of what policies asked for in vain.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// By [`folded`] name, since names are case-insensitive.
    entries: BTreeMap<String, Entry>,
    missing: RefCell<BTreeSet<String>>,
}

#[derive(Debug)]
struct Entry {
    values: Vec<Held>,
    is_list: bool,
}

#[derive(Debug)]
enum Held {
    /// Numbers, dates and addresses too: the operator of the condition reads them as it reads the policy's own.
    Text(String),
    Binary(Vec<u8>),
}

impl Context {
    /// What `ContextEntries` says; later entries of a name win.
    ///
    /// # Errors
    /// An entry without a name, or one whose value is not of its type.
    pub(crate) fn read(given: &[ContextEntry]) -> Result<Self, Error> {
        let mut entries = BTreeMap::new();
        for entry in given {
            let name = entry.context_key_name.as_deref().unwrap_or_default();
            if name.is_empty() {
                return Err(errors::invalid_input("ContextKeyName must not be empty."));
            }
            entries.insert(folded(name), Entry::read(name, entry)?);
        }
        Ok(Self {
            entries,
            missing: RefCell::default(),
        })
    }

    /// Adds the tags of the principal, where the request says nothing of them.
    pub(crate) fn tag_principal(&mut self, tags: &BTreeMap<String, String>) {
        for (key, value) in tags {
            let name = format!("aws:principaltag/{}", folded(key));
            self.entries.entry(name).or_insert_with(|| Entry {
                values: vec![Held::Text(value.clone())],
                is_list: false,
            });
        }
    }

    /// The names that policies asked for in vain since the last call, in lower case.
    pub(crate) fn take_missing(&self) -> BTreeSet<String> {
        self.missing.take()
    }
}

impl ConditionValues for Context {
    fn value(&self, key: &str) -> Option<Values<'_>> {
        let values = self.entries.get(key).map(Entry::values);
        if values.is_none() {
            self.missing.borrow_mut().insert(key.to_owned());
        }
        values
    }
}

impl Entry {
    fn read(name: &str, entry: &ContextEntry) -> Result<Self, Error> {
        use ContextKeyTypeEnum as Type;
        let given = entry.context_key_values.as_deref().unwrap_or_default();
        let kind = entry.context_key_type.unwrap_or(Type::String);
        let values = given.iter().map(|text| match kind {
            Type::Binary | Type::BinaryList => STANDARD
                .decode(text)
                .map(Held::Binary)
                .map_err(|_| errors::invalid_context(name, kind.as_str())),
            Type::String
            | Type::StringList
            | Type::Numeric
            | Type::NumericList
            | Type::Boolean
            | Type::BooleanList
            | Type::Ip
            | Type::IpList
            | Type::Date
            | Type::DateList => Ok(Held::Text(text.clone())),
        });
        Ok(Self {
            values: values.collect::<Result<_, _>>()?,
            is_list: kind.as_str().ends_with("List") || given.len() > 1,
        })
    }

    fn values(&self) -> Values<'_> {
        let mut values = self.values.iter().map(|held| match held {
            Held::Text(text) => Value::Text(Cow::Borrowed(text)),
            Held::Binary(bytes) => Value::Binary(bytes),
        });
        match (self.is_list, values.next()) {
            (false, Some(only)) => Values::One(only),
            (_, first) => Values::Many(first.into_iter().chain(values).collect()),
        }
    }
}
