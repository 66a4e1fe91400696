//! Backing keys: the material of a KMS key, opened once and kept for as long as the key is cached.

mod ecc;
mod edwards;
mod mac;
mod material_id;
mod ml_dsa;
mod ml_kem;
mod rsa;
mod secp256k1;
mod seed_form;
mod symmetric;
#[cfg(test)]
mod wycheproof;

use claviger_model::{
    EncryptionAlgorithmSpec, KeySpec, MacAlgorithmSpec, Secret, SigningAlgorithmSpec,
};

pub use ecc::Ecc;
pub use edwards::Edwards;
pub use mac::Mac;
pub use material_id::material_id;
pub use ml_dsa::MlDsa;
pub use ml_kem::MlKem;
pub use rsa::Rsa;
pub use symmetric::{SYMMETRIC_BYTES, Symmetric};

pub(crate) use rsa::oaep_decrypt;

use crate::spec::{Family, facts};
use crate::{Error, Rng};

/// An opened key: parsed once, used by every request that names it. There is no `Debug`, `Clone` or serialization.
pub enum Backing {
    /// `SYMMETRIC_DEFAULT`
    Symmetric(Symmetric),
    /// `RSA_*`
    Rsa(Box<Rsa>),
    /// `ECC_NIST_P*`, `ECC_SECG_P256K1`
    Ecc(Box<Ecc>),
    /// `ECC_NIST_EDWARDS25519`
    Edwards(Box<Edwards>),
    /// `HMAC_*`
    Mac(Box<Mac>),
    /// `ML_DSA_*`
    MlDsa(Box<MlDsa>),
    /// `ML_KEM_*`
    MlKem(Box<MlKem>),
}

/// A message to sign, in the form in which the caller has it.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// The message itself: the algorithm hashes it.
    Raw(&'a [u8]),
    /// Its digest, computed by the caller.
    Digest(&'a [u8]),
    /// The 64 bytes that ML-DSA signs for a message (FIPS 204, algorithm 7, line 6), computed by the caller.
    ExternalMu(&'a [u8]),
}

impl Backing {
    /// Draws new material, in the form in which it is stored: the bytes themselves for symmetric and HMAC keys, else
    /// PKCS #8 in DER (ML-DSA and ML-KEM keys in seed form). AWS-LC draws RSA and elliptic curve keys with its own generator.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a spec that is not served, [`Error::Engine`] when the library failed.
    pub fn generate_material(spec: KeySpec, rng: &dyn Rng) -> Result<Secret, Error> {
        match facts(spec).ok_or(Error::Malformed)?.family {
            Family::Symmetric => Symmetric::generate(rng),
            Family::Mac => Mac::generate(spec, rng),
            Family::MlDsa => MlDsa::generate(spec, rng),
            Family::Rsa | Family::Ecc | Family::Edwards | Family::MlKem => {
                Self::generate_pair(spec, rng).map(|(private, _)| private)
            }
        }
    }

    /// Generates a key pair that is not opened: its private key as PKCS #8, its public one as SubjectPublicKeyInfo.
    pub(crate) fn generate_pair(spec: KeySpec, rng: &dyn Rng) -> Result<(Secret, Vec<u8>), Error> {
        match facts(spec).ok_or(Error::Malformed)?.family {
            Family::Rsa => Rsa::generate(spec),
            Family::Ecc => Ecc::generate(spec),
            Family::Edwards => Edwards::generate(rng),
            Family::MlKem => MlKem::generate(spec, rng),
            Family::Symmetric | Family::Mac | Family::MlDsa => Err(Error::Malformed),
        }
    }

    /// Opens stored material.
    ///
    /// # Errors
    /// [`Error::Malformed`] unless it is material of this spec.
    pub fn open(spec: KeySpec, material: &Secret) -> Result<Self, Error> {
        match facts(spec).ok_or(Error::Malformed)?.family {
            Family::Symmetric => Symmetric::open(material).map(Self::Symmetric),
            Family::Rsa => Rsa::open(spec, material).map(Box::new).map(Self::Rsa),
            Family::Ecc => Ecc::open(spec, material).map(Box::new).map(Self::Ecc),
            Family::Edwards => Edwards::open(material).map(Box::new).map(Self::Edwards),
            Family::Mac => Mac::open(spec, material).map(Box::new).map(Self::Mac),
            Family::MlDsa => MlDsa::open(spec, material).map(Box::new).map(Self::MlDsa),
            Family::MlKem => MlKem::open(spec, material).map(Box::new).map(Self::MlKem),
        }
    }

    /// The public key as SubjectPublicKeyInfo in DER (RFC 5280, section 4.1); none for symmetric and HMAC keys.
    pub fn public_key_der(&self) -> Option<&[u8]> {
        match self {
            Self::Rsa(key) => Some(key.public_der()),
            Self::Ecc(key) => Some(key.public_der()),
            Self::Edwards(key) => Some(key.public_der()),
            Self::MlDsa(key) => Some(key.public_der()),
            Self::MlKem(key) => Some(key.public_der()),
            Self::Symmetric(_) | Self::Mac(_) => None,
        }
    }

    /// Signs.
    ///
    /// # Errors
    /// [`Error::Malformed`] for an algorithm that the key does not have, a form of message that the algorithm does not
    /// take, or a digest of another length.
    pub fn sign(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
    ) -> Result<Vec<u8>, Error> {
        match self {
            Self::Rsa(key) => key.sign(algorithm, message),
            Self::Ecc(key) => key.sign(algorithm, message),
            Self::Edwards(key) => key.sign(algorithm, message),
            Self::MlDsa(key) => key.sign(algorithm, message),
            Self::Symmetric(_) | Self::Mac(_) | Self::MlKem(_) => Err(Error::Malformed),
        }
    }

    /// Whether `signature` is one of this key over `message`.
    ///
    /// # Errors
    /// As [`Backing::sign`]. A bad signature is no error.
    pub fn verify(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<bool, Error> {
        match self {
            Self::Rsa(key) => key.verify(algorithm, message, signature),
            Self::Ecc(key) => key.verify(algorithm, message, signature),
            Self::Edwards(key) => key.verify(algorithm, message, signature),
            Self::MlDsa(key) => key.verify(algorithm, message, signature),
            Self::Symmetric(_) | Self::Mac(_) | Self::MlKem(_) => Err(Error::Malformed),
        }
    }

    /// The HMAC of `message`. To verify one, compare it with [`constant_time_eq`](crate::constant_time_eq).
    ///
    /// # Errors
    /// [`Error::Malformed`] for an algorithm that the key does not have.
    pub fn mac(&self, algorithm: MacAlgorithmSpec, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Mac(key) => key.sign(algorithm, message),
            Self::Symmetric(_)
            | Self::Rsa(_)
            | Self::Ecc(_)
            | Self::Edwards(_)
            | Self::MlDsa(_)
            | Self::MlKem(_) => Err(Error::Malformed),
        }
    }

    /// The secret that this key shares with the owner of `peer`, a SubjectPublicKeyInfo in DER: the raw x-coordinate.
    ///
    /// # Errors
    /// [`Error::Malformed`] unless `peer` is a valid public key of this key's curve, and for keys without agreement.
    pub fn agree(&self, peer: &[u8]) -> Result<Secret, Error> {
        match self {
            Self::Ecc(key) => key.agree(peer),
            Self::Symmetric(_)
            | Self::Rsa(_)
            | Self::Edwards(_)
            | Self::Mac(_)
            | Self::MlDsa(_)
            | Self::MlKem(_) => Err(Error::Malformed),
        }
    }

    /// A fresh secret, and the ciphertext that tells it to the owner of the private key.
    ///
    /// # Errors
    /// [`Error::Malformed`] for keys without encapsulation.
    pub fn encapsulate(&self) -> Result<(Vec<u8>, Secret), Error> {
        self.ml_kem()?.encapsulate()
    }

    /// The secret that a ciphertext tells.
    ///
    /// # Errors
    /// [`Error::Rejected`] for a ciphertext of another length, and for nothing else: one that was made for another key
    /// or altered gives a pseudo-random secret (FIPS 203, section 6.3). [`Error::Malformed`] for keys without
    /// encapsulation.
    pub fn decapsulate(&self, ciphertext: &[u8]) -> Result<Secret, Error> {
        self.ml_kem()?.decapsulate(ciphertext)
    }

    /// Encrypts under the public key of an RSA pair.
    ///
    /// # Errors
    /// [`Error::Malformed`] for another key or algorithm, and for a plaintext that is too long for the modulus.
    pub fn encrypt_rsa(
        &self,
        algorithm: EncryptionAlgorithmSpec,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.rsa()?.encrypt(algorithm, plaintext)
    }

    /// Decrypts with the private key of an RSA pair.
    ///
    /// # Errors
    /// [`Error::Rejected`] for whatever is wrong with the ciphertext, [`Error::Malformed`] for another key or algorithm.
    pub fn decrypt_rsa(
        &self,
        algorithm: EncryptionAlgorithmSpec,
        ciphertext: &[u8],
    ) -> Result<Secret, Error> {
        self.rsa()?.decrypt(algorithm, ciphertext)
    }

    /// The key that messages' keys are derived from.
    pub(crate) const fn symmetric(&self) -> Result<&Secret, Error> {
        match self {
            Self::Symmetric(key) => Ok(key.key()),
            Self::Rsa(_)
            | Self::Ecc(_)
            | Self::Edwards(_)
            | Self::Mac(_)
            | Self::MlDsa(_)
            | Self::MlKem(_) => Err(Error::Malformed),
        }
    }

    const fn rsa(&self) -> Result<&Rsa, Error> {
        match self {
            Self::Rsa(key) => Ok(key),
            Self::Symmetric(_)
            | Self::Ecc(_)
            | Self::Edwards(_)
            | Self::Mac(_)
            | Self::MlDsa(_)
            | Self::MlKem(_) => Err(Error::Malformed),
        }
    }

    const fn ml_kem(&self) -> Result<&MlKem, Error> {
        match self {
            Self::MlKem(key) => Ok(key),
            Self::Symmetric(_)
            | Self::Rsa(_)
            | Self::Ecc(_)
            | Self::Edwards(_)
            | Self::Mac(_)
            | Self::MlDsa(_) => Err(Error::Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRng;

    #[test]
    fn symmetric_material_has_32_bytes() {
        let open = |len| Backing::open(KeySpec::SymmetricDefault, &Secret::filled(len, |_| ()));
        for len in [0, 16, 31, 33, 64] {
            assert!(matches!(open(len), Err(Error::Malformed)));
        }
        let material = Backing::generate_material(KeySpec::SymmetricDefault, &SystemRng).unwrap();
        assert!(Backing::open(KeySpec::SymmetricDefault, &material).is_ok());
        assert!(!material.ct_eq(&[0; SYMMETRIC_BYTES]));
    }
}
