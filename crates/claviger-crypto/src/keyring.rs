//! The keyring: the keys that everything in the store hangs on, wrapped as one by a root key.
//!
//! Domain keys come in generations. The active one seals; all of them open, so rotation never has to touch a record.
//! The index key and the audit signing seed are entries of their own: names must keep their place in the store, and the
//! log must stay verifiable, however often the domain key rotates.
//!
//! Version 1 of a wrapped keyring is `format 1 │ cluster uuid 16 │ wrapped`, where the wrapping covers the first two.

use std::collections::BTreeMap;

use claviger_model::Secret;

use crate::reader::Reader;
use crate::root::RootKey;
use crate::{Error, Rng};

/// The keys of one cluster. No `Debug`, no `Clone`.
pub struct Keyring {
    cluster: [u8; 16],
    generations: BTreeMap<u32, Secret>,
    active: u32,
    index_key: Secret,
    audit_seed: Secret,
}

impl Keyring {
    /// The keyring of a new cluster.
    ///
    /// # Errors
    /// [`Error::Engine`] when no randomness is to be had.
    pub fn generate(rng: &dyn Rng) -> Result<Self, Error> {
        let mut cluster = [0; 16];
        rng.fill(&mut cluster)?;
        Ok(Self {
            cluster: uuid::Builder::from_random_bytes(cluster)
                .into_uuid()
                .into_bytes(),
            generations: BTreeMap::from([(FIRST_GENERATION, draw(rng)?)]),
            active: FIRST_GENERATION,
            index_key: draw(rng)?,
            audit_seed: draw(rng)?,
        })
    }

    /// Adds a domain key and makes it the active one. Older generations still open. Gives the new generation's number.
    ///
    /// # Errors
    /// [`Error::Engine`] when no randomness is to be had, [`Error::Malformed`] after 2^32 generations.
    pub fn add_generation(&mut self, rng: &dyn Rng) -> Result<u32, Error> {
        let newest = self
            .generations
            .last_key_value()
            .map_or(0, |(generation, _)| *generation);
        let next = newest.checked_add(1).ok_or(Error::Malformed)?;
        self.generations.insert(next, draw(rng)?);
        self.active = next;
        Ok(next)
    }

    /// The cluster's uuid. It travels with backups, and binds every record to its cluster.
    pub const fn cluster(&self) -> &[u8; 16] {
        &self.cluster
    }

    /// The seed of the Ed25519 key that signs the audit log's checkpoints.
    pub const fn audit_seed(&self) -> &Secret {
        &self.audit_seed
    }

    /// The keyring under `root`, for storing. Each root key makes a wrapping of its own; any one of them opens it.
    ///
    /// # Errors
    /// What the root key answers.
    pub fn wrap(&self, root: &dyn RootKey, rng: &dyn Rng) -> Result<Vec<u8>, Error> {
        let header = [[FORMAT].as_slice(), &self.cluster].concat();
        let wrapped = root.wrap(&aad(&header), &self.to_secret()?, rng)?;
        Ok([header, wrapped].concat())
    }

    /// Opens a wrapped keyring.
    ///
    /// # Errors
    /// [`Error::Malformed`] for another format, [`Error::Rejected`] under another root key and for altered bytes.
    pub fn unwrap(bytes: &[u8], root: &dyn RootKey) -> Result<Self, Error> {
        let (header, wrapped) = bytes
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(Error::Malformed)?;
        let [FORMAT, cluster @ ..] = *header else {
            return Err(Error::Malformed);
        };
        let opened = root.unwrap(&aad(header), wrapped)?;
        // EXPOSE: the keys are copied from here to where they live.
        Self::read(cluster, opened.expose())
    }

    pub(crate) fn active(&self) -> Result<(u32, &Secret), Error> {
        self.domain_key(self.active)
            .map(|key| (self.active, key))
            .ok_or(Error::Engine)
    }

    pub(crate) fn domain_key(&self, generation: u32) -> Option<&Secret> {
        self.generations.get(&generation)
    }

    pub(crate) const fn index_key(&self) -> &Secret {
        &self.index_key
    }

    /// `active 4 │ count 4 │ (generation 4 │ key 32)* │ index key 32 │ audit seed 32`.
    fn to_secret(&self) -> Result<Secret, Error> {
        let count = u32::try_from(self.generations.len()).map_err(|_| Error::Malformed)?;
        // Reserved at once: a vector that grows leaves a copy of the keys behind.
        let mut bytes =
            Vec::with_capacity(8 + self.generations.len() * (4 + KEY_BYTES) + 2 * KEY_BYTES);
        bytes.extend_from_slice(&self.active.to_be_bytes());
        bytes.extend_from_slice(&count.to_be_bytes());
        // EXPOSE: the serialized keyring, which only the root key gets to see.
        for (generation, key) in &self.generations {
            bytes.extend_from_slice(&generation.to_be_bytes());
            bytes.extend_from_slice(key.expose());
        }
        bytes.extend_from_slice(self.index_key.expose());
        bytes.extend_from_slice(self.audit_seed.expose());
        Ok(Secret::from_vec(bytes))
    }

    fn read(cluster: [u8; 16], bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let (active, count) = (reader.u32()?, reader.u32()?);
        let generations = (0..count)
            .map(|_| Ok((reader.u32()?, Secret::copy_of(reader.array::<KEY_BYTES>()?))))
            .collect::<Result<BTreeMap<_, _>, Error>>()?;
        let index_key = Secret::copy_of(reader.array::<KEY_BYTES>()?);
        let audit_seed = Secret::copy_of(reader.array::<KEY_BYTES>()?);
        reader.end()?;
        if !generations.contains_key(&active) {
            return Err(Error::Malformed);
        }
        Ok(Self {
            cluster,
            generations,
            active,
            index_key,
            audit_seed,
        })
    }
}

fn draw(rng: &dyn Rng) -> Result<Secret, Error> {
    Secret::try_filled(KEY_BYTES, |bytes| rng.fill(bytes))
}

fn aad(header: &[u8]) -> Vec<u8> {
    [LABEL, &[0], header].concat()
}

const FORMAT: u8 = 1;

const HEADER_BYTES: usize = 1 + 16;

const KEY_BYTES: usize = 32;

const FIRST_GENERATION: u32 = 1;

const LABEL: &[u8] = b"claviger keyring";
