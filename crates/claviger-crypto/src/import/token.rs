//! The import token: everything that ImportKeyMaterial needs to know about the GetParametersForImport before it.
//!
//! Version 1, big-endian, at most 6,144 bytes for every spec:
//!
//! ```text
//! format 1 │ suite 1 │ day 4 │ nonce 16 │ ciphertext │ tag 16
//! └─── header, authenticated ┘
//! plaintext: spec 1 │ algorithm 1 │ key uuid 16 │ account 8 │ epoch 8 │ not after 8 │ region length 1 │ region │ PKCS #8
//! ```
//!
//! The day names the import-day key that seals the token. It is 32 random bytes, not derived from anything: once it is
//! destroyed, nothing opens the tokens of that day.

use claviger_model::{Secret, Timestamp};

use super::{WrappingAlgorithm, WrappingSpec};
use crate::reader::Reader;
use crate::single_use::SingleUse;
use crate::{Error, Rng};

/// What a token says. It is believed because it opened; whether it is still good is for the caller to judge.
pub struct Token {
    /// The UTC day (days since 1970-01-01) whose import-day key seals the token.
    pub day: u32,
    /// The private wrapping key, as PKCS #8.
    pub wrapping_key: Secret,
    /// The kind of wrapping key.
    pub spec: WrappingSpec,
    /// The algorithm that the material must be wrapped with.
    pub algorithm: WrappingAlgorithm,
    /// The uuid of the KMS key that the material is for.
    pub key_uuid: [u8; 16],
    /// The account that asked.
    pub account: u64,
    /// The Region that was asked.
    pub region: String,
    /// The key's import epoch; a token of an earlier epoch is void.
    pub epoch: u64,
    /// The moment after which the token is void.
    pub not_after: Timestamp,
}

/// Seals `token` under the import-day key of its day.
///
/// # Errors
/// [`Error::Malformed`] for a Region name of more than 255 bytes, [`Error::Engine`] when the library failed.
pub fn seal(day_key: &Secret, token: &Token, rng: &dyn Rng) -> Result<Vec<u8>, Error> {
    let header = [VERSION.as_slice(), &token.day.to_be_bytes()].concat();
    let plaintext = token.to_secret()?;
    // EXPOSE: it is sealed right here.
    SingleUse {
        key: day_key,
        label: LABEL,
        bound: &[],
        aad: &header,
    }
    .seal(&header, plaintext.expose(), rng)
}

/// Opens a token.
///
/// # Errors
/// [`Error::Rejected`] under the key of another day and for altered bytes, [`Error::Malformed`] for another format.
pub fn open(day_key: &Secret, bytes: &[u8]) -> Result<Token, Error> {
    let (header, sealed) = bytes
        .split_at_checked(HEADER_BYTES)
        .ok_or(Error::Malformed)?;
    let day = day_of(header).ok_or(Error::Malformed)?;
    let plaintext = SingleUse {
        key: day_key,
        label: LABEL,
        bound: &[],
        aad: header,
    }
    .open(sealed)?;
    // EXPOSE: the private key is copied from here to where it lives.
    Token::read(day, plaintext.expose())
}

/// The UTC day (days since 1970-01-01) whose import-day key a token claims to be sealed under; none for another format.
pub fn day_of(bytes: &[u8]) -> Option<u32> {
    let mut reader = Reader::new(bytes);
    reader.expect(VERSION).ok()?;
    reader.u32().ok()
}

impl Token {
    fn to_secret(&self) -> Result<Secret, Error> {
        let region_length = u8::try_from(self.region.len()).map_err(|_| Error::Malformed)?;
        // EXPOSE: the plaintext of the token is a secret itself; concatenated in one allocation, so that no copy stays.
        let plaintext = [
            [spec_code(self.spec), algorithm_code(self.algorithm)].as_slice(),
            &self.key_uuid,
            &self.account.to_be_bytes(),
            &self.epoch.to_be_bytes(),
            &self.not_after.epoch_ms().to_be_bytes(),
            &[region_length],
            self.region.as_bytes(),
            self.wrapping_key.expose(),
        ]
        .concat();
        Ok(Secret::from_vec(plaintext))
    }

    fn read(day: u32, bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let [spec, algorithm] = *reader.array()?;
        let spec = WrappingSpec::ALL
            .into_iter()
            .find(|known| spec_code(*known) == spec);
        let algorithm = WrappingAlgorithm::ALL
            .into_iter()
            .find(|known| algorithm_code(*known) == algorithm);
        let key_uuid = *reader.array()?;
        let account = reader.u64()?;
        let epoch = reader.u64()?;
        let not_after = Timestamp::from_epoch_ms(i64::from_be_bytes(*reader.array()?));
        let region_length = usize::from(reader.u8()?);
        let region = std::str::from_utf8(reader.bytes(region_length)?)
            .map_err(|_| Error::Malformed)?
            .to_owned();
        Ok(Self {
            day,
            wrapping_key: Secret::copy_of(reader.rest()),
            spec: spec.ok_or(Error::Malformed)?,
            algorithm: algorithm.ok_or(Error::Malformed)?,
            key_uuid,
            account,
            region,
            epoch,
            not_after,
        })
    }
}

const fn spec_code(spec: WrappingSpec) -> u8 {
    match spec {
        WrappingSpec::Rsa2048 => 1,
        WrappingSpec::Rsa3072 => 2,
        WrappingSpec::Rsa4096 => 3,
    }
}

const fn algorithm_code(algorithm: WrappingAlgorithm) -> u8 {
    match algorithm {
        WrappingAlgorithm::OaepSha1 => 1,
        WrappingAlgorithm::OaepSha256 => 2,
        WrappingAlgorithm::RsaAesKeyWrapSha1 => 3,
        WrappingAlgorithm::RsaAesKeyWrapSha256 => 4,
    }
}

/// Format 1, suite 1: SP 800-108 HMAC-SHA-256 counter mode, then AES-256-GCM.
const VERSION: [u8; 2] = [1, 1];

const HEADER_BYTES: usize = 2 + 4;

const LABEL: &[u8] = b"claviger import token v1";
