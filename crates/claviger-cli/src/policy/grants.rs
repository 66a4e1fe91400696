//! The grants of a key, as ListGrants prints them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use claviger_model::{AccountId, GrantOperation};
use claviger_policy::{ContextConstraint, Grant, GrantConstraints, PrincipalRef};
use serde::Deserialize;

/// Grants and where they come from.
pub(crate) struct Grants {
    /// A file's name, or the operation that was asked.
    pub(crate) source: String,
    /// The grants of the key.
    pub(crate) list: Vec<Arc<Grant>>,
}

/// The answer of ListGrants; what does not decide is left aside.
#[derive(Deserialize)]
pub(crate) struct Listing {
    #[serde(rename = "Grants")]
    pub(crate) grants: Vec<Entry>,
}

/// One grant of the answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Entry {
    pub(crate) key_id: Option<String>,
    pub(crate) grant_id: String,
    /// None in the grants of AWS services, which are no callers here.
    pub(crate) grantee_principal: Option<String>,
    pub(crate) operations: Vec<String>,
    #[serde(default)]
    pub(crate) constraints: Constraints,
}

/// The conditions of a grant.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Constraints {
    pub(crate) encryption_context_subset: Option<BTreeMap<String, String>>,
    pub(crate) encryption_context_equals: Option<BTreeMap<String, String>>,
    pub(crate) source_arn: Option<String>,
}

impl Listing {
    /// The grants of this key.
    ///
    /// # Errors
    /// A text that names the grant with what this version does not understand: a constraint that is skipped would grant.
    pub(crate) fn of_key(self, key_arn: &str) -> Result<Vec<Arc<Grant>>, String> {
        let grants = self.grants.into_iter();
        grants
            .filter(|entry| {
                entry
                    .key_id
                    .as_deref()
                    .is_none_or(|key| names(key, key_arn))
            })
            .filter_map(Entry::read)
            .collect()
    }
}

impl Entry {
    fn read(self) -> Option<Result<Arc<Grant>, String>> {
        let grantee = grantee(self.grantee_principal.as_deref()?);
        Some(self.complete(grantee))
    }

    fn complete(self, grantee: PrincipalRef) -> Result<Arc<Grant>, String> {
        let in_grant = |problem: String| format!("grant {}: {problem}", self.grant_id);
        let operations = self.operations.iter().map(|name| operation(name));
        let operations: Result<BTreeSet<_>, _> = operations.collect();
        let Constraints {
            encryption_context_subset: subset,
            encryption_context_equals: equals,
            source_arn,
        } = self.constraints;
        let context = match (equals, subset) {
            (None, None) => None,
            (Some(pairs), None) => Some(ContextConstraint::Equals(pairs)),
            (None, Some(pairs)) => Some(ContextConstraint::Subset(pairs)),
            (Some(_), Some(_)) => {
                return Err(in_grant("two encryption context constraints".into()));
            }
        };
        Ok(Arc::new(Grant {
            operations: operations.map_err(in_grant)?,
            id: self.grant_id,
            grantee,
            constraints: GrantConstraints {
                context,
                source_arn,
            },
        }))
    }
}

fn operation(name: &str) -> Result<GrantOperation, String> {
    let mut known = GrantOperation::ALL.into_iter();
    known
        .find(|operation| operation.as_str() == name)
        .ok_or_else(|| format!("'{name}' is no operation of grants"))
}

/// Whether a key id or ARN of a grant is this key's.
fn names(key: &str, key_arn: &str) -> bool {
    key == key_arn || key_arn.rsplit('/').next() == Some(key)
}

/// Whom a grant permits; after its deletion a principal is printed by its unique id.
fn grantee(text: &str) -> PrincipalRef {
    let account = text
        .strip_suffix(":root")
        .and_then(|arn| arn.rsplit(':').next())
        .unwrap_or(text);
    match AccountId::parse(account) {
        Ok(account) => PrincipalRef::Account(account),
        Err(_) if text.starts_with("arn:") => PrincipalRef::Arn(text.to_owned()),
        Err(_) if text.contains('.') => PrincipalRef::Service(text.to_owned()),
        Err(_) => PrincipalRef::UniqueId(text.to_owned()),
    }
}
