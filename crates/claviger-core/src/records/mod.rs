//! What stands in the store: typed records, each sealed as a whole by the barrier.
//!
//! A record's place is `<table>/<id>`. The barrier binds the sealed bytes to that place, to the account and to the
//! record's own version, so nothing can be moved, mixed or quietly changed. Wire types are never stored.

mod alias;
mod due;
mod grant;
mod import_day;
mod key;
mod key_store;
mod material;
mod outbox;
mod related;
mod system;
mod words;

use std::{io, sync::Arc};

use claviger_crypto::{Rng, barrier::Barrier, token};
use claviger_model::{AccountId, Secret};
use claviger_store::{Entry, Kv, Revision};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) use self::{
    alias::{AliasPlace, AliasRecord},
    due::{Due, DueKind},
    grant::{
        GrantId, GrantPlace, GrantRecord, GrantTallyRecord, Party, RetirableRecord, StoredContext,
    },
    import_day::{DAY_KEY_BYTES, ImportDayRecord},
    key::{
        KeyPlace, KeyRecord, LastUse, ListedKeyRecord, MaterialEntry, MaterialRole, Rotated,
        RotationKind, RotationSchedule, TombstoneRecord,
    },
    key_store::{Cluster, EndpointService, KeyStore, KeyStoresRecord, Proxy, StoreBacking},
    material::MaterialRecord,
    outbox::OutboxRecord,
    related::Related,
    system::{ClockRecord, ErasureRecord},
};
use crate::error::{self, Error};

/// A type that is stored.
pub trait Record: Sized + Send + Sync {
    /// The first part of the record's path.
    const TABLE: &'static str;
    /// The format that is written today; the first byte of the plaintext. Every format ever released opens.
    const FORMAT: u8;

    /// The bytes behind the format byte.
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Fault>;

    /// Reads bytes that stood behind `format`.
    fn read(format: u8, bytes: &[u8]) -> Result<Self, Fault>;

    /// The whole plaintext, in memory that is wiped.
    fn plaintext(&self) -> Result<Secret, Fault> {
        let mut bytes = vec![Self::FORMAT];
        self.write(&mut bytes)?;
        Ok(Secret::from_vec(bytes))
    }
}

/// A record as it was read: with the numbers that a change of it must name.
pub struct Stored<T> {
    /// The record.
    pub record: T,
    /// Counts the writes of this record, from 1.
    pub version: u64,
    /// The store's revision at which it was written.
    pub revision: Revision,
    /// The account of the authenticated header; 0 for records of no account.
    pub account: u64,
}

/// Why a record can't be had. The caller sees an internal error; the log sees this.
#[derive(Debug)]
pub enum Fault {
    /// The store failed.
    Store(claviger_store::Error),
    /// The sealed bytes at this path don't open: changed, moved, or from another cluster.
    Sealed(String),
    /// The opened bytes are of no known format.
    Format(&'static str),
    /// The record at this path, which another lists, is not there or is older than listed.
    NotAsListed(String),
    /// The crypto engine failed.
    Engine,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => write!(f, "store: {error}"),
            Self::Sealed(path) => write!(f, "record {path} does not open"),
            Self::Format(table) => write!(f, "a record of table {table} has an unknown format"),
            Self::NotAsListed(path) => write!(f, "record {path} is missing or older than listed"),
            Self::Engine => f.write_str("the crypto engine failed"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        error::internal(fault)
    }
}

impl From<claviger_store::Error> for Fault {
    fn from(error: claviger_store::Error) -> Self {
        Self::Store(error)
    }
}

/// The store seen through the barrier.
#[derive(Clone)]
pub struct Records {
    pub(crate) kv: Arc<dyn Kv>,
    pub(crate) barrier: Arc<Barrier>,
}

impl Records {
    /// The records of `kv`, sealed by `barrier`.
    pub fn new(kv: Arc<dyn Kv>, barrier: Arc<Barrier>) -> Self {
        Self { kv, barrier }
    }

    /// The record at `id`, when there is one.
    pub async fn read<T: Record>(&self, id: &str) -> Result<Option<Stored<T>>, Fault> {
        match self.kv.get(path::<T>(id).as_bytes()).await? {
            Some(entry) => self.open(id, &entry).map(Some),
            None => Ok(None),
        }
    }

    /// At most `limit` records whose ids begin with `prefix`, in the order of their ids, behind `after`.
    pub async fn list<T: Record>(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Stored<T>)>, Fault> {
        let after = after.map(path::<T>);
        let entries = self
            .kv
            .scan(
                path::<T>(prefix).as_bytes(),
                after.as_deref().map(str::as_bytes),
                limit,
            )
            .await?;
        entries
            .iter()
            .map(|entry| {
                let id = id_of::<T>(&entry.key).ok_or(Fault::Format(T::TABLE))?;
                Ok((id.to_owned(), self.open(id, entry)?))
            })
            .collect()
    }

    /// How many records have ids that begin with `prefix`, without opening any; at most `limit` are counted.
    pub async fn count<T: Record>(&self, prefix: &str, limit: usize) -> Result<usize, Fault> {
        let prefix = path::<T>(prefix);
        let entries = self.kv.scan(prefix.as_bytes(), None, limit).await?;
        Ok(entries.len())
    }

    /// An opaque path part for a name: the store learns nothing of it, equal names give equal parts.
    pub fn index(&self, label: &str, parts: &[&[u8]]) -> String {
        hex::encode(self.barrier.index(label, parts))
    }

    /// Seals what is handed out to be shown again. `purpose` keeps the kinds of token apart: `session`, `grant`.
    ///
    /// # Errors
    /// The crypto engine failed.
    pub fn seal_token(
        &self,
        purpose: &str,
        plaintext: &[u8],
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, Fault> {
        token::seal(self.barrier.keyring(), purpose, plaintext, rng).map_err(|_| Fault::Engine)
    }

    /// What a token of `purpose` says; none for bytes that this cluster did not seal as such.
    pub fn open_token(&self, purpose: &str, token: &[u8]) -> Option<Secret> {
        token::open(self.barrier.keyring(), purpose, token).ok()
    }

    /// The secret access key of the session that `token`, which must have opened, belongs to.
    ///
    /// # Errors
    /// The crypto engine failed.
    pub fn session_secret(&self, token: &[u8], access_key_id: &str) -> Result<Secret, Fault> {
        token::session_secret(self.barrier.keyring(), token, access_key_id)
            .map_err(|_| Fault::Engine)
    }

    /// Seals `plaintext` for its place, as version `version`.
    pub(crate) fn seal(
        &self,
        place: &Place,
        version: u64,
        plaintext: &Secret,
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, Fault> {
        let at = claviger_crypto::barrier::RecordId {
            account: place.account,
            table: place.table,
            id: place.id.as_bytes(),
        };
        // EXPOSE: it is sealed right here.
        self.barrier
            .seal(&at, version, plaintext.expose(), rng)
            .map_err(|_| Fault::Engine)
    }

    fn open<T: Record>(&self, id: &str, entry: &Entry) -> Result<Stored<T>, Fault> {
        let opened = self
            .barrier
            .open(T::TABLE, id.as_bytes(), &entry.value)
            .map_err(|_| Fault::Sealed(path::<T>(id)))?;
        // EXPOSE: the record is read from here; one that is secret copies its bytes to where they live.
        let (format, bytes) = opened
            .plaintext
            .expose()
            .split_first()
            .ok_or(Fault::Format(T::TABLE))?;
        Ok(Stored {
            record: T::read(*format, bytes)?,
            version: opened.version,
            revision: entry.revision,
            account: opened.account,
        })
    }
}

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The record's table.
    pub table: &'static str,
    /// Its id within the table.
    pub id: String,
    /// The account that owns it, as a number; 0 for none.
    pub account: u64,
}

impl Place {
    /// The place of a `T` of `account`.
    pub fn of<T: Record>(id: impl Into<String>, account: Option<&AccountId>) -> Self {
        Self {
            table: T::TABLE,
            id: id.into(),
            account: account.map_or(0, |account| account.as_u64()),
        }
    }

    /// The key in the store.
    pub fn path(&self) -> String {
        format!("{}/{}", self.table, self.id)
    }
}

fn path<T: Record>(id: &str) -> String {
    format!("{}/{id}", T::TABLE)
}

fn id_of<T: Record>(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key)
        .ok()?
        .strip_prefix(T::TABLE)?
        .strip_prefix('/')
}

/// Most records are JSON behind the format byte: readable when opened, and tolerant of new members.
///
/// It is measured first: a buffer that grew would leave copies of what it held, and some records hold secrets.
pub fn write_json(record: &impl Serialize, out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, record).map_err(|_| Fault::Engine)?;
    out.reserve_exact(length.0);
    serde_json::to_writer(out, record).map_err(|_| Fault::Engine)
}

/// Counts what is written to it.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads what [`write_json`] wrote, when the format is `known`.
pub fn read_json<T: Record + DeserializeOwned>(
    known: u8,
    format: u8,
    bytes: &[u8],
) -> Result<T, Fault> {
    if format != known {
        return Err(Fault::Format(T::TABLE));
    }
    serde_json::from_slice(bytes).map_err(|_| Fault::Format(T::TABLE))
}

/// Implements [`Record`] for a type that is stored as JSON in its first format.
#[macro_export]
macro_rules! json_record {
    ($type:ty, $table:literal) => {
        impl $crate::records::Record for $type {
            const TABLE: &'static str = $table;
            const FORMAT: u8 = 1;

            fn write(&self, out: &mut Vec<u8>) -> Result<(), $crate::records::Fault> {
                $crate::records::write_json(self, out)
            }

            fn read(format: u8, bytes: &[u8]) -> Result<Self, $crate::records::Fault> {
                $crate::records::read_json(Self::FORMAT, format, bytes)
            }
        }
    };
}
