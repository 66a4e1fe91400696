//! What a token says, and whether that is good for us.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use claviger_model::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{HTTPS, Provider, Refusal, WebIdentity};
use crate::sts_ops::{check_tags, may_be_source_identity};

/// The claims that are looked at. A member that occurs twice makes the token malformed.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: Option<Value>,
    sub: Option<Value>,
    aud: Option<Value>,
    azp: Option<Value>,
    exp: Option<Value>,
    nbf: Option<Value>,
    iat: Option<Value>,
    amr: Option<Value>,
    #[serde(rename = "https://aws.amazon.com/tags")]
    tags: Option<Value>,
    #[serde(rename = "https://aws.amazon.com/source_identity")]
    source_identity: Option<Value>,
}

/// The one claim that is read before anything is proved.
#[derive(Deserialize)]
pub(super) struct Issued {
    pub(super) iss: String,
}

/// Whole seconds since 1970; a token may have fractions.
// RFC 7519, 2.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
struct NumericDate(i64);

impl TryFrom<f64> for NumericDate {
    type Error = &'static str;

    fn try_from(seconds: f64) -> Result<Self, Self::Error> {
        let since_1970 = Duration::try_from_secs_f64(seconds).ok();
        let whole = since_1970.and_then(|time| i64::try_from(time.as_secs()).ok());
        whole.map(Self).ok_or("no date")
    }
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
        let issuer = required::<String>("iss", self.iss)?;
        if issuer.strip_prefix(HTTPS) != Some(provider.url) {
            return Err(Refusal::Issuer);
        }
        let ends = required("exp", self.exp)?;
        let begins = [optional("nbf", self.nbf)?, optional("iat", self.iat)?];
        is_current(ends, begins, now)?;
        let party = optional("azp", self.azp)?;
        let audience = audience(party, optional("aud", self.aud)?, provider)?;
        let subject = required::<String>("sub", self.sub)?;
        // The answer's own bounds for it.
        if !(1..=SUBJECT_BYTES_MAX).contains(&subject.len()) {
            return Err(Refusal::Claim("sub"));
        }
        let tags: Option<Tags> = typed(self.tags, Refusal::Tags)?;
        let (tags, transitive_tags) = tags.unwrap_or_default().flat()?;
        let pairs = tags
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        check_tags(pairs).map_err(|_| Refusal::Tags)?;
        let source_identity: Option<String> = typed(self.source_identity, Refusal::SourceIdentity)?;
        if source_identity
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
            methods: optional("amr", self.amr)?.unwrap_or_default(),
            tags,
            transitive_tags,
            source_identity,
        })
    }
}

/// A claim of the type that it must have. What has another is not as good as absent.
fn typed<T: DeserializeOwned>(
    claim: Option<Value>,
    refusal: Refusal,
) -> Result<Option<T>, Refusal> {
    let typed = claim.map(serde_json::from_value).transpose();
    typed.map_err(|_| refusal)
}

fn optional<T: DeserializeOwned>(
    name: &'static str,
    claim: Option<Value>,
) -> Result<Option<T>, Refusal> {
    typed(claim, Refusal::Claim(name))
}

fn required<T: DeserializeOwned>(name: &'static str, claim: Option<Value>) -> Result<T, Refusal> {
    optional(name, claim)?.ok_or(Refusal::Claim(name))
}

fn is_current(
    NumericDate(end_seconds): NumericDate,
    begins: [Option<NumericDate>; 2],
    now: Timestamp,
) -> Result<(), Refusal> {
    let now_seconds = now.epoch_seconds();
    if now_seconds >= end_seconds.saturating_add(LEEWAY_SECONDS) {
        return Err(Refusal::Expired { now, end_seconds });
    }
    let latest = now_seconds.saturating_add(LEEWAY_SECONDS);
    let mut begins = begins.into_iter().flatten();
    if begins.any(|NumericDate(begin)| begin > latest) {
        return Err(Refusal::NotYet);
    }
    Ok(())
}

/// The first accepted audience. The authorized party, when there is one, takes the place of `aud`.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
fn audience(
    party: Option<String>,
    audience: Option<OneOrMany>,
    provider: &Provider<'_>,
) -> Result<String, Refusal> {
    let named = match (party, audience) {
        (Some(one), _) | (None, Some(OneOrMany::One(one))) => vec![one],
        (None, Some(OneOrMany::Many(audiences))) => audiences,
        (None, None) => return Err(Refusal::Claim("aud")),
    };
    let mut named = named.into_iter();
    named
        .find(|audience| provider.client_ids.contains(audience))
        .ok_or(Refusal::Audience)
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
