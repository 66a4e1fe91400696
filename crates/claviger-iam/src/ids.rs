//! The ids that this crate gives out, in the forms that AWS gives them.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>

use claviger_core::{
    error::{self, Error},
    records::Fault,
};
use claviger_crypto::Rng;
use claviger_model::Secret;

use crate::records::EntityKind;

/// A new unique id: the prefix of its kind and 17 random letters. Never used twice, whatever names come and go.
///
/// # Errors
/// The source of randomness fails.
pub(crate) fn new_unique_id(kind: EntityKind, rng: &dyn Rng) -> Result<String, Error> {
    id(kind.id_prefix(), UNIQUE_LETTERS, rng)
}

/// A new access key id, `AKIA` and 16 random letters.
///
/// # Errors
/// The source of randomness fails.
pub(crate) fn new_access_key_id(rng: &dyn Rng) -> Result<String, Error> {
    id("AKIA", KEY_LETTERS, rng)
}

/// The access key id of a new session, `ASIA` and 16 random letters.
///
/// # Errors
/// The source of randomness fails.
pub(crate) fn new_session_key_id(rng: &dyn Rng) -> Result<String, Error> {
    id("ASIA", KEY_LETTERS, rng)
}

/// A new secret access key: 40 letters.
///
/// # Errors
/// The source of randomness fails.
pub(crate) fn new_secret_access_key(rng: &dyn Rng) -> Result<Secret, Error> {
    letters(rng, SECRET_LETTERS, SECRET_ALPHABET)
}

fn id(prefix: &str, count: usize, rng: &dyn Rng) -> Result<String, Error> {
    let random = letters(rng, count, ID_ALPHABET)?;
    // EXPOSE: an id is no secret.
    let random = std::str::from_utf8(random.expose()).map_err(error::internal)?;
    Ok(format!("{prefix}{random}"))
}

/// Random letters. The alphabets have 32 and 64 letters, so that every letter is equally likely.
fn letters(rng: &dyn Rng, count: usize, alphabet: &[u8]) -> Result<Secret, Error> {
    let random = Secret::try_filled(count, |out| rng.fill(out)).map_err(|_| Fault::Engine)?;
    Ok(Secret::filled(count, |out| {
        // EXPOSE: each byte becomes a letter of another secret.
        for (letter, byte) in out.iter_mut().zip(random.expose()) {
            let index = usize::from(*byte)
                .checked_rem(alphabet.len())
                .unwrap_or_default();
            *letter = alphabet.get(index).copied().unwrap_or_default();
        }
    }))
}

const ID_ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const UNIQUE_LETTERS: usize = 17;
const KEY_LETTERS: usize = 16;
const SECRET_ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SECRET_LETTERS: usize = 40;
