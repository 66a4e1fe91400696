//! Is the claim true: recompute the signature and compare.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use claviger_iam::Credential;
use http::HeaderName;

use super::{
    canonical::{Received, hex, string_to_sign},
    keys::{SigningKeys, derive},
    parse::Claim,
    refusal::Refusal,
};

/// Accepts a request that the holder of `credential` signed exactly so.
///
/// Without a credential the same work is done against a dummy, and then refused.
///
/// # Errors
/// [`Refusal`] for an unknown credential, an unsigned header, or another signature.
pub fn verify(
    claim: &Claim<'_>,
    received: &Received<'_>,
    credential: Option<&Credential>,
    keys: &SigningKeys,
) -> Result<(), Refusal> {
    // A session is proved by its token and its secret together; an access key has no token. The lookup saw to both already.
    let has_token = received.headers.contains_key(&SECURITY_TOKEN);
    let credential = credential.filter(|known| known.caller.session.is_some() == has_token);
    let Some(credential) = credential else {
        let text = string_to_sign(claim, received).unwrap_or_default();
        let key = derive(DUMMY_SECRET, claim.date, claim.region, claim.service);
        let _ = compare(&hmac::sign(&key, &text), claim);
        return Err(Refusal::unknown_credential());
    };
    let text = string_to_sign(claim, received)?;
    if let Some(tag) = keys.sign(claim, credential.version, &text) {
        return compare(&tag, claim);
    }
    // EXPOSE: SigV4 derives the signing key from the secret itself.
    let key = derive(
        credential.secret.expose(),
        claim.date,
        claim.region,
        claim.service,
    );
    compare(&hmac::sign(&key, &text), claim)?;
    keys.keep(claim, credential.version, key);
    Ok(())
}

fn compare(tag: &hmac::Tag, claim: &Claim<'_>) -> Result<(), Refusal> {
    verify_slices_are_equal(&hex(tag.as_ref())?, claim.signature.as_bytes())
        .map_err(|_| Refusal::mismatch())
}

pub(crate) static SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const DUMMY_SECRET: &[u8] = b"no access key has this secret, which is 40";

#[cfg(test)]
mod tests;
