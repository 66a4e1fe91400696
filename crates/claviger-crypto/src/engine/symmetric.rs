//! `SYMMETRIC_DEFAULT`: the key that messages' keys are derived from.

use claviger_model::Secret;

use crate::{Error, Rng};

/// One symmetric backing key. It encrypts nothing itself: each message gets a key of its own, derived from it.
pub struct Symmetric(Secret);

impl Symmetric {
    pub(super) fn generate(rng: &dyn Rng) -> Result<Secret, Error> {
        Secret::try_filled(SYMMETRIC_BYTES, |bytes| rng.fill(bytes))
    }

    pub(super) fn open(material: &Secret) -> Result<Self, Error> {
        if material.len() != SYMMETRIC_BYTES {
            return Err(Error::Malformed);
        }
        // EXPOSE: the opened key outlives the record that it came from.
        Ok(Self(Secret::copy_of(material.expose())))
    }

    /// The key that messages' keys are derived from.
    pub(crate) const fn key(&self) -> &Secret {
        &self.0
    }
}

/// The length of the material of a `SYMMETRIC_DEFAULT` key: an AES-256 key.
pub const SYMMETRIC_BYTES: usize = 32;
