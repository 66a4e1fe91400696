//! Ed25519 and Ed25519ph (RFC 8032, FIPS 186-5).

use aws_lc_rs::encoding::{AsBigEndian, AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use claviger_model::{Secret, SigningAlgorithmSpec};
use ed25519_dalek::{Digest, Sha512, Signature, SigningKey};

use super::Message;
use crate::pkcs8::{self, PrivateKey, SeedValues};
use crate::{Error, Rng};

/// An Ed25519 key pair. AWS-LC signs messages; Ed25519ph, which it does not offer, is ed25519-dalek's.
pub struct Edwards {
    pair: Ed25519KeyPair,
    verifier: ParsedPublicKey,
    prehashing: SigningKey,
    public: Vec<u8>,
}

impl Edwards {
    /// A new pair as PKCS #8 and SubjectPublicKeyInfo.
    pub(super) fn generate(rng: &dyn Rng) -> Result<(Secret, Vec<u8>), Error> {
        let seed = Secret::try_filled(SEED_BYTES, |bytes| rng.fill(bytes))?;
        // EXPOSE: the seed is the private key.
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| Error::Engine)?;
        let private = pair.to_pkcs8v1().map_err(|_| Error::Engine)?;
        Ok((Secret::copy_of(private.as_ref()), public_der(&pair)?))
    }

    pub(super) fn open(material: &Secret) -> Result<Self, Error> {
        // EXPOSE: the library parses the private key.
        let pair = Ed25519KeyPair::from_pkcs8(material.expose()).map_err(|_| Error::Malformed)?;
        let seed = pair.seed().map_err(|_| Error::Engine)?;
        let seed = seed.as_be_bytes().map_err(|_| Error::Engine)?;
        let seed: &[u8; SEED_BYTES] = seed.as_ref().try_into().map_err(|_| Error::Engine)?;
        let public = public_der(&pair)?;
        Ok(Self {
            verifier: ParsedPublicKey::new(&ED25519, &public).map_err(|_| Error::Engine)?,
            prehashing: SigningKey::from_bytes(seed),
            pair,
            public,
        })
    }

    /// The stored form of a key that was imported, after all of it was checked.
    pub(crate) fn import(values: &SeedValues) -> Result<Secret, Error> {
        if values.seed.len() != SEED_BYTES {
            return Err(Error::Malformed);
        }
        // EXPOSE: the seed is the private key.
        let pair = Ed25519KeyPair::from_seed_unchecked(values.seed.expose())
            .map_err(|_| Error::Malformed)?;
        if let Some(public) = &values.public
            && public != pair.public_key().as_ref()
        {
            return Err(Error::Malformed);
        }
        let private = pair.to_pkcs8v1().map_err(|_| Error::Engine)?;
        Ok(Secret::copy_of(private.as_ref()))
    }

    /// The private value: the seed.
    pub(super) fn private_value(material: &Secret) -> Result<Secret, Error> {
        match pkcs8::read(material)? {
            PrivateKey::Ed25519(values) => Ok(values.seed),
            PrivateKey::Rsa(_) | PrivateKey::Ec(_) => Err(Error::Malformed),
        }
    }

    pub(super) fn public_der(&self) -> &[u8] {
        &self.public
    }

    pub(super) fn sign(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
    ) -> Result<Vec<u8>, Error> {
        match Form::of(algorithm, message)? {
            Form::Pure(bytes) => self
                .pair
                .try_sign(bytes)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| Error::Engine),
            Form::Prehashed(hash) => self
                .prehashing
                .sign_prehashed(hash, None)
                .map(|signature| signature.to_bytes().to_vec())
                .map_err(|_| Error::Engine),
        }
    }

    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<bool, Error> {
        Ok(match Form::of(algorithm, message)? {
            Form::Pure(bytes) => self.verifier.verify_sig(bytes, signature).is_ok(),
            Form::Prehashed(hash) => Signature::from_slice(signature).is_ok_and(|signature| {
                let key = self.prehashing.verifying_key();
                key.verify_prehashed_strict(hash, None, &signature).is_ok()
            }),
        })
    }
}

/// What is signed. The two algorithms are for one message form each.
enum Form<'a> {
    Pure(&'a [u8]),
    Prehashed(Sha512),
}

impl<'a> Form<'a> {
    fn of(algorithm: SigningAlgorithmSpec, message: Message<'a>) -> Result<Self, Error> {
        match (algorithm, message) {
            (SigningAlgorithmSpec::Ed25519Sha512, Message::Raw(bytes)) => Ok(Self::Pure(bytes)),
            // AWS KMS takes the caller's digest for the message and hashes it again: what is signed is Ed25519ph of 64
            // bytes. AWS: https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
            (SigningAlgorithmSpec::Ed25519PhSha512, Message::Digest(bytes))
                if bytes.len() == DIGEST_BYTES =>
            {
                Ok(Self::Prehashed(Sha512::new_with_prefix(bytes)))
            }
            (_, Message::Raw(_) | Message::Digest(_) | Message::ExternalMu(_)) => {
                Err(Error::Malformed)
            }
        }
    }
}

fn public_der(pair: &Ed25519KeyPair) -> Result<Vec<u8>, Error> {
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| Error::Engine)?;
    Ok(der.as_ref().to_vec())
}

const SEED_BYTES: usize = 32;

const DIGEST_BYTES: usize = 64;
