//! An alias: a name in an account and Region that points to a key.

use claviger_model::{AccountId, AliasName, KeyId, Region, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{json_record, records::Records};

/// What an alias record says. The key's own record lists the alias as well; both change in one batch.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct AliasRecord {
    /// The name, `alias/...`.
    pub name: String,
    /// The key it points to.
    pub target: Uuid,
    /// Whether the key's id is printed with the `mrk-` prefix.
    pub target_multi_region: bool,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// When its target last changed, epoch milliseconds.
    pub updated_ms: i64,
}

json_record!(AliasRecord, "alias");

impl AliasRecord {
    /// The id of the key, as it is printed.
    pub fn target_key_id(&self) -> KeyId {
        KeyId::new(self.target, self.target_multi_region)
    }

    /// When it was created.
    pub fn created(&self) -> Timestamp {
        Timestamp::from_epoch_ms(self.created_ms)
    }

    /// When its target last changed.
    pub fn updated(&self) -> Timestamp {
        Timestamp::from_epoch_ms(self.updated_ms)
    }
}

/// Names one alias.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AliasPlace {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// The name.
    pub name: AliasName,
}

impl AliasPlace {
    /// The id within the table. The name is hidden, so that the store's holder does not learn it.
    pub fn id(&self, records: &Records) -> String {
        let name = records.index("alias", &[self.name.as_str().as_bytes()]);
        format!("{}{name}", Self::prefix(&self.account, &self.region))
    }

    /// What the ids of all aliases of an account and Region begin with.
    pub fn prefix(account: &AccountId, region: &Region) -> String {
        format!("{account}/{region}/")
    }

    /// The alias ARN.
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:kms:{}:{}:{}",
            self.region,
            self.account,
            self.name.as_str()
        )
    }
}
