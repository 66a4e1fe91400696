//! ECDSA and ECDH on the NIST curves, ECDSA on secp256k1 (FIPS 186-5, SP 800-56A, SEC 1). Signatures are DER.

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, UnparsedPublicKey};
use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1,
    ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING,
    ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    EcdsaVerificationAlgorithm, KeyPair as _, ParsedPublicKey,
};
use claviger_model::{KeySpec, Secret, SigningAlgorithmSpec};

use super::Message;
use super::rsa::digest;
use super::secp256k1::Secp256k1;
use crate::pkcs8::{self, EcValues, PrivateKey};
use crate::{Error, sha256, spki};

/// A key pair on one curve.
pub struct Ecc {
    curve: &'static Curve,
    pair: EcdsaKeyPair,
    verifier: ParsedPublicKey,
    /// Signs and verifies instead of the library, on its curve.
    secp256k1: Option<Secp256k1>,
    /// None on a curve without ECDH.
    agreeing: Option<agreement::PrivateKey>,
    public: Vec<u8>,
}

impl Ecc {
    /// A new pair as PKCS #8 and SubjectPublicKeyInfo.
    pub(super) fn generate(spec: KeySpec) -> Result<(Secret, Vec<u8>), Error> {
        let pair = EcdsaKeyPair::generate(Curve::of(spec)?.signing).map_err(|_| Error::Engine)?;
        let private = pair.to_pkcs8v1().map_err(|_| Error::Engine)?;
        Ok((Secret::copy_of(private.as_ref()), public_der(&pair)?))
    }

    pub(super) fn open(spec: KeySpec, material: &Secret) -> Result<Self, Error> {
        let curve = Curve::of(spec)?;
        // EXPOSE: the library parses the private key.
        let pkcs8 = material.expose();
        let pair = EcdsaKeyPair::from_pkcs8(curve.signing, pkcs8).map_err(|_| Error::Malformed)?;
        let agreeing = curve
            .agreement
            .map(|ecdh| agreement::PrivateKey::from_private_key_der(ecdh, pkcs8))
            .transpose()
            .map_err(|_| Error::Malformed)?;
        let secp256k1 = match spec == KeySpec::EccSecgP256k1 {
            true => Some(Secp256k1::new(&Self::private_value(spec, material)?)?),
            false => None,
        };
        let public = public_der(&pair)?;
        Ok(Self {
            curve,
            secp256k1,
            verifier: ParsedPublicKey::new(curve.verifying, &public).map_err(|_| Error::Engine)?,
            pair,
            agreeing,
            public,
        })
    }

    /// The stored form of a key that was imported, after all of it was checked.
    pub(crate) fn import(spec: KeySpec, values: &EcValues) -> Result<Secret, Error> {
        let curve = Curve::of(spec)?;
        if values.curve != spec {
            return Err(Error::Malformed);
        }
        let scalar = curve.scalar(&values.scalar)?;
        // EXPOSE: the library takes the scalar, checks its range and computes the point.
        let sec1 = Secret::from_vec([&curve.sec1_header(), scalar.expose()].concat());
        let alone = EcdsaKeyPair::from_private_key_der(curve.signing, sec1.expose())
            .map_err(|_| Error::Malformed)?;
        let with_point = |point: &[u8]| {
            EcdsaKeyPair::from_private_key_and_public_key(curve.signing, scalar.expose(), point)
                .map_err(|_| Error::Malformed)
        };
        for point in &values.points {
            // In any form: compressed, uncompressed or hybrid.
            with_point(point)?;
        }
        // A key that was read without its point is written without it; the stored form has it.
        let pair = with_point(alone.public_key().as_ref())?;
        let private = pair.to_pkcs8v1().map_err(|_| Error::Engine)?;
        Ok(Secret::copy_of(private.as_ref()))
    }

    /// The private value: the scalar, as long as the curve's order.
    pub(super) fn private_value(spec: KeySpec, material: &Secret) -> Result<Secret, Error> {
        match pkcs8::read(material)? {
            PrivateKey::Ec(values) if values.curve == spec => {
                Curve::of(spec)?.scalar(&values.scalar)
            }
            PrivateKey::Ec(_) | PrivateKey::Rsa(_) | PrivateKey::Ed25519(_) => {
                Err(Error::Malformed)
            }
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
        self.curve.has(algorithm)?;
        if let Some(key) = &self.secp256k1 {
            return key.sign(sha_256_of(message)?);
        }
        let signature = match message {
            Message::Raw(bytes) => self.pair.sign(&SystemRandom::new(), bytes),
            Message::Digest(bytes) => self.pair.sign_digest(&digest(bytes, self.curve.hash)?),
            Message::ExternalMu(_) => return Err(Error::Malformed),
        };
        signature
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| Error::Engine)
    }

    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<bool, Error> {
        self.curve.has(algorithm)?;
        if let Some(key) = &self.secp256k1 {
            return Ok(key.verify(sha_256_of(message)?, signature));
        }
        let verified = match message {
            Message::Raw(bytes) => self.verifier.verify_sig(bytes, signature),
            Message::Digest(bytes) => self
                .verifier
                .verify_digest_sig(&digest(bytes, self.curve.hash)?, signature),
            Message::ExternalMu(_) => return Err(Error::Malformed),
        };
        Ok(verified.is_ok())
    }

    /// The x-coordinate of the shared point, as long as the curve's field. The library checks that the peer's point is
    /// on the curve and not at infinity; with a cofactor of 1 that is full validation (SP 800-56A, section 5.6.2.3.3).
    pub(super) fn agree(&self, peer: &[u8]) -> Result<Secret, Error> {
        let (Some(private), Some(ecdh)) = (&self.agreeing, self.curve.agreement) else {
            return Err(Error::Malformed);
        };
        let (curve, point) = spki::point(peer)?;
        if curve != self.curve.spec {
            return Err(Error::Malformed);
        }
        let peer = UnparsedPublicKey::new(ecdh, point);
        agreement::agree(private, peer, Error::Malformed, |shared| {
            Ok(Secret::copy_of(shared))
        })
    }
}

fn sha_256_of(message: Message<'_>) -> Result<[u8; 32], Error> {
    match message {
        Message::Raw(bytes) => Ok(sha256(bytes)),
        Message::Digest(bytes) => bytes.try_into().map_err(|_| Error::Malformed),
        Message::ExternalMu(_) => Err(Error::Malformed),
    }
}

fn public_der(pair: &EcdsaKeyPair) -> Result<Vec<u8>, Error> {
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| Error::Engine)?;
    Ok(der.as_ref().to_vec())
}

/// What the library calls a curve and its one hash.
pub(super) struct Curve {
    pub(super) spec: KeySpec,
    algorithm: SigningAlgorithmSpec,
    hash: &'static Algorithm,
    signing: &'static EcdsaSigningAlgorithm,
    pub(super) verifying: &'static EcdsaVerificationAlgorithm,
    agreement: Option<&'static agreement::Algorithm>,
    /// How long a scalar is.
    scalar_bytes: u8,
}

impl Curve {
    fn of(spec: KeySpec) -> Result<&'static Self, Error> {
        CURVES
            .iter()
            .find(|curve| curve.spec == spec)
            .ok_or(Error::Malformed)
    }

    /// The scalar with as many leading zeros as it takes: some writers leave them out, some write one too many.
    fn scalar(&self, written: &Secret) -> Result<Secret, Error> {
        let length = usize::from(self.scalar_bytes);
        // EXPOSE: moved to the end of a buffer of the right length.
        let written = written.expose();
        let surplus = written.len().saturating_sub(length);
        let (zeros, digits) = written.split_at_checked(surplus).ok_or(Error::Malformed)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(Error::Malformed);
        }
        Secret::try_filled(length, |out| {
            let start = length - digits.len();
            let end = out.get_mut(start..).ok_or(Error::Malformed)?;
            end.copy_from_slice(digits);
            Ok(())
        })
    }

    /// What stands before a scalar in an ECPrivateKey (RFC 5915) of nothing else.
    const fn sec1_header(&self) -> [u8; 7] {
        [0x30, self.scalar_bytes + 5, 2, 1, 1, 4, self.scalar_bytes]
    }

    fn has(&self, algorithm: SigningAlgorithmSpec) -> Result<(), Error> {
        if self.algorithm == algorithm {
            Ok(())
        } else {
            Err(Error::Malformed)
        }
    }
}

pub(super) static CURVES: [Curve; 4] = [
    Curve {
        spec: KeySpec::EccNistP256,
        algorithm: SigningAlgorithmSpec::EcdsaSha256,
        hash: &SHA256,
        signing: &ECDSA_P256_SHA256_ASN1_SIGNING,
        verifying: &ECDSA_P256_SHA256_ASN1,
        agreement: Some(&ECDH_P256),
        scalar_bytes: 32,
    },
    Curve {
        spec: KeySpec::EccNistP384,
        algorithm: SigningAlgorithmSpec::EcdsaSha384,
        hash: &SHA384,
        signing: &ECDSA_P384_SHA384_ASN1_SIGNING,
        verifying: &ECDSA_P384_SHA384_ASN1,
        agreement: Some(&ECDH_P384),
        scalar_bytes: 48,
    },
    Curve {
        spec: KeySpec::EccNistP521,
        algorithm: SigningAlgorithmSpec::EcdsaSha512,
        hash: &SHA512,
        signing: &ECDSA_P521_SHA512_ASN1_SIGNING,
        verifying: &ECDSA_P521_SHA512_ASN1,
        agreement: Some(&ECDH_P521),
        scalar_bytes: 66,
    },
    Curve {
        spec: KeySpec::EccSecgP256k1,
        algorithm: SigningAlgorithmSpec::EcdsaSha256,
        hash: &SHA256,
        signing: &ECDSA_P256K1_SHA256_ASN1_SIGNING,
        verifying: &ECDSA_P256K1_SHA256_ASN1,
        agreement: None,
        scalar_bytes: 32,
    },
];
