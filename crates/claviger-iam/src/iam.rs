//! Who exists and who signs.

use std::sync::Arc;

use claviger_core::{
    Asked, Principals,
    cache::Cache,
    records::{Fault, Records},
};
use claviger_model::{AccountId, Secret};
use claviger_policy::{ParseError, Policy, PolicyKind, PrincipalRef};

use crate::{
    credentials::Credential,
    records::{AccountRecord, CredentialRecord},
};

/// The identities of a deployment.
pub struct Iam {
    pub(crate) records: Records,
    pub(crate) credentials: Arc<Cache<String, Credential>>,
    root_policy: Arc<Policy>,
    authentication: Authentication,
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
    /// The identities that stand in `records`.
    ///
    /// # Errors
    /// The policy of account roots, which is part of this crate, does not parse.
    pub fn new(records: Records, authentication: Authentication) -> Result<Arc<Self>, ParseError> {
        let root_policy = Arc::new(Policy::parse(ROOT_POLICY, PolicyKind::Identity)?);
        let credentials = Arc::new(Cache::new(CREDENTIALS_CACHED_MAX));
        Ok(Arc::new(Self {
            records,
            credentials,
            root_policy,
            authentication,
        }))
    }

    /// The credential, when it is in memory already.
    pub fn cached(&self, access_key_id: &str) -> Option<Arc<Credential>> {
        self.credentials.look(access_key_id)
    }

    /// The credential of an access key id; none when there is no such key.
    ///
    /// # Errors
    /// The store fails, or what it holds does not open.
    pub async fn credential(&self, access_key_id: &str) -> Result<Option<Arc<Credential>>, Fault> {
        if let Authentication::AnyCredentials { default_account } = self.authentication {
            return Ok(Some(Arc::new(
                self.unverified(access_key_id, default_account),
            )));
        }
        if !is_access_key_id(access_key_id) {
            return Ok(None);
        }
        let key = access_key_id.to_owned();
        let lease = self.credentials.lease(&key);
        let id = CredentialRecord::id(&self.records, access_key_id);
        let Some(stored) = self.records.read::<CredentialRecord>(&id).await? else {
            self.credentials.release(&key, lease);
            return Ok(None);
        };
        let CredentialRecord { account, secret } = stored.record;
        let found = Credential::of_root(
            account,
            access_key_id,
            secret,
            stored.version,
            &self.root_policy,
            true,
        );
        let found = Arc::new(found);
        self.credentials
            .fill(&key, lease, stored.revision, Arc::clone(&found));
        Ok(Some(found))
    }

    fn unverified(&self, access_key_id: &str, default_account: AccountId) -> Credential {
        let account = AccountId::parse(access_key_id).unwrap_or(default_account);
        let no_secret = Secret::copy_of(&[]);
        Credential::of_root(
            account,
            access_key_id,
            no_secret,
            0,
            &self.root_policy,
            false,
        )
    }

    async fn account_exists(&self, account: &str) -> Result<bool, Fault> {
        let Ok(account) = AccountId::parse(account) else {
            return Ok(false);
        };
        match self.authentication {
            Authentication::AnyCredentials { .. } => Ok(true),
            Authentication::Verified => Ok(self
                .records
                .read::<AccountRecord>(&AccountRecord::id(account))
                .await?
                .is_some()),
        }
    }
}

impl Principals for Iam {
    fn resolve<'a>(&'a self, principal: &'a PrincipalRef) -> Asked<'a, Option<String>> {
        Box::pin(async move {
            match principal {
                PrincipalRef::AnyOne => Ok(Some("*".to_owned())),
                PrincipalRef::Account(account) => {
                    let account = account.to_string();
                    Ok(self.account_exists(&account).await?.then_some(account))
                }
                // A service can be named as in AWS; none ever calls here.
                PrincipalRef::Service(service) => Ok(Some(service.clone())),
                // There are no users, roles or providers yet.
                PrincipalRef::Arn(_)
                | PrincipalRef::UniqueId(_)
                | PrincipalRef::Federated(_)
                | PrincipalRef::CanonicalUser(_) => Ok(None),
            }
        })
    }

    fn arn_of<'a>(&'a self, _: &'a str) -> Asked<'a, Option<String>> {
        Box::pin(async { Ok(None) })
    }

    // Accounts are only ever added.
    fn changed(&self) {}
}

/// Whether this can be an access key id at all: what strangers send is looked up only if it can be one.
pub(crate) fn is_access_key_id(text: &str) -> bool {
    (1..=ACCESS_KEY_ID_LETTERS_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The account root's identity policy. Key policies must still delegate to the account.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html>
const ROOT_POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
// AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
const ACCESS_KEY_ID_LETTERS_MAX: usize = 128;
const CREDENTIALS_CACHED_MAX: usize = 10_000;
