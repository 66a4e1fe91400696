//! What bytes become: every stored and every sent format that cryptography gives its shape, in one crate.
//!
//! Primitives are AWS-LC's, through `aws-lc-rs`, and where it lacks one, those of the few crates of ADR 0008 and 0009;
//! nothing here computes a cipher, a hash or a number itself. What this crate decides is which bytes go into which primitive,
//! in which order, and what is bound to what.
//!
//! | layer | module | what it protects |
//! | --- | --- | --- |
//! | root key | [`root`] | wraps the keyring; lives outside the store |
//! | keyring | [`keyring`] | domain keys in generations, the index key, the audit signing seed |
//! | record | [`barrier`] | every value in the store, under a key of its own |
//! | backing key | [`spec`], [`engine`] | what a key can do; its material, opened once |
//! | message | [`blob`], [`context`] | what callers of Encrypt and GenerateDataKey get back |
//! | data key pair | [`pair`] | key pairs that are handed out |
//! | import | [`import`] | the wrapping key pair, the unwrapping, what may be stored, the import token |
//! | token | [`token`] | what is handed out to be shown again: sessions, grant tokens |
//!
//! Invariant: a failure says nothing but its kind. Which check failed is an answer that an attacker can use.

pub mod barrier;
pub mod blob;
pub mod context;
pub mod engine;
pub mod import;
pub mod keyring;
pub mod pair;
pub mod root;
pub mod spec;
pub mod token;

mod aead;
mod kdf;
mod pkcs8;
mod reader;
mod single_use;
mod spki;

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};

pub use engine::material_id;

/// Why bytes were refused, and no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Authentication failed: another key, another place, another context, or altered bytes.
    Rejected,
    /// The bytes are not in the expected format, or an input is out of its range.
    Malformed,
    /// The cryptographic library failed. Not the caller's doing.
    Engine,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejected => "the bytes do not open here",
            Self::Malformed => "the bytes have another format",
            Self::Engine => "the cryptographic library failed",
        })
    }
}

impl std::error::Error for Error {}

/// A source of random bytes. An argument everywhere, so that tests can replay what production draws.
pub trait Rng: Send + Sync {
    /// Fills all of `out`. A draw costs about as much as a small AEAD call: callers draw once for all that they need.
    ///
    /// # Errors
    /// [`Error::Engine`] when the source failed; `out` must not be used then.
    fn fill(&self, out: &mut [u8]) -> Result<(), Error>;
}

/// The random generator of AWS-LC (CTR_DRBG, seeded by the operating system).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) -> Result<(), Error> {
        SystemRandom::new().fill(out).map_err(|_| Error::Engine)
    }
}

/// Whether two tags or tokens are equal, found out in a time that depends on their lengths only.
pub fn constant_time_eq(one: &[u8], other: &[u8]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}

/// The SHA-256 digest of `bytes` (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_looks_at_every_byte_and_at_the_length() {
        assert!(constant_time_eq(b"token", b"token"));
        for other in [&b"Token"[..], b"tokeN", b"toke", b"tokens", b""] {
            assert!(!constant_time_eq(b"token", other));
        }
    }

    #[test]
    fn a_digest_is_the_standards() {
        // FIPS 180-4's example "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(sha256(b"abc")), expected);
    }
}
