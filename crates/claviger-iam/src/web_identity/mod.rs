//! Web identities: whom the tokens of OpenID Connect providers speak of.
//!
//! A token is believed when a key that its provider publishes has signed it, with an algorithm that such a key is for,
//! and when it was made by that provider, for one of the audiences that the account accepts, and for now. What the
//! token says about its own key (`jwk`, `jku`, `x5c` ...) is never looked at.

mod claims;
mod key_set;
mod key_sets;
mod refusal;
mod sign_in;

pub use claviger_core::call::WebIdentity;
use claviger_model::Timestamp;
use jsonwebtoken::{
    Algorithm, Header, Validation, dangerous::insecure_decode_claims, errors::ErrorKind,
};

use self::{
    claims::{Claims, Issued},
    key_set::is_accepted,
};
pub use self::{
    key_sets::{KeySetSource, KeySets, Unavailable},
    refusal::Refusal,
};

/// What an account registered of a provider.
#[derive(Clone, Copy, Debug)]
pub struct Provider<'a> {
    /// The provider's ARN.
    pub arn: &'a str,
    /// The issuer without `https://`.
    pub url: &'a str,
    /// The audiences that are accepted.
    pub client_ids: &'a [String],
}

/// The issuer that a token names, without `https://`. Nothing of it is proved: it only tells which provider to ask about.
///
/// # Errors
/// What is no token.
pub fn claimed_issuer(token: &str) -> Result<String, Refusal> {
    let Issued { iss } = insecure_decode_claims(token).map_err(|_| Refusal::NoToken)?;
    iss.strip_prefix(HTTPS)
        .map(str::to_owned)
        .ok_or(Refusal::NoToken)
}

/// Verifies a token against the keys that its provider publishes.
///
/// # Errors
/// A [`Refusal`] that tells what AWS tells.
pub async fn verify(
    token: &str,
    provider: &Provider<'_>,
    key_sets: &KeySets,
    now: Timestamp,
) -> Result<WebIdentity, Refusal> {
    let Header { alg, kid, crit, .. } =
        jsonwebtoken::decode_header(token).map_err(|_| Refusal::NoToken)?;
    // RFC 7515, 4.1.11: whoever does not understand what is critical must refuse.
    if !is_accepted(alg) || crit.is_some() {
        return Err(Refusal::Signature);
    }
    let kid = kid.ok_or(Refusal::NoKey)?;
    let issuer = format!("{HTTPS}{}", provider.url);
    let key = key_sets.key(&issuer, &kid, alg, now).await?;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &signature_only(alg))
        .map_err(|error| {
            // The signature may be good, and what it vouches for no set of claims.
            if matches!(error.kind(), ErrorKind::Json(_)) {
                Refusal::NoToken
            } else {
                Refusal::Signature
            }
        })?
        .claims;
    claims.identity(provider, now)
}

/// The claims are this module's to check: by the service's clock, and in AWS's words.
fn signature_only(alg: Algorithm) -> Validation {
    let mut validation = Validation::new(alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

const HTTPS: &str = "https://";
