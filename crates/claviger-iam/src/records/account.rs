//! An account.

use claviger_core::json_record;
use claviger_model::AccountId;
use serde::{Deserialize, Serialize};

use super::AccessKeys;

/// An account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AccountRecord {
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// The access keys of its root.
    pub root_keys: AccessKeys,
}

json_record!(AccountRecord, "account");

impl AccountRecord {
    /// The id within the table.
    pub(crate) fn id(account: AccountId) -> String {
        account.to_string()
    }
}
