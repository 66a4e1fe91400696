//! Backing keys: the material of a KMS key, opened once and kept for as long as the key is cached.

use aws_lc_rs::hmac;
use claviger_model::{MaterialId, Secret};
use zeroize::Zeroizing;

use crate::{Error, Rng, kdf};

/// One symmetric backing key. It encrypts nothing itself: each message gets a key of its own, derived from it.
///
/// There is no `Debug`, `Clone` or serialization.
pub struct Backing(Secret);

impl Backing {
    /// Opens the material of a `SYMMETRIC_DEFAULT` key.
    ///
    /// # Errors
    /// [`Error::Malformed`] unless it has exactly [`SYMMETRIC_BYTES`] bytes.
    pub fn symmetric(material: &Secret) -> Result<Self, Error> {
        if material.len() != SYMMETRIC_BYTES {
            return Err(Error::Malformed);
        }
        // EXPOSE: the opened key outlives the record that it came from.
        Ok(Self(Secret::copy_of(material.expose())))
    }

    /// Draws new material for a `SYMMETRIC_DEFAULT` key.
    ///
    /// # Errors
    /// [`Error::Engine`] when no randomness is to be had.
    pub fn generate_material(rng: &dyn Rng) -> Result<Secret, Error> {
        Secret::try_filled(SYMMETRIC_BYTES, |bytes| rng.fill(bytes))
    }

    /// The key that messages' keys are derived from.
    pub(crate) const fn key(&self) -> &Secret {
        &self.0
    }
}

/// The id of `material` as a material of the key `key_uuid`: the same for ever, so that other bytes are refused on
/// re-import even after the material was deleted, and one-way, since DescribeKey shows it.
///
/// It is an HMAC-SHA-256 of the key's uuid under a key that is derived from the material, so the same bytes in two keys
/// have two ids and nobody learns that they are the same.
///
/// # Errors
/// [`Error::Malformed`] for empty material.
pub fn material_id(key_uuid: &[u8; 16], material: &Secret) -> Result<MaterialId, Error> {
    let mut key = Zeroizing::new([0; 32]);
    kdf::derive(
        material,
        &[MATERIAL_ID_LABEL, &[0], &256_u32.to_be_bytes()].concat(),
        key.as_mut_slice(),
    )?;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()), key_uuid);
    tag.as_ref()
        .try_into()
        .map(MaterialId::new)
        .map_err(|_| Error::Engine)
}

/// The length of the material of a `SYMMETRIC_DEFAULT` key: an AES-256 key.
pub const SYMMETRIC_BYTES: usize = 32;

const MATERIAL_ID_LABEL: &[u8] = b"claviger material id v1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRng;

    #[test]
    fn symmetric_material_has_32_bytes() {
        for len in [0, 16, 31, 33, 64] {
            assert!(matches!(
                Backing::symmetric(&Secret::filled(len, |_| ())),
                Err(Error::Malformed)
            ));
        }
        let material = Backing::generate_material(&SystemRng).unwrap();
        assert!(Backing::symmetric(&material).is_ok());
        assert!(!material.ct_eq(&[0; SYMMETRIC_BYTES]));
    }

    #[test]
    fn a_material_id_is_stable() {
        // Computed with the HMAC of another implementation; a change would refuse every re-import.
        let id = material_id(&[0x11; 16], &Secret::copy_of(&[0x22; 32])).unwrap();
        assert_eq!(
            id.to_string(),
            "ad2bb44b49f783db196007ebefb52016f6774eca7f1fd125906eb13c62d113e8"
        );
    }

    #[test]
    fn a_material_id_depends_on_key_and_bytes() {
        let id = |key: u8, material: u8| {
            material_id(&[key; 16], &Secret::copy_of(&[material; 32])).unwrap()
        };
        assert_eq!(id(1, 2), id(1, 2));
        assert_ne!(id(1, 2), id(3, 2));
        assert_ne!(id(1, 2), id(1, 3));
        assert_eq!(
            material_id(&[1; 16], &Secret::default()),
            Err(Error::Malformed)
        );
    }
}
