//! A managed policy of an account.

use std::collections::BTreeMap;

use claviger_core::json_record;
use serde::{Deserialize, Serialize};

use super::entity::entity;

/// A managed policy with its versions.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ManagedPolicyRecord {
    /// The unique id, `ANPA…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The path.
    pub path: String,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// When its default version changed last, epoch milliseconds.
    pub updated_ms: i64,
    /// The owner's description.
    pub description: Option<String>,
    /// The versions by number.
    pub versions: BTreeMap<u32, PolicyVersion>,
    /// The version that is in force.
    pub default_version: u32,
    /// The highest number ever given: numbers are not used again.
    pub latest_version: u32,
    /// To how many users, groups and roles it is attached.
    pub attachments: u32,
    /// Of how many users and roles it is the permissions boundary.
    pub boundaries: u32,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

json_record!(ManagedPolicyRecord, "managed-policy");
entity! {
    ManagedPolicyRecord, Policy,

    fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.tags
    }
}

/// One version of a managed policy.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PolicyVersion {
    /// The text.
    pub document: String,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
}

impl ManagedPolicyRecord {
    /// The text that is in force; none when the record contradicts itself.
    pub(crate) fn default_document(&self) -> Option<&str> {
        let version = self.versions.get(&self.default_version)?;
        Some(&version.document)
    }
}
