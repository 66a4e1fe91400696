//! What is stored of accounts and credentials.

use claviger_core::{
    json_record,
    records::{Fault, Record, Records},
};
use claviger_model::{AccountId, Secret};
use serde::{Deserialize, Serialize};

/// An account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct AccountRecord {
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// The access key id of its root.
    pub root_access_key_id: String,
}

json_record!(AccountRecord, "account");

impl AccountRecord {
    /// The id within the table.
    pub fn id(account: AccountId) -> String {
        account.to_string()
    }
}

/// An access key of an account root. SigV4 secrets are HMAC keys: they must be kept readable, and so behind the barrier.
pub struct CredentialRecord {
    /// The account that the key is the root of.
    pub account: AccountId,
    /// The secret access key.
    pub secret: Secret,
}

impl Record for CredentialRecord {
    const TABLE: &'static str = "credential";
    const FORMAT: u8 = 1;

    fn write(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        // Reserved first: a vector that grows leaves a copy behind.
        out.reserve_exact(ACCOUNT_BYTES.saturating_add(self.secret.len()));
        out.extend_from_slice(&self.account.as_u64().to_be_bytes());
        // EXPOSE: the plaintext of a record, sealed by whoever called.
        out.extend_from_slice(self.secret.expose());
        Ok(())
    }

    fn read(format: u8, bytes: &[u8]) -> Result<Self, Fault> {
        let unknown = || Fault::Format(Self::TABLE);
        let (account, secret) = bytes
            .split_first_chunk::<ACCOUNT_BYTES>()
            .ok_or_else(unknown)?;
        let account = AccountId::from_u64(u64::from_be_bytes(*account)).map_err(|_| unknown())?;
        if format == Self::FORMAT {
            Ok(Self {
                account,
                secret: Secret::copy_of(secret),
            })
        } else {
            Err(unknown())
        }
    }
}

impl CredentialRecord {
    /// The id within the table; the store does not learn the access key id.
    pub fn id(records: &Records, access_key_id: &str) -> String {
        records.index("access-key", &[access_key_id.as_bytes()])
    }
}

const ACCOUNT_BYTES: usize = 8;
