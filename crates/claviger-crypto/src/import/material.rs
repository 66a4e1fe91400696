//! From unwrapped bytes to the form in which material is stored, with everything checked on the way.

use claviger_model::{KeySpec, Secret};

use crate::Error;
use crate::engine::{Backing, Ecc, Edwards, Rsa};
use crate::pkcs8::{self, PrivateKey};
use crate::spec::{Family, facts};

/// Validates unwrapped material and brings it into its stored form: symmetric and HMAC keys are raw bytes of the right
/// length, all others PKCS #8, in DER or BER, of which AWS-LC writes the canonical DER anew.
///
/// For a key pair every value is checked against every other: the curve is named and the spec's own, the scalar in range,
/// the public point on the curve and the scalar's; the modulus has exactly the spec's bits and two primes that are its
/// factors, and the exponents invert each other; and what the key signs, it verifies.
///
/// # Errors
/// [`Error::Malformed`] for anything else than material of this spec.
pub fn material_from(spec: KeySpec, unwrapped: &Secret) -> Result<Secret, Error> {
    let facts = facts(spec)
        .filter(|facts| facts.importable)
        .ok_or(Error::Malformed)?;
    match facts.family {
        Family::Symmetric | Family::Mac => {
            Backing::open(spec, unwrapped)?;
            // EXPOSE: raw bytes are stored as they came.
            Ok(Secret::copy_of(unwrapped.expose()))
        }
        Family::Rsa | Family::Ecc | Family::Edwards => {
            match (pkcs8::read(unwrapped)?, facts.family) {
                (PrivateKey::Rsa(values), Family::Rsa) => Rsa::import(spec, &values),
                (PrivateKey::Ec(values), Family::Ecc) => Ecc::import(spec, &values),
                (PrivateKey::Ed25519(values), Family::Edwards) => Edwards::import(&values),
                (PrivateKey::Rsa(_) | PrivateKey::Ec(_) | PrivateKey::Ed25519(_), _) => {
                    Err(Error::Malformed)
                }
            }
        }
        Family::MlDsa | Family::MlKem => Err(Error::Malformed),
    }
}
