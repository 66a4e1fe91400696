//! HMAC (RFC 2104, FIPS 198-1), full length.

use aws_lc_rs::hmac::{self, Algorithm, HMAC_SHA224, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512};
use claviger_model::{KeySpec, MacAlgorithmSpec, Secret};

use crate::{Error, Rng};

/// An HMAC key, its padding hashed once.
pub struct Mac {
    key: hmac::Key,
    algorithm: MacAlgorithmSpec,
}

impl Mac {
    pub(super) fn generate(spec: KeySpec, rng: &dyn Rng) -> Result<Secret, Error> {
        Secret::try_filled(Hash::of(spec)?.length(), |bytes| rng.fill(bytes))
    }

    pub(super) fn open(spec: KeySpec, material: &Secret) -> Result<Self, Error> {
        let hash = Hash::of(spec)?;
        // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html
        if !(hash.length()..=MATERIAL_BYTES_MAX).contains(&material.len()) {
            return Err(Error::Malformed);
        }
        Ok(Self {
            // EXPOSE: the library keeps the hashed pads, not the key.
            key: hmac::Key::new(hash.algorithm, material.expose()),
            algorithm: hash.name,
        })
    }

    pub(super) fn sign(
        &self,
        algorithm: MacAlgorithmSpec,
        message: &[u8],
    ) -> Result<Vec<u8>, Error> {
        if algorithm != self.algorithm {
            return Err(Error::Malformed);
        }
        Ok(hmac::sign(&self.key, message).as_ref().to_vec())
    }
}

/// The hash of an HMAC spec.
struct Hash {
    spec: KeySpec,
    name: MacAlgorithmSpec,
    algorithm: Algorithm,
}

impl Hash {
    fn of(spec: KeySpec) -> Result<&'static Self, Error> {
        HASHES
            .iter()
            .find(|hash| hash.spec == spec)
            .ok_or(Error::Malformed)
    }

    /// Bytes of a MAC, which is what a generated key has, too, and an imported one at least.
    fn length(&self) -> usize {
        self.algorithm.digest_algorithm().output_len()
    }
}

static HASHES: [Hash; 4] = [
    Hash {
        spec: KeySpec::Hmac224,
        name: MacAlgorithmSpec::HmacSha224,
        algorithm: HMAC_SHA224,
    },
    Hash {
        spec: KeySpec::Hmac256,
        name: MacAlgorithmSpec::HmacSha256,
        algorithm: HMAC_SHA256,
    },
    Hash {
        spec: KeySpec::Hmac384,
        name: MacAlgorithmSpec::HmacSha384,
        algorithm: HMAC_SHA384,
    },
    Hash {
        spec: KeySpec::Hmac512,
        name: MacAlgorithmSpec::HmacSha512,
        algorithm: HMAC_SHA512,
    },
];

/// The longest HMAC material that can be imported: 1024 bits for every spec.
const MATERIAL_BYTES_MAX: usize = 128;
