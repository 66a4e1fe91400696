//! The barrier: nothing reaches the store in the clear, and nothing that the store returns is believed.
//!
//! Version 1 of a stored value, big-endian:
//!
//! ```text
//! format 1 │ suite 1 │ generation 4 │ account 8 │ version 8 │ nonce 16 │ ciphertext │ tag 16
//! └──────────────────── header, authenticated ────────────┘
//! ```
//!
//! Each write has a key of its own, derived from the domain key of the generation, the table and the record's id. The tag
//! also covers the cluster, the account and the record's version, so a value that is moved to another record, another
//! table, another cluster, or whose header is changed does not open. An older value of the same record does: only the
//! audit log, which has seen the newer one, tells that it was rolled back.

use aws_lc_rs::hmac;
use claviger_model::Secret;

use crate::keyring::Keyring;
use crate::reader::Reader;
use crate::single_use::{SingleUse, length};
use crate::{Error, Rng};

/// Where a record stands. The store sees the table and the id; all three are authenticated.
#[derive(Clone, Copy, Debug)]
pub struct RecordId<'a> {
    /// The account that owns the record; 0 for none.
    pub account: u64,
    /// The kind of record.
    pub table: &'a str,
    /// The record's id within its table.
    pub id: &'a [u8],
}

/// A record that was opened, with what its header says about it.
pub struct Opened {
    /// The account that owns the record; 0 for none.
    pub account: u64,
    /// Counts the writes of this record.
    pub version: u64,
    /// The generation of the domain key that it is sealed under.
    pub generation: u32,
    /// The record.
    pub plaintext: Secret,
}

/// Seals and opens records, and hides names.
pub struct Barrier {
    keyring: Keyring,
    index: hmac::Key,
}

impl Barrier {
    /// A barrier that writes under the active generation of `keyring` and reads all of them.
    pub fn new(keyring: Keyring) -> Self {
        // EXPOSE: the index key, keyed once.
        let index = hmac::Key::new(hmac::HMAC_SHA256, keyring.index_key().expose());
        Self { keyring, index }
    }

    /// The keyring, for wrapping it again and for the audit log's seed.
    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Seals write number `version` of the record `at`.
    ///
    /// # Errors
    /// [`Error::Engine`] when randomness or the library failed.
    pub fn seal(
        &self,
        at: &RecordId<'_>,
        version: u64,
        plaintext: &[u8],
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, Error> {
        let (generation, key) = self.keyring.active()?;
        let header = Header {
            generation,
            account: at.account,
            version,
        };
        let aad = header.aad(self.keyring.cluster(), at.table, at.id);
        let bound = [at.table.as_bytes(), at.id];
        SingleUse {
            key,
            label: LABEL,
            bound: &bound,
            aad: &aad,
        }
        .seal(&header.to_bytes(), plaintext, rng)
    }

    /// Opens what the store returned for the record `id` of `table`. The account is an answer, not a question: a ciphertext
    /// leads to its key's record without anyone knowing whose it is.
    ///
    /// # Errors
    /// [`Error::Malformed`] for another format, [`Error::Rejected`] for an unknown generation and for anything altered or
    /// moved.
    pub fn open(&self, table: &str, id: &[u8], sealed: &[u8]) -> Result<Opened, Error> {
        let mut reader = Reader::new(sealed);
        let header = Header::read(&mut reader)?;
        let Header {
            generation,
            account,
            version,
        } = header;
        let key = self.keyring.domain_key(generation).ok_or(Error::Rejected)?;
        let aad = header.aad(self.keyring.cluster(), table, id);
        let bound = [table.as_bytes(), id];
        let plaintext = SingleUse {
            key,
            label: LABEL,
            bound: &bound,
            aad: &aad,
        }
        .open(reader.rest())?;
        Ok(Opened {
            account,
            version,
            generation,
            plaintext,
        })
    }

    /// An opaque stand-in for a name (an alias, a user name) in a store key: equal names have equal stand-ins, for ever,
    /// and the store learns no more. HMAC-SHA-256 over the length-prefixed label and parts.
    pub fn index(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = hmac::Context::with_key(&self.index);
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            hash.update(&length(part));
            hash.update(part);
        }
        let mut out = [0; 32];
        out.copy_from_slice(hash.sign().as_ref());
        out
    }
}

/// The authenticated part of a stored value that is in the clear.
#[derive(Clone, Copy)]
struct Header {
    generation: u32,
    account: u64,
    version: u64,
}

impl Header {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.expect(VERSION)?;
        Ok(Self {
            generation: reader.u32()?,
            account: reader.u64()?,
            version: reader.u64()?,
        })
    }

    fn to_bytes(self) -> Vec<u8> {
        let Self {
            generation,
            account,
            version,
        } = self;
        [
            VERSION.as_slice(),
            &generation.to_be_bytes(),
            &account.to_be_bytes(),
            &version.to_be_bytes(),
        ]
        .concat()
    }

    /// `format || cluster uuid || account || table || record id || version || generation`, variable parts with their length.
    fn aad(self, cluster: &[u8; 16], table: &str, id: &[u8]) -> Vec<u8> {
        [
            VERSION.as_slice(),
            cluster,
            &self.account.to_be_bytes(),
            &length(table.as_bytes()),
            table.as_bytes(),
            &length(id),
            id,
            &self.version.to_be_bytes(),
            &self.generation.to_be_bytes(),
        ]
        .concat()
    }
}

/// Format 1, suite 1: SP 800-108 HMAC-SHA-256 counter mode, then AES-256-GCM.
const VERSION: [u8; 2] = [1, 1];

const LABEL: &[u8] = b"claviger record v1";
