//! A user and the access keys that are listed with it.

use std::collections::BTreeMap;

use claviger_core::json_record;
use serde::{Deserialize, Serialize};

use super::{Holdings, entity::holder};

/// A user.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct UserRecord {
    /// The unique id, `AIDA…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The path.
    pub path: String,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// Its access keys.
    pub access_keys: AccessKeys,
    /// The groups that it is in, by unique id, with the version that each record had at least.
    pub groups: BTreeMap<String, u64>,
    /// Its policies and tags.
    pub holdings: Holdings,
    /// Session tokens of an older epoch are void.
    pub epoch: u64,
}

json_record!(UserRecord, "user");
holder!(UserRecord, User);

/// Access keys by id. A key that is not listed here opens nothing.
pub(crate) type AccessKeys = BTreeMap<String, KeyEntry>;

/// One access key, without its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct KeyEntry {
    /// Whether it may be used.
    pub active: bool,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
}
