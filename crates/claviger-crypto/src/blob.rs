//! The ciphertext blob: what Encrypt, GenerateDataKey and ReEncrypt hand out, and what Decrypt takes.
//!
//! Version 1, big-endian, 110 bytes longer than its plaintext:
//!
//! ```text
//! format 1 │ suite 1 │ key uuid 16 │ material id 16 │ nonce 16 │ commitment 32 │ iv 12 │ ciphertext │ tag 16
//! └───────────────────────────── header, authenticated ─────────────────────────────┘
//! ```
//!
//! - The nonce and the key's uuid go into the derivation of the message key, so one backing key can seal without a count
//!   of its messages, and two keys with the same imported bytes cannot read each other's blobs.
//! - GCM does not commit to its key: a ciphertext can be made that opens under two keys. The second half of the derived
//!   bytes is a commitment that stands in the header, so a blob belongs to exactly one key.
//! - Header and encryption context are the additional authenticated data.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use claviger_model::Secret;
use zeroize::Zeroizing;

use crate::Error;
use crate::aead::{self, IV_BYTES, KEY_BYTES, TAG_BYTES};
use crate::context::Context;
use crate::engine::Backing;
use crate::kdf;
use crate::reader::Reader;

/// Which key and which of its materials a blob is for. Not secret; authenticated when the blob is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The uuid in the key's id; related multi-Region keys share it.
    pub key: [u8; 16],
    /// The first half of the material's id.
    pub material: [u8; 16],
}

/// Encrypts `plaintext` for `at` under `context`.
///
/// `entropy` is fresh random bytes, which the caller draws in one go with whatever else the request needs.
///
/// # Errors
/// [`Error::Malformed`] for a key that is not symmetric, [`Error::Engine`] when the library failed.
pub fn seal(
    backing: &Backing,
    at: &Address,
    context: &Context<'_>,
    plaintext: &[u8],
    entropy: &[u8; ENTROPY_BYTES],
) -> Result<Vec<u8>, Error> {
    let (Some(nonce), Some(iv)) = (entropy.first_chunk(), entropy.last_chunk()) else {
        return Err(Error::Engine);
    };
    let derived = derive(backing, at, nonce)?;
    let (key, commitment) = derived.split_at(KEY_BYTES);
    let mut aad = Vec::with_capacity(HEADER_BYTES + context.len());
    for field in [
        VERSION.as_slice(),
        &at.key,
        &at.material,
        nonce,
        commitment,
        iv,
    ] {
        aad.extend_from_slice(field);
    }
    let mut blob = Vec::with_capacity(OVERHEAD_BYTES + plaintext.len());
    blob.extend_from_slice(&aad);
    context.write(&mut aad);
    aead::seal_onto(&mut blob, key, *iv, &aad, plaintext)?;
    Ok(blob)
}

/// Decrypts `blob`. The commitment is compared first, in constant time, then GCM decides.
///
/// # Errors
/// [`Error::Rejected`] for another key, material or context, and for altered bytes.
pub fn open(backing: &Backing, blob: &Blob<'_>, context: &Context<'_>) -> Result<Secret, Error> {
    let derived = derive(backing, &blob.address, blob.nonce)?;
    let (key, commitment) = derived.split_at(KEY_BYTES);
    verify_slices_are_equal(commitment, blob.commitment).map_err(|_| Error::Rejected)?;
    let mut aad = Vec::with_capacity(HEADER_BYTES + context.len());
    aad.extend_from_slice(blob.header);
    context.write(&mut aad);
    aead::open(key, *blob.iv, &aad, blob.sealed)
}

/// A ciphertext blob, read but not yet authenticated.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'a> {
    header: &'a [u8],
    address: Address,
    nonce: &'a [u8; NONCE_BYTES],
    commitment: &'a [u8; COMMITMENT_BYTES],
    iv: &'a [u8; IV_BYTES],
    sealed: &'a [u8],
}

impl<'a> Blob<'a> {
    /// Reads the fields of a blob.
    ///
    /// # Errors
    /// [`Error::Malformed`] for another version, and for fewer bytes than a blob of nothing has.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let (header, sealed) = bytes
            .split_at_checked(HEADER_BYTES)
            .ok_or(Error::Malformed)?;
        if sealed.len() < TAG_BYTES {
            return Err(Error::Malformed);
        }
        let mut fields = Reader::new(header);
        fields.expect(VERSION)?;
        let address = Address {
            key: *fields.array()?,
            material: *fields.array()?,
        };
        Ok(Self {
            header,
            address,
            nonce: fields.array()?,
            commitment: fields.array()?,
            iv: fields.array()?,
            sealed,
        })
    }

    /// The key and material that the blob claims to be for.
    pub const fn address(&self) -> &Address {
        &self.address
    }
}

/// The message key and its commitment.
fn derive(
    backing: &Backing,
    at: &Address,
    nonce: &[u8; NONCE_BYTES],
) -> Result<Zeroizing<[u8; DERIVED_BYTES]>, Error> {
    let info = [
        LABEL,
        &[0],
        &at.key,
        &at.material,
        nonce,
        &DERIVED_BITS.to_be_bytes(),
    ]
    .concat();
    let mut derived = Zeroizing::new([0; DERIVED_BYTES]);
    kdf::derive(backing.symmetric()?, &info, derived.as_mut_slice())?;
    Ok(derived)
}

/// The random bytes that [`seal`] consumes: 16 of nonce and 12 of IV.
pub const ENTROPY_BYTES: usize = NONCE_BYTES + IV_BYTES;

/// How many bytes a blob is longer than its plaintext.
pub const OVERHEAD_BYTES: usize = HEADER_BYTES + TAG_BYTES;

/// Format 1, suite 1: SP 800-108 HMAC-SHA-256 counter mode, then AES-256-GCM.
const VERSION: [u8; 2] = [1, 1];

const HEADER_BYTES: usize = 2 + 16 + 16 + NONCE_BYTES + COMMITMENT_BYTES + IV_BYTES;

const NONCE_BYTES: usize = 16;

const COMMITMENT_BYTES: usize = 32;

const DERIVED_BYTES: usize = KEY_BYTES + COMMITMENT_BYTES;

const DERIVED_BITS: u32 = 512;

const LABEL: &[u8] = b"claviger blob v1";
