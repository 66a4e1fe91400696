//! Making temporary credentials.

use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_core::{
    cx::Cx,
    error::{self, Error},
};
use claviger_crypto::token::OVERHEAD_BYTES;
use claviger_model::{SecretText, Timestamp, sts::Credentials};

use super::{Claims, PURPOSE, TOKEN_LETTERS_MAX};

/// New credentials.
pub(crate) struct Minted {
    /// As STS answers them.
    pub(crate) credentials: Credentials,
    /// How long the token is, bytes.
    pub(crate) token_bytes: i32,
    /// How much of the length that a token may have is used, percent.
    pub(crate) used_percent: i32,
}

/// Makes the credentials of a session, whose token is made `token_bytes_min` long if it is shorter.
///
/// # Errors
/// `PackedPolicyTooLarge`, or the crypto engine fails.
pub(crate) fn mint(
    cx: &Cx<'_>,
    claims: &Claims,
    token_bytes_min: Option<i32>,
) -> Result<Minted, Error> {
    let plaintext = claims.pack(plaintext_bytes_min(token_bytes_min))?;
    let used_percent = used_percent(plaintext.len());
    if used_percent > 100 {
        return Err(too_large(claims, used_percent));
    }
    let records = &cx.core.records;
    let sealed = records.seal_token(PURPOSE, &plaintext, &*cx.core.rng)?;
    let secret = records.session_secret(&sealed, &claims.access_key_id)?;
    // EXPOSE: the answer to whoever asked for it.
    let secret = std::str::from_utf8(secret.expose()).map_err(error::internal)?;
    let token = STANDARD.encode(sealed);
    Ok(Minted {
        token_bytes: token.len().try_into().unwrap_or(i32::MAX),
        used_percent,
        credentials: Credentials {
            access_key_id: claims.access_key_id.clone(),
            secret_access_key: SecretText::copy_of(secret),
            session_token: SecretText::copy_of(&token),
            expiration: Timestamp::from_epoch_ms(claims.expires_ms),
        },
    })
}

/// The shortest plaintext whose token has as many letters: four for every three bytes.
fn plaintext_bytes_min(letters: Option<i32>) -> usize {
    let letters = usize::try_from(letters.unwrap_or(0)).unwrap_or(0);
    letters
        .div_ceil(4)
        .saturating_mul(3)
        .saturating_sub(OVERHEAD_BYTES)
}

/// How much of the longest token the one of this plaintext is.
fn used_percent(plaintext_bytes: usize) -> i32 {
    let letters = plaintext_bytes
        .saturating_add(OVERHEAD_BYTES)
        .div_ceil(3)
        .saturating_mul(4);
    let percent = letters.saturating_mul(100).div_ceil(TOKEN_LETTERS_MAX);
    i32::try_from(percent).unwrap_or(i32::MAX)
}

fn too_large(claims: &Claims, percent: i32) -> Error {
    let what = if claims.policies.is_empty() {
        "session tags"
    } else {
        // UNKNOWN: AWS's own words where there is a policy are not recorded.
        "session policy and tags"
    };
    Error::new(
        claviger_model::sts::error_code::PACKED_POLICY_TOO_LARGE,
        format!("Packed size of {what} consumes {percent}% of allotted space."),
    )
}
