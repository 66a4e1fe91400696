//! RSA: OAEP encryption, PSS and PKCS #1 v1.5 signatures (RFC 8017).

use aws_lc_rs::digest::{Algorithm, Digest, SHA256, SHA384, SHA512};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, KeyPairComponents, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm,
    OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey, PublicKeyComponents,
};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaParameters, RsaSignatureEncoding,
};
use claviger_model::{EncryptionAlgorithmSpec, KeySpec, Secret, SigningAlgorithmSpec};

use super::Message;
use crate::Error;
use crate::pkcs8::{self, PrivateKey, RsaValues};

/// An RSA key pair, parsed for everything that a key of either usage may be asked.
pub struct Rsa {
    pair: KeyPair,
    decrypting: OaepPrivateDecryptingKey,
    encrypting: OaepPublicEncryptingKey,
    /// One for each of [`SCHEMES`], in that order.
    verifiers: Vec<ParsedPublicKey>,
    public: Vec<u8>,
}

impl Rsa {
    /// A new pair as PKCS #8 and SubjectPublicKeyInfo. Slow: about 0.1 s for RSA_2048 and 1 s for RSA_4096.
    pub(super) fn generate(spec: KeySpec) -> Result<(Secret, Vec<u8>), Error> {
        let pair = KeyPair::generate(size(spec)?).map_err(|_| Error::Engine)?;
        Ok((private_der(&pair)?, public_der(&pair)?))
    }

    pub(super) fn open(spec: KeySpec, material: &Secret) -> Result<Self, Error> {
        // EXPOSE: the library parses the private key.
        let pair = KeyPair::from_pkcs8(material.expose()).map_err(|_| Error::Malformed)?;
        // EXPOSE: once more, for the library's other type of RSA key.
        let private =
            PrivateDecryptingKey::from_pkcs8(material.expose()).map_err(|_| Error::Malformed)?;
        if private.key_size_bits() != size(spec)?.len() * 8 {
            return Err(Error::Malformed);
        }
        let public = public_der(&pair)?;
        let verifiers = SCHEMES
            .iter()
            .map(|scheme| ParsedPublicKey::new(scheme.verifying, &public))
            .collect::<Result<_, _>>()
            .map_err(|_| Error::Engine)?;
        Ok(Self {
            pair,
            encrypting: OaepPublicEncryptingKey::new(private.public_key())
                .map_err(|_| Error::Engine)?,
            decrypting: OaepPrivateDecryptingKey::new(private).map_err(|_| Error::Engine)?,
            verifiers,
            public,
        })
    }

    /// The stored form of a key that was imported, after all of it was checked.
    pub(crate) fn import(spec: KeySpec, values: &RsaValues) -> Result<Secret, Error> {
        // EXPOSE: the library takes the private values and checks each against the others.
        let components = KeyPairComponents {
            public_key: PublicKeyComponents {
                n: values.n.expose(),
                e: values.e.expose(),
            },
            d: values.d.expose(),
            p: values.p.expose(),
            q: values.q.expose(),
            dP: values.dp.expose(),
            dQ: values.dq.expose(),
            qInv: values.qi.expose(),
        };
        let pair = KeyPair::from_components(&components).map_err(|_| Error::Malformed)?;
        let material = private_der(&pair)?;
        let opened = Self::open(spec, &material)?;
        // The library does not ask whether the factors are prime. With most others, no power gives a message back.
        let probe = Message::Raw(PAIRWISE_PROBE);
        let algorithm = SigningAlgorithmSpec::RsassaPssSha256;
        let signature = opened
            .sign(algorithm, probe)
            .map_err(|_| Error::Malformed)?;
        if opened.verify(algorithm, probe, &signature)? {
            Ok(material)
        } else {
            Err(Error::Malformed)
        }
    }

    /// The private value, in one form however the key was written: exponent, larger and smaller prime.
    pub(super) fn private_value(material: &Secret) -> Result<Secret, Error> {
        let PrivateKey::Rsa(values) = pkcs8::read(material)? else {
            return Err(Error::Malformed);
        };
        // EXPOSE: concatenated in one allocation, so that no copy stays. Both primes are as long as half the modulus.
        let (p, q) = (values.p.expose(), values.q.expose());
        let (larger, smaller) = if p > q { (p, q) } else { (q, p) };
        Ok(Secret::from_vec(
            [values.e.expose(), larger, smaller].concat(),
        ))
    }

    pub(super) fn public_der(&self) -> &[u8] {
        &self.public
    }

    pub(super) fn sign(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
    ) -> Result<Vec<u8>, Error> {
        let scheme = Scheme::of(algorithm)?;
        let mut signature = vec![0; self.pair.public_modulus_len()];
        match message {
            Message::Raw(bytes) => {
                self.pair
                    .sign(scheme.signing, &SystemRandom::new(), bytes, &mut signature)
            }
            Message::Digest(bytes) => {
                self.pair
                    .sign_digest(scheme.signing, &digest(bytes, scheme.hash)?, &mut signature)
            }
            Message::ExternalMu(_) => return Err(Error::Malformed),
        }
        .map_err(|_| Error::Engine)?;
        Ok(signature)
    }

    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<bool, Error> {
        let known = SCHEMES.iter().zip(&self.verifiers);
        let (scheme, key) = known
            .into_iter()
            .find(|(scheme, _)| scheme.algorithm == algorithm)
            .ok_or(Error::Malformed)?;
        let verified = match message {
            Message::Raw(bytes) => key.verify_sig(bytes, signature),
            Message::Digest(bytes) => {
                key.verify_digest_sig(&digest(bytes, scheme.hash)?, signature)
            }
            Message::ExternalMu(_) => return Err(Error::Malformed),
        };
        Ok(verified.is_ok())
    }

    pub(super) fn encrypt(
        &self,
        algorithm: EncryptionAlgorithmSpec,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let oaep = oaep(algorithm)?;
        if plaintext.len() > self.encrypting.max_plaintext_size(oaep) {
            return Err(Error::Malformed);
        }
        let mut ciphertext = vec![0; self.encrypting.ciphertext_size()];
        let length = self
            .encrypting
            .encrypt(oaep, plaintext, &mut ciphertext, None)
            .map_err(|_| Error::Engine)?
            .len();
        ciphertext.truncate(length);
        Ok(ciphertext)
    }

    pub(super) fn decrypt(
        &self,
        algorithm: EncryptionAlgorithmSpec,
        ciphertext: &[u8],
    ) -> Result<Secret, Error> {
        oaep_decrypt(&self.decrypting, oaep(algorithm)?, ciphertext)
    }
}

/// Decrypts under OAEP with an empty label. AWS-LC checks the padding in constant time, and there is one error for
/// everything that can be wrong with the ciphertext: more would be an oracle (Manger, CRYPTO 2001).
///
/// # Errors
/// [`Error::Rejected`].
pub(crate) fn oaep_decrypt(
    key: &OaepPrivateDecryptingKey,
    algorithm: &'static OaepAlgorithm,
    ciphertext: &[u8],
) -> Result<Secret, Error> {
    let mut length = 0;
    let padded = Secret::try_filled(key.min_output_size(), |out| {
        let plaintext = key
            .decrypt(algorithm, ciphertext, out, None)
            .map_err(|_| Error::Rejected)?;
        length = plaintext.len();
        Ok(())
    })?;
    // EXPOSE: the plaintext is the front of a buffer as long as the modulus.
    padded
        .expose()
        .get(..length)
        .map(Secret::copy_of)
        .ok_or(Error::Engine)
}

/// The digest that the caller computed, for the library.
pub(super) fn digest(bytes: &[u8], hash: &'static Algorithm) -> Result<Digest, Error> {
    Digest::import_less_safe(bytes, hash).map_err(|_| Error::Malformed)
}

fn private_der(pair: &KeyPair) -> Result<Secret, Error> {
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| Error::Engine)?;
    Ok(Secret::copy_of(der.as_ref()))
}

fn public_der(pair: &KeyPair) -> Result<Vec<u8>, Error> {
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| Error::Engine)?;
    Ok(der.as_ref().to_vec())
}

fn size(spec: KeySpec) -> Result<KeySize, Error> {
    SIZES
        .into_iter()
        .find(|(known, _)| *known == spec)
        .map(|(_, size)| size)
        .ok_or(Error::Malformed)
}

fn oaep(algorithm: EncryptionAlgorithmSpec) -> Result<&'static OaepAlgorithm, Error> {
    match algorithm {
        EncryptionAlgorithmSpec::RsaesOaepSha1 => Ok(&OAEP_SHA1_MGF1SHA1),
        EncryptionAlgorithmSpec::RsaesOaepSha256 => Ok(&OAEP_SHA256_MGF1SHA256),
        EncryptionAlgorithmSpec::SymmetricDefault | EncryptionAlgorithmSpec::Sm2pke => {
            Err(Error::Malformed)
        }
    }
}

/// A signature scheme. PSS has MGF1 with the same hash and a salt as long as the hash, for verifying as well.
pub(super) struct Scheme {
    pub(super) algorithm: SigningAlgorithmSpec,
    hash: &'static Algorithm,
    signing: &'static RsaSignatureEncoding,
    pub(super) verifying: &'static RsaParameters,
}

impl Scheme {
    fn of(algorithm: SigningAlgorithmSpec) -> Result<&'static Self, Error> {
        SCHEMES
            .iter()
            .find(|scheme| scheme.algorithm == algorithm)
            .ok_or(Error::Malformed)
    }
}

pub(super) static SCHEMES: [Scheme; 6] = [
    Scheme {
        algorithm: SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
        hash: &SHA256,
        signing: &RSA_PKCS1_SHA256,
        verifying: &RSA_PKCS1_2048_8192_SHA256,
    },
    Scheme {
        algorithm: SigningAlgorithmSpec::RsassaPkcs1V15Sha384,
        hash: &SHA384,
        signing: &RSA_PKCS1_SHA384,
        verifying: &RSA_PKCS1_2048_8192_SHA384,
    },
    Scheme {
        algorithm: SigningAlgorithmSpec::RsassaPkcs1V15Sha512,
        hash: &SHA512,
        signing: &RSA_PKCS1_SHA512,
        verifying: &RSA_PKCS1_2048_8192_SHA512,
    },
    Scheme {
        algorithm: SigningAlgorithmSpec::RsassaPssSha256,
        hash: &SHA256,
        signing: &RSA_PSS_SHA256,
        verifying: &RSA_PSS_2048_8192_SHA256,
    },
    Scheme {
        algorithm: SigningAlgorithmSpec::RsassaPssSha384,
        hash: &SHA384,
        signing: &RSA_PSS_SHA384,
        verifying: &RSA_PSS_2048_8192_SHA384,
    },
    Scheme {
        algorithm: SigningAlgorithmSpec::RsassaPssSha512,
        hash: &SHA512,
        signing: &RSA_PSS_SHA512,
        verifying: &RSA_PSS_2048_8192_SHA512,
    },
];

const SIZES: [(KeySpec, KeySize); 3] = [
    (KeySpec::Rsa2048, KeySize::Rsa2048),
    (KeySpec::Rsa3072, KeySize::Rsa3072),
    (KeySpec::Rsa4096, KeySize::Rsa4096),
];

const PAIRWISE_PROBE: &[u8] = b"claviger pairwise consistency";
