//! What users, roles and groups carry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The policies and tags of a user, role or group.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Holdings {
    /// The inline policies, by name.
    pub inline: BTreeMap<String, String>,
    /// The attached managed policies, by ARN.
    pub attached: BTreeMap<String, ListedPolicy>,
    /// The permissions boundary, with its ARN.
    pub boundary: Option<(String, ListedPolicy)>,
    /// The tags, as they were spelled.
    pub tags: BTreeMap<String, String>,
}

/// A managed policy that somebody carries: if this policy is not there, or older than this, nobody is composed without it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ListedPolicy {
    /// Its unique id.
    pub id: String,
    /// The version that its record had at least. 0 for AWS's own, which are no records.
    pub version: u64,
}
