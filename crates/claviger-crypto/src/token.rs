//! Sealed tokens: what the service hands out to be shown again, instead of storing it.
//!
//! Version 1, big-endian:
//!
//! ```text
//! format 1 │ generation 4 │ nonce 16 │ ciphertext │ tag 16
//! └─ header, authenticated ┘
//! ```
//!
//! Each token has a key of its own, derived from the domain key of the generation, a random nonce and the purpose. The tag
//! also covers the cluster and the purpose, so a token of one purpose is no token of another, and one cluster's tokens
//! mean nothing to the next. Only the length of the plaintext shows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_model::Secret;
use zeroize::Zeroizing;

use crate::keyring::Keyring;
use crate::reader::Reader;
use crate::single_use::{SingleUse, length};
use crate::{Error, Rng, kdf};

/// Seals `plaintext` as a token of `purpose` under the active generation. Adds [`OVERHEAD_BYTES`].
///
/// # Errors
/// [`Error::Engine`] when randomness or the library failed.
pub fn seal(
    keyring: &Keyring,
    purpose: &str,
    plaintext: &[u8],
    rng: &dyn Rng,
) -> Result<Vec<u8>, Error> {
    let (generation, key) = keyring.active()?;
    let header = header(generation);
    SingleUse {
        key,
        label: LABEL,
        bound: &[purpose.as_bytes()],
        aad: &aad(&header, keyring.cluster(), purpose),
    }
    .seal(&header, plaintext, rng)
}

/// Opens a token of `purpose`. It is believed because it opened; whether it is still good is for the caller to judge.
///
/// # Errors
/// [`Error::Malformed`] for another format, [`Error::Rejected`] for an unknown generation, another purpose, another
/// cluster's token, and altered bytes.
pub fn open(keyring: &Keyring, purpose: &str, token: &[u8]) -> Result<Secret, Error> {
    let (generation, sealed) = split(token)?;
    let key = keyring.domain_key(generation).ok_or(Error::Rejected)?;
    SingleUse {
        key,
        label: LABEL,
        bound: &[purpose.as_bytes()],
        aad: &aad(&header(generation), keyring.cluster(), purpose),
    }
    .open(sealed)
}

/// The secret access key that belongs to the access key id of a session: 40 letters of base64's alphabet, derived, so
/// that nobody has to store it.
///
/// `token` is the session's own, which says under which generation it was sealed: after a rotation the secrets of older
/// sessions stay what they were.
///
/// # Errors
/// [`Error::Malformed`] for another format, [`Error::Rejected`] for an unknown generation, [`Error::Engine`] when the
/// library failed.
pub fn session_secret(
    keyring: &Keyring,
    token: &[u8],
    access_key_id: &str,
) -> Result<Secret, Error> {
    let (generation, _) = split(token)?;
    let key = keyring.domain_key(generation).ok_or(Error::Rejected)?;
    let id = access_key_id.as_bytes();
    let info = [
        SECRET_LABEL,
        &[0],
        &length(keyring.cluster()),
        keyring.cluster(),
        &length(id),
        id,
        &SECRET_BITS.to_be_bytes(),
    ]
    .concat();
    let mut derived = Zeroizing::new([0; SECRET_BYTES]);
    kdf::derive(key, &info, derived.as_mut_slice())?;
    Secret::try_filled(SECRET_LETTERS, |letters| {
        match STANDARD.encode_slice(derived.as_slice(), letters) {
            Ok(SECRET_LETTERS) => Ok(()),
            Ok(_) | Err(_) => Err(Error::Engine),
        }
    })
}

fn split(token: &[u8]) -> Result<(u32, &[u8]), Error> {
    let mut reader = Reader::new(token);
    reader.expect([FORMAT])?;
    Ok((reader.u32()?, reader.rest()))
}

fn header(generation: u32) -> Vec<u8> {
    [[FORMAT].as_slice(), &generation.to_be_bytes()].concat()
}

/// `header || cluster uuid || purpose`, the last with its length.
fn aad(header: &[u8], cluster: &[u8; 16], purpose: &str) -> Vec<u8> {
    let purpose = purpose.as_bytes();
    [header, cluster, &length(purpose), purpose].concat()
}

/// What sealing adds to a plaintext, bytes.
pub const OVERHEAD_BYTES: usize = 1 + 4 + 16 + 16;

const FORMAT: u8 = 1;

const LABEL: &[u8] = b"claviger token v1";

const SECRET_LABEL: &[u8] = b"claviger session secret v1";

const SECRET_BYTES: usize = 30;

const SECRET_BITS: u32 = 240;

/// As long as the secrets that AWS gives out.
const SECRET_LETTERS: usize = 40;
