//! A role.

use std::collections::BTreeMap;

use claviger_core::json_record;
use serde::{Deserialize, Serialize};

use super::{Holdings, entity::holder};

/// A role.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RoleRecord {
    /// The unique id, `AROA…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The path.
    pub path: String,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// The owner's description.
    pub description: Option<String>,
    /// The longest session, in seconds.
    pub session_seconds_max: i32,
    /// Who may assume it.
    pub trust: TrustPolicy,
    /// Its policies and tags.
    pub holdings: Holdings,
    /// Session tokens of an older epoch are void.
    pub epoch: u64,
}

json_record!(RoleRecord, "role");
holder!(RoleRecord, Role);

/// A trust policy with whom its ARNs named when it was written.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TrustPolicy {
    /// The text.
    pub document: String,
    /// The unique id behind each ARN: a namesake inherits nothing.
    pub bindings: BTreeMap<String, String>,
}
