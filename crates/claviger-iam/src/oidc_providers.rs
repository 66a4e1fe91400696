//! OpenID Connect providers: whose tokens the trust policies of an account may speak of.

use std::collections::BTreeMap;

use claviger_core::{
    json_record,
    records::{Fault, Records, Stored},
};
use claviger_model::AccountId;
use serde::{Deserialize, Serialize};

/// An OpenID Connect provider of an account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct OidcProviderRecord {
    /// The owning account.
    pub account: String,
    /// The issuer without `https://`: host and path. Tokens carry it as `iss`, condition keys begin with it.
    pub url: String,
    /// The audiences that are accepted, in the order in which they were added.
    pub client_ids: Vec<String>,
    /// SHA-1 thumbprints of certificates of the issuer's server, in hex.
    pub thumbprints: Vec<String>,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

json_record!(OidcProviderRecord, "oidc-provider");

impl OidcProviderRecord {
    /// The provider with this ARN, when there is one.
    ///
    /// # Errors
    /// The store fails, or what it holds does not open.
    pub async fn of_arn(records: &Records, arn: &str) -> Result<Option<Stored<Self>>, Fault> {
        let Some((account, url)) = Self::parts(arn) else {
            return Ok(None);
        };
        let stored = records
            .read::<Self>(&Self::place(records, account, url))
            .await?;
        Ok(stored.filter(|stored| stored.record.arn() == arn))
    }

    /// The id within the table. The issuer is hidden, so that the store's holder does not learn it.
    pub fn place(records: &Records, account: AccountId, url: &str) -> String {
        let index = records.index("oidc-provider", &[url.as_bytes()]);
        format!("{}{index}", Self::prefix(account))
    }

    /// What the ids of all providers of an account begin with.
    pub fn prefix(account: AccountId) -> String {
        format!("{account}/")
    }

    /// The ARN.
    pub fn arn(&self) -> String {
        let Self { account, url, .. } = self;
        format!("arn:aws:iam::{account}:oidc-provider/{url}")
    }

    /// The ARN that the provider of this issuer has or would have.
    pub fn arn_of(account: AccountId, url: &str) -> String {
        format!("arn:aws:iam::{account}:oidc-provider/{url}")
    }

    /// Account and issuer of a provider's ARN.
    pub fn parts(arn: &str) -> Option<(AccountId, &str)> {
        let (account, url) = arn.strip_prefix("arn:aws:iam::")?.split_once(':')?;
        let url = url.strip_prefix("oidc-provider/")?;
        Some((AccountId::parse(account).ok()?, url))
    }
}
