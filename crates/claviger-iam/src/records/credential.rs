//! The secret of an access key.

use claviger_core::records::{Fault, Record, Records};
use claviger_model::{AccountId, Secret};

/// An access key. SigV4 secrets are HMAC keys: they must be kept readable, and so behind the barrier.
///
/// The record alone opens nothing: the account or user that owns the key must list it as active.
pub(crate) struct CredentialRecord {
    /// The account.
    pub account: AccountId,
    /// The unique id of whom the key speaks for: `AIDA…` of a user, the account id of the root.
    pub owner: String,
    /// The secret access key.
    pub secret: Secret,
}

impl Record for CredentialRecord {
    const TABLE: &'static str = "credential";
    const FORMAT: u8 = 1;

    fn write(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let owner = &self.owner;
        let owner_bytes = u8::try_from(owner.len()).map_err(|_| Fault::Format(Self::TABLE))?;
        // Reserved first: a vector that grows leaves a copy behind.
        let fixed = HEADER_BYTES.saturating_add(owner.len());
        out.reserve_exact(fixed.saturating_add(self.secret.len()));
        out.extend_from_slice(&self.account.as_u64().to_be_bytes());
        out.push(owner_bytes);
        out.extend_from_slice(owner.as_bytes());
        // EXPOSE: the plaintext of a record, sealed by whoever called.
        out.extend_from_slice(self.secret.expose());
        Ok(())
    }

    fn read(format: u8, bytes: &[u8]) -> Result<Self, Fault> {
        if format != Self::FORMAT {
            return Err(Fault::Format(Self::TABLE));
        }
        read(bytes).ok_or(Fault::Format(Self::TABLE))
    }
}

impl CredentialRecord {
    /// The id within the table; the store does not learn the access key id.
    pub(crate) fn id(records: &Records, access_key_id: &str) -> String {
        records.index("access-key", &[access_key_id.as_bytes()])
    }
}

fn read(bytes: &[u8]) -> Option<CredentialRecord> {
    let (account, rest) = bytes.split_first_chunk()?;
    let (owner_bytes, rest) = rest.split_first()?;
    let (owner, secret) = rest.split_at_checked(usize::from(*owner_bytes))?;
    Some(CredentialRecord {
        account: AccountId::from_u64(u64::from_be_bytes(*account)).ok()?,
        owner: std::str::from_utf8(owner).ok()?.to_owned(),
        secret: Secret::copy_of(secret),
    })
}

const HEADER_BYTES: usize = 9;
