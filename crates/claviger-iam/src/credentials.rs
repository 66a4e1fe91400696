//! What a signature is verified with.

use std::sync::Arc;

use claviger_core::{
    call::Caller,
    records::{Fault, Records},
};
use claviger_model::Secret;

use crate::{
    compose::{compose_root, compose_user},
    entities::by_id,
    records::{AccessKeys, AccountRecord, CredentialRecord, UserRecord},
};

/// An access key with the principal that it speaks for.
pub struct Credential {
    /// The secret access key.
    pub secret: Secret,
    /// The principal.
    pub caller: Arc<Caller>,
    /// Changes whenever the secret of this access key id does.
    pub version: u64,
}

/// The credential of a long-term access key. None when there is no such key, or it is not active, or its owner is gone or
/// does not list it.
///
/// # Errors
/// The store fails, what it holds does not open, or the owner lists something that is not there.
pub(crate) async fn long_term(
    records: &Records,
    access_key_id: &str,
) -> Result<Option<Credential>, Fault> {
    let id = CredentialRecord::id(records, access_key_id);
    let Some(stored) = records.read::<CredentialRecord>(&id).await? else {
        return Ok(None);
    };
    let version = stored.version;
    let CredentialRecord {
        account,
        owner,
        secret,
    } = stored.record;
    let caller = if owner == account.to_string() {
        let id = AccountRecord::id(account);
        match records.read::<AccountRecord>(&id).await? {
            Some(of) if active(&of.record.root_keys, access_key_id) => compose_root(account)?,
            Some(_) | None => return Ok(None),
        }
    } else {
        match by_id::<UserRecord>(records, account, &owner).await? {
            Some(user) if active(&user.record.access_keys, access_key_id) => {
                compose_user(records, account, &user.record).await?
            }
            Some(_) | None => return Ok(None),
        }
    };
    Ok(Some(Credential {
        secret,
        caller: Arc::new(Caller {
            access_key_id: access_key_id.to_owned(),
            ..caller
        }),
        version,
    }))
}

fn active(keys: &AccessKeys, access_key_id: &str) -> bool {
    keys.get(access_key_id).is_some_and(|entry| entry.active)
}
