//! Data key pairs: key pairs that are handed out.

use claviger_model::{DataKeyPairSpec, KeySpec, Secret};

use crate::engine::Backing;
use crate::{Error, Rng};

/// Generates a pair: the private key as PKCS #8 (RFC 5958; ML-KEM in seed form, RFC 9935), the public key as
/// SubjectPublicKeyInfo (RFC 5280), both in DER.
///
/// # Errors
/// [`Error::Malformed`] for `SM2`, which AWS KMS has in the China Regions only; [`Error::Engine`] when the library failed.
pub fn generate(spec: DataKeyPairSpec, rng: &dyn Rng) -> Result<(Secret, Vec<u8>), Error> {
    Backing::generate_pair(key_spec(spec).ok_or(Error::Malformed)?, rng)
}

/// The key spec of the same name, which every pair's spec has.
pub fn key_spec(spec: DataKeyPairSpec) -> Option<KeySpec> {
    KeySpec::from_wire(spec.as_str())
}
