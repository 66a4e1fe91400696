//! The id of a material.

use aws_lc_rs::hmac;
use claviger_model::{KeySpec, MaterialId, Secret};
use zeroize::Zeroizing;

use super::{Ecc, Edwards, MlDsa, MlKem, Rsa};
use crate::spec::{Family, facts};
use crate::{Error, kdf};

/// The id of `material` as a material of the key `key_uuid`: the same for ever, so that other bytes are refused on
/// re-import even after the material was deleted, and one-way, since DescribeKey shows it.
///
/// It is an HMAC-SHA-256 of the key's uuid under a key that is derived from the material, so the same bytes in two keys
/// have two ids and nobody learns that they are the same. For a key pair the derivation starts from its private value and
/// not from the PKCS #8 around it, which can be written in more than one way.
///
/// # Errors
/// [`Error::Malformed`] for material of another spec.
pub fn material_id(
    key_uuid: &[u8; 16],
    spec: KeySpec,
    material: &Secret,
) -> Result<MaterialId, Error> {
    let private = match facts(spec).ok_or(Error::Malformed)?.family {
        // EXPOSE: raw bytes are their own private value.
        Family::Symmetric | Family::Mac => Secret::copy_of(material.expose()),
        Family::Rsa => Rsa::private_value(material)?,
        Family::Ecc => Ecc::private_value(spec, material)?,
        Family::Edwards => Edwards::private_value(material)?,
        Family::MlDsa => MlDsa::private_value(spec, material)?,
        Family::MlKem => MlKem::private_value(spec, material)?,
    };
    let mut key = Zeroizing::new([0; 32]);
    kdf::derive(
        &private,
        &[MATERIAL_ID_LABEL, &[0], &256_u32.to_be_bytes()].concat(),
        key.as_mut_slice(),
    )?;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()), key_uuid);
    tag.as_ref()
        .try_into()
        .map(MaterialId::new)
        .map_err(|_| Error::Engine)
}

const MATERIAL_ID_LABEL: &[u8] = b"claviger material id v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_material_id_is_stable() {
        // Computed with the HMAC of another implementation; a change would refuse every re-import.
        let id = material_id(
            &[0x11; 16],
            KeySpec::SymmetricDefault,
            &Secret::copy_of(&[0x22; 32]),
        );
        assert_eq!(
            id.unwrap().to_string(),
            "ad2bb44b49f783db196007ebefb52016f6774eca7f1fd125906eb13c62d113e8"
        );
    }

    #[test]
    fn a_material_id_depends_on_key_and_bytes() {
        let id = |key: u8, material: u8| {
            let material = Secret::copy_of(&[material; 32]);
            material_id(&[key; 16], KeySpec::SymmetricDefault, &material).unwrap()
        };
        assert_eq!(id(1, 2), id(1, 2));
        assert_ne!(id(1, 2), id(3, 2));
        assert_ne!(id(1, 2), id(1, 3));
        assert_eq!(
            material_id(&[1; 16], KeySpec::SymmetricDefault, &Secret::default()),
            Err(Error::Malformed)
        );
    }
}
