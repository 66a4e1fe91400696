//! A key as requests see it: its record, its compiled policy and its opened material, read once and shared.

use std::sync::{Arc, OnceLock};

use claviger_crypto::engine::Backing;
use claviger_model::{AccountId, MaterialId};
use claviger_policy::{Policy, PolicyKind};
use claviger_store::Revision;

use crate::records::{Fault, KeyPlace, KeyRecord, MaterialEntry, Record, Stored};

/// A key of the cache. It never changes: a change of the record makes a new one.
pub struct Key {
    /// The record.
    pub record: KeyRecord,
    /// Where it stands.
    pub place: KeyPlace,
    /// The owning account.
    pub account: AccountId,
    /// The key ARN.
    pub arn: String,
    /// The compiled key policy.
    pub policy: Policy,
    /// Counts the record's writes.
    pub version: u64,
    /// The store's revision of the record.
    pub revision: Revision,
    materials: Vec<Material>,
    current: Option<usize>,
}

/// One usable material.
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// Its id as answers and events print it.
    pub(crate) printed: String,
    /// The id of the record with its bytes.
    pub(crate) place: String,
    permanent: bool,
    opened: OnceLock<Arc<Backing>>,
}

impl Key {
    /// Compiles what was read at `place`.
    pub fn compile(place: KeyPlace, stored: Stored<KeyRecord>) -> Result<Self, Fault> {
        let Stored {
            record,
            version,
            revision,
            account,
        } = stored;
        let unreadable = Fault::Format(KeyRecord::TABLE);
        let Ok(owner) = AccountId::parse(&record.account) else {
            return Err(unreadable);
        };
        if record.id != place.key
            || record.region != place.region.as_str()
            || owner.as_u64() != account
        {
            return Err(unreadable);
        }
        let listed = record.related.as_ref();
        if listed.is_some_and(|related| !record.multi_region || !related.has(&record.region)) {
            return Err(unreadable);
        }
        // A policy that means somebody whom the record does not know protects nothing: the key stays shut.
        let policy = Policy::parse(&record.policy, PolicyKind::Key)
            .map_err(|_| Fault::Format(KeyRecord::TABLE))?
            .bind(&record.principals)
            .map_err(|_| Fault::Format(KeyRecord::TABLE))?;
        let arn = place.arn(&owner, record.multi_region).to_string();
        let materials: Vec<Material> = record
            .materials
            .iter()
            .filter_map(|entry| {
                Some(Material {
                    id: entry.material_id()?,
                    printed: entry.id.clone(),
                    place: entry.place(&record),
                    permanent: entry.permanent(),
                    opened: OnceLock::new(),
                })
            })
            .collect();
        let current = record.current().and_then(MaterialEntry::material_id);
        let current = current.and_then(|id| materials.iter().position(|own| own.id == id));
        Ok(Self {
            record,
            place,
            account: owner,
            arn,
            policy,
            version,
            revision,
            materials,
            current,
        })
    }

    /// The material that encrypts.
    pub(crate) fn current(&self) -> Option<&Material> {
        self.materials.get(self.current?)
    }

    /// The material that a ciphertext names by the first half of its id, if it may decrypt.
    pub(crate) fn by_prefix(&self, prefix: &[u8; 16]) -> Option<&Material> {
        self.materials
            .iter()
            .find(|material| material.permanent && material.id.prefix() == *prefix)
    }
}

impl Material {
    /// The opened backing key, when some request opened it before.
    pub(crate) fn opened(&self) -> Option<&Arc<Backing>> {
        self.opened.get()
    }

    /// Keeps the opened backing key for the life of this [`Key`].
    pub(crate) fn keep(&self, backing: Backing) -> &Arc<Backing> {
        self.opened.get_or_init(|| Arc::new(backing))
    }
}
