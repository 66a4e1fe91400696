//! Accounts and their root access keys.

use claviger_audit::Parameters;
use claviger_core::{
    Core,
    error::{self, Error},
    jobs,
    notes::ServiceEvent,
    pipeline::Outcome,
    records::{Fault, Record, Stored},
    staged::Staged,
};
use claviger_crypto::Rng;
use claviger_model::{AccountId, Secret};

use crate::{
    iam::{Iam, is_access_key_id},
    records::{AccountRecord, CredentialRecord},
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
        let id = letters(rng, ID_LETTERS, ID_ALPHABET)?;
        let id = String::from_utf8(id.expose().to_vec()).map_err(error::internal)?;
        let secret = letters(rng, SECRET_LETTERS, SECRET_ALPHABET)?;
        Ok(Self {
            access_key_id: format!("AKIA{id}"),
            secret,
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

    /// The credentials of an account root, when the account exists.
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
        let access_key_id = record.root_access_key_id;
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
    let record = AccountRecord {
        created_ms: core.clock.now().epoch_ms(),
        root_access_key_id: root.access_key_id.clone(),
    };
    staged.create(AccountRecord::id(account), Some(&account), &record)?;
    let credential = CredentialRecord {
        account,
        secret: Secret::copy_of(root.secret.expose()),
    };
    staged.create(
        CredentialRecord::id(&iam.records, &root.access_key_id),
        Some(&account),
        &credential,
    )?;
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

/// Random letters. The alphabets have 32 and 64 letters, so that every letter is equally likely.
fn letters(rng: &dyn Rng, count: usize, alphabet: &[u8]) -> Result<Secret, Error> {
    let random = Secret::try_filled(count, |out| rng.fill(out)).map_err(|_| Fault::Engine)?;
    Ok(Secret::filled(count, |out| {
        for (letter, byte) in out.iter_mut().zip(random.expose()) {
            let index = usize::from(*byte)
                .checked_rem(alphabet.len())
                .unwrap_or_default();
            *letter = alphabet.get(index).copied().unwrap_or_default();
        }
    }))
}

const ID_ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ID_LETTERS: usize = 16;
const SECRET_ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SECRET_LETTERS: usize = 40;
