//! Accounts and their root access keys.

use std::{collections::BTreeMap, sync::Arc};

use claviger_audit::Parameters;
use claviger_core::{
    Core,
    error::{self, Error},
    jobs,
    notes::ServiceEvent,
    pipeline::Outcome,
    records::{Fault, Record as _, Stored},
    staged::Staged,
};
use claviger_crypto::Rng;
use claviger_model::{AccountId, Secret, Timestamp};

use crate::{
    iam::{Iam, is_access_key_id},
    ids::{new_access_key_id, new_secret_access_key},
    records::{AccountRecord, CredentialRecord, KeyEntry},
};

/// The access key of an account root.
pub struct RootCredentials {
    /// The access key id, `AKIA...`.
    pub access_key_id: String,
    /// The secret access key.
    pub secret: Secret,
}

impl RootCredentials {
    /// New random credentials in the forms that AWS gives.
    ///
    /// # Errors
    /// The source of randomness fails.
    pub fn generate(rng: &dyn Rng) -> Result<Self, Error> {
        Ok(Self {
            access_key_id: new_access_key_id(rng)?,
            secret: new_secret_access_key(rng)?,
        })
    }

    /// Credentials that somebody chose; none when clients could not sign with them.
    pub fn chosen(access_key_id: &str, secret: Secret) -> Option<Self> {
        let usable = is_access_key_id(access_key_id) && !secret.is_empty();
        usable.then(|| Self {
            access_key_id: access_key_id.to_owned(),
            secret,
        })
    }

    /// The oldest active credentials of an account root, when the account exists and its root has any.
    ///
    /// # Errors
    /// The store fails, or what it holds does not open.
    pub async fn of(iam: &Iam, account: AccountId) -> Result<Option<Self>, Error> {
        let records = &iam.records;
        let Some(Stored { record, .. }) = records
            .read::<AccountRecord>(&AccountRecord::id(account))
            .await?
        else {
            return Ok(None);
        };
        let active = record.root_keys.into_iter().filter(|(_, key)| key.active);
        let Some((access_key_id, _)) = active.min_by_key(|(_, key)| key.created_ms) else {
            return Ok(None);
        };
        let id = CredentialRecord::id(records, &access_key_id);
        let stored = records.read::<CredentialRecord>(&id).await?;
        let secret = stored
            .ok_or(Fault::Format(CredentialRecord::TABLE))?
            .record
            .secret;
        Ok(Some(Self {
            access_key_id,
            secret,
        }))
    }
}

/// Creates an account with the given root credentials; an audit event says so.
///
/// # Errors
/// The account or the access key id exists already, or the store or the log fails.
pub async fn create_account(
    core: &Core,
    iam: &Iam,
    account: AccountId,
    root: &RootCredentials,
) -> Result<(), Error> {
    let mut staged = Staged::default();
    let created_ms = core.clock.now().epoch_ms();
    let key = KeyEntry {
        active: true,
        created_ms,
    };
    let record = AccountRecord {
        created_ms,
        root_keys: BTreeMap::from([(root.access_key_id.clone(), key)]),
    };
    staged.create(AccountRecord::id(account), Some(&account), &record)?;
    let credential = CredentialRecord {
        account,
        owner: account.to_string(),
        // EXPOSE: the copy is stored; whoever made the account still tells the secret to its owner.
        secret: Secret::copy_of(root.secret.expose()),
    };
    staged.create(
        CredentialRecord::id(&iam.records, &root.access_key_id),
        Some(&account),
        &credential,
    )?;
    let principals = Arc::clone(core.principals());
    staged.then(move |_| principals.changed());
    let mut details = Parameters::new();
    details
        .put_str("accountId", &account.to_string())
        .put_str("accessKeyId", &root.access_key_id);
    match jobs::commit(
        core,
        staged,
        ServiceEvent::of_deployment("CreateAccount", details),
    )
    .await?
    {
        Outcome::Committed => Ok(()),
        Outcome::Conflict => Err(error::validation(
            "The account or the access key id exists already.",
        )),
        Outcome::Unconfirmed(error) => Err(error),
    }
}

/// An account, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The twelve digits.
    pub id: AccountId,
    /// When it was created.
    pub created: Timestamp,
    /// The access key ids of its root, active or not.
    pub root_access_key_ids: Vec<String>,
}

/// Every account, in the order of their ids.
///
/// # Errors
/// The store fails, or what it holds does not open.
pub async fn accounts(iam: &Iam) -> Result<Vec<Account>, Error> {
    let mut accounts = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = iam
            .records
            .list::<AccountRecord>("", after.as_deref(), ACCOUNTS_PER_PAGE)
            .await?;
        let Some((last, _)) = page.last() else {
            return Ok(accounts);
        };
        after = Some(last.clone());
        for (id, stored) in page {
            let AccountRecord {
                created_ms,
                root_keys,
            } = stored.record;
            accounts.push(Account {
                id: AccountId::parse(&id).map_err(error::internal)?,
                created: Timestamp::from_epoch_ms(created_ms),
                root_access_key_ids: root_keys.into_keys().collect(),
            });
        }
    }
}

const ACCOUNTS_PER_PAGE: usize = 100;
