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
    /// How much of the room for policies and tags is used, percent; none when there are none.
    pub(crate) packed_percent: Option<i32>,
}

/// Makes the credentials of a session.
///
/// # Errors
/// `PackedPolicyTooLarge`, or the crypto engine fails.
pub(crate) fn mint(cx: &Cx<'_>, claims: &Claims) -> Result<Minted, Error> {
    let packed_percent = packed_percent(claims)?;
    let records = &cx.core.records;
    let sealed = records.seal_token(PURPOSE, &claims.pack()?, &*cx.core.rng)?;
    let secret = records.session_secret(&sealed, &claims.access_key_id)?;
    // EXPOSE: the answer to whoever asked for it.
    let secret = std::str::from_utf8(secret.expose()).map_err(error::internal)?;
    Ok(Minted {
        credentials: Credentials {
            access_key_id: claims.access_key_id.clone(),
            secret_access_key: SecretText::copy_of(secret),
            session_token: SecretText::copy_of(&STANDARD.encode(sealed)),
            expiration: Timestamp::from_epoch_ms(claims.expires_ms),
        },
        packed_percent,
    })
}

/// Policies and tags may take what the rest of the token leaves.
fn packed_percent(claims: &Claims) -> Result<Option<i32>, Error> {
    let packed = claims.packed_bytes()?;
    let whole = claims.pack()?.len();
    let room = TOKEN_BYTES_MAX.saturating_sub(whole.saturating_sub(packed));
    let percent = packed.saturating_mul(100).div_ceil(room.max(1));
    if percent > 100 {
        // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
        return Err(Error::new(
            claviger_model::sts::error_code::PACKED_POLICY_TOO_LARGE,
            format!(
                "Packed size of session policy and tags consumes {percent}% of allotted space."
            ),
        ));
    }
    let asked = !claims.policies.is_empty() || !claims.tags.is_empty();
    Ok(asked.then(|| i32::try_from(percent).unwrap_or(100)))
}

/// The longest plaintext whose token has no more letters than are allowed.
const TOKEN_BYTES_MAX: usize = TOKEN_LETTERS_MAX / 4 * 3 - OVERHEAD_BYTES;
