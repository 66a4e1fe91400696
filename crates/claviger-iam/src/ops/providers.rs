//! What the operations on OpenID Connect providers share.

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Ask, On, Subject},
    records::Stored,
    rule::Rule,
};
use claviger_model::AccountId;
use claviger_policy::{Values, is_issuer};

use crate::{errors, oidc_providers::OidcProviderRecord, subjects};

/// The provider that a request names by its ARN.
pub(crate) struct OneProvider {
    account: AccountId,
    arn: String,
    found: Option<Stored<OidcProviderRecord>>,
}

impl Subject for OneProvider {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        _: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let own = OidcProviderRecord::parts(wanted)
            .is_some_and(|(account, _)| account == cx.caller.account);
        let found = if own {
            OidcProviderRecord::of_arn(&cx.core.records, wanted).await?
        } else {
            None
        };
        Ok(Self {
            account: cx.caller.account,
            arn: wanted.to_owned(),
            found,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        subjects::asks(rule, On::Entity(&self.arn)).into_iter()
    }

    fn agrees(&self) -> Result<(), Error> {
        match OidcProviderRecord::parts(&self.arn) {
            Some(_) => Ok(()),
            None => Err(errors::invalid_arn(&self.arn)),
        }
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        let name = key
            .strip_prefix("aws:resourcetag/")
            .or_else(|| key.strip_prefix("iam:resourcetag/"))?;
        Values::of_pairs(&self.found()?.record.tags, name)
    }

    fn lanes(&self) -> Vec<u64> {
        subjects::lanes(self.account)
    }
}

impl OneProvider {
    /// The provider, if there is one.
    pub(super) fn found(&self) -> Option<&Stored<OidcProviderRecord>> {
        self.found.as_ref()
    }

    /// The provider.
    pub(super) fn stored(&self) -> Result<&Stored<OidcProviderRecord>, Error> {
        self.found()
            .ok_or_else(|| errors::no_such_provider(&self.arn))
    }
}

/// A provider that shall be created.
pub(crate) struct NewProvider {
    /// The issuer without its scheme.
    pub(super) url: String,
    account: AccountId,
    arn: String,
    exists: bool,
}

impl Subject for NewProvider {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        _: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let url = wanted.strip_prefix(SCHEME).unwrap_or(wanted);
        let arn = OidcProviderRecord::arn_of(cx.caller.account, url);
        let found = OidcProviderRecord::of_arn(&cx.core.records, &arn).await?;
        Ok(Self {
            url: url.to_owned(),
            account: cx.caller.account,
            arn,
            exists: found.is_some(),
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        subjects::asks(rule, On::Entity(&self.arn)).into_iter()
    }

    fn lanes(&self) -> Vec<u64> {
        subjects::lanes(self.account)
    }
}

impl NewProvider {
    /// Refuses an issuer that the account has already.
    pub(super) fn is_free(&self) -> Result<(), Error> {
        if self.exists {
            Err(errors::provider_exists(&format!("{SCHEME}{}", self.url)))
        } else {
            Ok(())
        }
    }
}

/// Every provider of the caller's account.
pub(super) async fn of_account(cx: &Cx<'_>) -> Result<Vec<OidcProviderRecord>, Error> {
    let prefix = OidcProviderRecord::prefix(cx.caller.account);
    let more = PER_ACCOUNT_MAX.saturating_add(1);
    let listed = cx.core.records.list(&prefix, None, more).await?;
    Ok(listed
        .into_iter()
        .map(|(_, stored)| stored.record)
        .collect())
}

/// Refuses one more when the account has as many as it may have.
pub(super) async fn within_quota(cx: &Cx<'_>) -> Result<(), Error> {
    if of_account(cx).await?.len() < PER_ACCOUNT_MAX {
        Ok(())
    } else {
        Err(errors::quota(
            "OpenIdConnectProvidersPerAccount",
            PER_ACCOUNT_MAX,
        ))
    }
}

/// Refuses what can't be an issuer.
pub(super) fn check_url(url: &str) -> Result<(), Error> {
    match url.strip_prefix(SCHEME) {
        Some(issuer) if is_issuer(issuer) => Ok(()),
        Some(_) | None => Err(errors::invalid_provider_url()),
    }
}

/// Refuses too many audiences.
pub(super) fn check_client_ids(client_ids: &[String]) -> Result<(), Error> {
    if client_ids.len() > CLIENT_IDS_MAX {
        return Err(errors::quota(
            "ClientIdsPerOpenIdConnectProvider",
            CLIENT_IDS_MAX,
        ));
    }
    Ok(())
}

/// The thumbprints of a request: SHA-1 digests in hex.
// DIFFERS: where none is given, AWS fetches the certificates of the issuer and keeps a thumbprint of its own; here the
// list stays empty, and the issuer's server must have a certificate that a trusted authority has signed.
pub(super) fn thumbprints(given: &[String]) -> Result<Vec<String>, Error> {
    if given.len() > THUMBPRINTS_MAX {
        return Err(errors::too_many_thumbprints(THUMBPRINTS_MAX));
    }
    let is_digest = |text: &String| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if given.iter().all(is_digest) {
        Ok(given.iter().map(|text| text.to_ascii_lowercase()).collect())
    } else {
        Err(errors::invalid_thumbprint())
    }
}

/// Stages the changed record.
pub(super) fn replace(
    cx: &mut Cx<'_>,
    stored: &Stored<OidcProviderRecord>,
    record: &OidcProviderRecord,
) -> Result<(), Error> {
    let account = cx.caller.account;
    let place = OidcProviderRecord::place(&cx.core.records, account, &record.url);
    let read = (stored.version, stored.revision);
    Ok(cx.staged.replace(place, Some(&account), read, record)?)
}

pub(super) fn put_client_ids(out: &mut Parameters, client_ids: &[String]) {
    out.put_strings("clientIDList", client_ids);
}

pub(super) fn put_thumbprints(out: &mut Parameters, thumbprints: &[String]) {
    out.put_strings("thumbprintList", thumbprints);
}

const SCHEME: &str = "https://";
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const PER_ACCOUNT_MAX: usize = 100;
const CLIENT_IDS_MAX: usize = 100;
const THUMBPRINTS_MAX: usize = 5;
