//! Sealing under a key that is used exactly once: how records, import tokens and the keyring are protected.
//!
//! The AES-256-GCM key is derived from a long-lived key and a fresh 128-bit nonce, and the IV is twelve zeros. That is
//! sound because GCM asks for one thing only, that no (key, IV) pair ever seals twice (SP 800-38D, section 8), and here
//! the key itself never repeats: two derived keys of the same purpose are equal only when their nonces are, which 2^48
//! writes under one long-lived key make happen with probability below 2^-32. A random 96-bit IV under one fixed key would
//! reach that bound after 2^32 writes, and a counter would have to survive restarts and restored backups.

use claviger_model::Secret;
use zeroize::Zeroizing;

use crate::aead::{self, IV_BYTES, KEY_BYTES, TAG_BYTES};
use crate::{Error, Rng, kdf};

/// From what the key of one sealing is derived, and what it is bound to.
pub(crate) struct SingleUse<'a> {
    /// The long-lived key.
    pub(crate) key: &'a Secret,
    /// Keeps the purposes of one long-lived key apart.
    pub(crate) label: &'a [u8],
    /// What the derived key depends on, beside the nonce.
    pub(crate) bound: &'a [&'a [u8]],
    /// What the tag covers, beside the ciphertext.
    pub(crate) aad: &'a [u8],
}

impl SingleUse<'_> {
    /// Gives `header || nonce || ciphertext || tag`. The header is authenticated only as far as `aad` repeats it.
    pub(crate) fn seal(
        &self,
        header: &[u8],
        plaintext: &[u8],
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill(&mut nonce)?;
        let mut out = Vec::with_capacity(header.len() + NONCE_BYTES + plaintext.len() + TAG_BYTES);
        out.extend_from_slice(header);
        out.extend_from_slice(&nonce);
        aead::seal_onto(
            &mut out,
            self.derive(&nonce)?.as_slice(),
            ZERO_IV,
            self.aad,
            plaintext,
        )?;
        Ok(out)
    }

    /// Opens `nonce || ciphertext || tag`.
    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Secret, Error> {
        let (nonce, sealed) = sealed.split_first_chunk().ok_or(Error::Malformed)?;
        aead::open(self.derive(nonce)?.as_slice(), ZERO_IV, self.aad, sealed)
    }

    fn derive(&self, nonce: &[u8; NONCE_BYTES]) -> Result<Zeroizing<[u8; KEY_BYTES]>, Error> {
        let mut info = [self.label, &[0], &length(nonce), nonce].concat();
        for part in self.bound {
            info.extend_from_slice(&length(part));
            info.extend_from_slice(part);
        }
        info.extend_from_slice(&KEY_BITS.to_be_bytes());
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        kdf::derive(self.key, &info, key.as_mut_slice())?;
        Ok(key)
    }
}

/// The length prefix of a variable part: 64 bits, so that no length fails to fit.
pub(crate) fn length(part: &[u8]) -> [u8; 8] {
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}

const NONCE_BYTES: usize = 16;

const ZERO_IV: [u8; IV_BYTES] = [0; IV_BYTES];

const KEY_BITS: u32 = 256;
