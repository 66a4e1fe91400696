//! What a token says, and whether that is good for us.

use std::collections::{BTreeMap, BTreeSet};

use claviger_model::Timestamp;
use serde::Deserialize;

use super::{HTTPS, Provider, Refusal, WebIdentity};
use crate::sts_ops::{check_tags, may_be_source_identity};

/// The claims that are looked at. A member that occurs twice makes the token malformed.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<OneOrMany>,
    azp: Option<String>,
    exp: Option<i64>,
    nbf: Option<i64>,
    iat: Option<i64>,
    #[serde(default)]
    amr: Vec<String>,
    #[serde(rename = "https://aws.amazon.com/tags")]
    tags: Option<Tags>,
    #[serde(rename = "https://aws.amazon.com/source_identity")]
    source_identity: Option<String>,
}

/// The one claim that is read before anything is proved.
#[derive(Deserialize)]
pub(super) struct Issued {
    pub(super) iss: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
#[derive(Default, Deserialize)]
struct Tags {
    #[serde(default)]
    principal_tags: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    transitive_tag_keys: Vec<String>,
}

impl Claims {
    /// Whom the claims speak of, if they are `provider`'s and good `now`.
    pub(super) fn identity(
        self,
        provider: &Provider<'_>,
        now: Timestamp,
    ) -> Result<WebIdentity, Refusal> {
        let issuer = self.iss.as_deref().ok_or(Refusal::Claim("iss"))?;
        if issuer.strip_prefix(HTTPS) != Some(provider.url) {
            return Err(Refusal::Issuer);
        }
        self.is_current(now)?;
        let audience = self.audience(provider)?.to_owned();
        let subject = self.sub.ok_or(Refusal::Claim("sub"))?;
        // The answer's own bounds for it.
        if !(1..=SUBJECT_BYTES_MAX).contains(&subject.len()) {
            return Err(Refusal::Claim("sub"));
        }
        let (tags, transitive_tags) = self.tags.unwrap_or_default().flat()?;
        let pairs = tags
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        check_tags(pairs).map_err(|_| Refusal::Tags)?;
        if self
            .source_identity
            .as_deref()
            .is_some_and(|source| !may_be_source_identity(source))
        {
            return Err(Refusal::SourceIdentity);
        }
        Ok(WebIdentity {
            provider_arn: provider.arn.to_owned(),
            issuer: provider.url.to_owned(),
            subject,
            audience,
            methods: self.amr,
            tags,
            transitive_tags,
            source_identity: self.source_identity,
        })
    }

    fn is_current(&self, now: Timestamp) -> Result<(), Refusal> {
        let end_seconds = self.exp.ok_or(Refusal::Claim("exp"))?;
        let now_seconds = now.epoch_seconds();
        if now_seconds >= end_seconds.saturating_add(LEEWAY_SECONDS) {
            return Err(Refusal::Expired { now, end_seconds });
        }
        let latest = now_seconds.saturating_add(LEEWAY_SECONDS);
        let begins = self.nbf.into_iter().chain(self.iat);
        if begins.max().is_some_and(|begin| begin > latest) {
            return Err(Refusal::NotYet);
        }
        Ok(())
    }

    /// The first accepted audience. The authorized party, when there is one, takes the place of `aud`.
    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
    fn audience(&self, provider: &Provider<'_>) -> Result<&str, Refusal> {
        let named = match (&self.azp, &self.aud) {
            (Some(party), _) => std::slice::from_ref(party),
            (None, Some(OneOrMany::One(audience))) => std::slice::from_ref(audience),
            (None, Some(OneOrMany::Many(audiences))) => audiences.as_slice(),
            (None, None) => return Err(Refusal::Claim("aud")),
        };
        named
            .iter()
            .find(|audience| provider.client_ids.contains(audience))
            .map(String::as_str)
            .ok_or(Refusal::Audience)
    }
}

impl Tags {
    /// The tags, each with one value, and the keys of the transitive ones.
    fn flat(self) -> Result<(BTreeMap<String, String>, BTreeSet<String>), Refusal> {
        let mut tags = BTreeMap::new();
        for (key, said) in self.principal_tags {
            let mut values = match said {
                OneOrMany::One(value) => vec![value],
                OneOrMany::Many(values) => values,
            };
            let value = values.pop();
            if !values.is_empty() {
                return Err(Refusal::Tags);
            }
            tags.extend(value.map(|value| (key, value)));
        }
        let mut transitive: BTreeSet<_> = self.transitive_tag_keys.into_iter().collect();
        transitive.retain(|key| tags.contains_key(key));
        Ok((tags, transitive))
    }
}

/// How far the clocks of provider and service may differ.
const LEEWAY_SECONDS: i64 = 60;
const SUBJECT_BYTES_MAX: usize = 255;
