//! Who exists and who signs.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use claviger_core::{
    Asked, Principals,
    cache::Cache,
    call::{Call, Caller},
    records::{Fault, Records},
    rule::Service,
};
use claviger_model::{AccountId, Secret, Timestamp};
use claviger_policy::PrincipalRef;

use crate::{
    compose::compose_root,
    credentials::{Credential, long_term},
    last_used::Uses,
    principals,
    records::AccountRecord,
    sessions::{OPENED_MAX, Opened, Presented},
    web_identity::{KeySetSource, KeySets},
};

/// The identities of a deployment.
pub struct Iam {
    pub(crate) records: Records,
    credentials: Cache<String, Composed>,
    pub(crate) sessions: Opened,
    pub(crate) key_sets: KeySets,
    /// How often identities were changed. What was composed before the last change is void, so that a slow reader can't
    /// bring a right back that was taken away meanwhile.
    generation: AtomicU64,
    pub(crate) uses: Uses,
    authentication: Authentication,
}

/// A credential, and the generation that its composition began in.
struct Composed {
    credential: Arc<Credential>,
    generation: u64,
}

/// What an access key id proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Nothing without the right signature.
    Verified,
    /// Everything: `dev --any-credentials`. Twelve digits are the root of that account, anything else is the root of
    /// the default account.
    AnyCredentials {
        /// The default account.
        default_account: AccountId,
    },
}

impl Iam {
    /// The identities that stand in `records`; the keys of identity providers come from `key_sets`.
    ///
    /// # Errors
    /// The policy of account roots, which is part of this crate, does not parse.
    pub fn new(
        records: Records,
        authentication: Authentication,
        key_sets: Arc<dyn KeySetSource>,
    ) -> Result<Arc<Self>, Fault> {
        crate::compose::root_policy()?;
        Ok(Arc::new(Self {
            records,
            credentials: Cache::new(CREDENTIALS_CACHED_MAX),
            sessions: Opened::new(OPENED_MAX),
            key_sets: KeySets::new(key_sets),
            generation: AtomicU64::new(0),
            uses: Uses::default(),
            authentication,
        }))
    }

    /// The credential, when it is in memory already and no identity has changed since.
    pub fn cached(&self, access_key_id: &str) -> Option<Arc<Credential>> {
        self.credentials
            .look_into(access_key_id, |composed| {
                let current = composed.generation == self.generation();
                current.then(|| Arc::clone(&composed.credential))
            })
            .flatten()
    }

    /// The credential of an access key id; none when there is no such key or it is not active.
    ///
    /// # Errors
    /// The store fails, what it holds does not open, or the owner lists something that is not there.
    pub async fn credential(&self, access_key_id: &str) -> Result<Option<Arc<Credential>>, Fault> {
        if let Authentication::AnyCredentials { default_account } = self.authentication {
            let unverified = unverified(access_key_id, default_account)?;
            return Ok(Some(Arc::new(unverified)));
        }
        if !is_access_key_id(access_key_id) {
            return Ok(None);
        }
        let key = access_key_id.to_owned();
        // Both before the store is read: a change that is committed meanwhile voids what is composed here.
        let generation = self.generation();
        let lease = self.credentials.lease(&key);
        let Some(credential) = long_term(&self.records, access_key_id).await? else {
            self.credentials.release(&key, lease);
            return Ok(None);
        };
        let credential = Arc::new(credential);
        let composed = Composed {
            credential: Arc::clone(&credential),
            generation,
        };
        self.credentials
            .fill(&key, lease, generation, Arc::new(composed));
        Ok(Some(credential))
    }

    /// What an access key id and the token that came with it stand for, when that is in memory already.
    pub fn cached_presented(
        &self,
        access_key_id: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Option<Presented> {
        match token.filter(|_| self.authentication == Authentication::Verified) {
            Some(token) => self.cached_session(access_key_id, token, now),
            None => self.cached(access_key_id).map(Presented::Known),
        }
    }

    /// What an access key id and the token that came with it stand for. Access keys have no tokens, sessions have one.
    ///
    /// # Errors
    /// As [`Iam::credential`].
    pub async fn presented(
        &self,
        access_key_id: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Presented, Fault> {
        match token.filter(|_| self.authentication == Authentication::Verified) {
            Some(token) => self.session(access_key_id, token, now).await,
            None => {
                let known = self.credential(access_key_id).await?;
                Ok(known.map_or(Presented::Unknown, Presented::Known))
            }
        }
    }

    /// Notes that an access key was used for this call.
    pub fn note_use(&self, call: &Call, service: Service, now: Timestamp) {
        self.uses.note(call, service, now.epoch_ms());
    }

    /// Whether an account exists; with any credentials, every one does.
    pub(crate) async fn account_exists(&self, account: AccountId) -> Result<bool, Fault> {
        match self.authentication {
            Authentication::AnyCredentials { .. } => Ok(true),
            Authentication::Verified => Ok(self
                .records
                .read::<AccountRecord>(&AccountRecord::id(account))
                .await?
                .is_some()),
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

impl Principals for Iam {
    fn resolve<'a>(&'a self, principal: &'a PrincipalRef) -> Asked<'a, Option<String>> {
        Box::pin(principals::resolve(self, principal))
    }

    fn arn_of<'a>(&'a self, unique_id: &'a str) -> Asked<'a, Option<String>> {
        Box::pin(principals::arn_of(self, unique_id))
    }

    fn changed(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

/// Whether this can be an access key id at all: what strangers send is looked up only if it can be one.
pub(crate) fn is_access_key_id(text: &str) -> bool {
    (1..=ACCESS_KEY_ID_LETTERS_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn unverified(access_key_id: &str, default_account: AccountId) -> Result<Credential, Fault> {
    let account = AccountId::parse(access_key_id).unwrap_or(default_account);
    let caller = Caller {
        access_key_id: access_key_id.to_owned(),
        verified: false,
        ..compose_root(account)?
    };
    Ok(Credential {
        secret: Secret::copy_of(&[]),
        caller: Arc::new(caller),
        version: 0,
    })
}

// AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
const ACCESS_KEY_ID_LETTERS_MAX: usize = 128;
const CREDENTIALS_CACHED_MAX: usize = 10_000;
