//! Making and destroying the materials of a key.

use std::sync::Arc;

use claviger_crypto::engine::Backing;
use claviger_model::{AccountId, KeySpec, MaterialId, Secret};

use super::regions;
use crate::{
    core::Core,
    error::{self, Error},
    key::Key,
    notes::ServiceEvent,
    records::{Due, Fault, KeyPlace, MaterialEntry, MaterialRecord, MaterialRole},
    staged::Staged,
};

/// Material that is not yet any key's.
pub(super) struct Fresh {
    pub(super) spec: KeySpec,
    pub(super) bytes: Secret,
    /// The public key of a pair.
    pub(super) public_key: Option<Vec<u8>>,
}

impl Fresh {
    /// Takes bytes in the form in which they are stored.
    pub(super) fn of(spec: KeySpec, bytes: Secret) -> Result<Self, claviger_crypto::Error> {
        let public_key = Backing::open(spec, &bytes)?
            .public_key_der()
            .map(<[u8]>::to_vec);
        Ok(Self {
            spec,
            bytes,
            public_key,
        })
    }

    /// Draws material of any spec. What takes long runs where it holds up nobody else.
    pub(super) async fn draw(core: &Core, spec: KeySpec) -> Result<Self, Error> {
        let rng = Arc::clone(&core.rng);
        let draw = move || Self::of(spec, Backing::generate_material(spec, &*rng)?);
        let drawn = core.heavy.make(spec, draw).await?;
        Ok(drawn.map_err(|_| Fault::Engine)?)
    }

    /// Its id as a material of the key at `place`.
    pub(super) fn id(&self, place: &KeyPlace) -> Result<MaterialId, Error> {
        claviger_crypto::material_id(place.key.as_bytes(), self.spec, &self.bytes)
            .map_err(|_| error::internal(Fault::Engine))
    }
}

/// Stages fresh symmetric material for a key of origin AWS_KMS. It becomes current; the caller sees to the one before.
pub(super) fn generate(
    core: &Core,
    staged: &mut Staged,
    account: &AccountId,
    place: &KeyPlace,
) -> Result<(MaterialId, MaterialEntry), Error> {
    let spec = KeySpec::SymmetricDefault;
    let bytes = Backing::generate_material(spec, &*core.rng).map_err(|_| Fault::Engine)?;
    let fresh = Fresh {
        spec,
        bytes,
        public_key: None,
    };
    add(staged, account, place, fresh)
}

/// Stages fresh material as the current one; the caller sees to the one before.
pub(super) fn add(
    staged: &mut Staged,
    account: &AccountId,
    place: &KeyPlace,
    fresh: Fresh,
) -> Result<(MaterialId, MaterialEntry), Error> {
    let id = fresh.id(place)?;
    let entry = MaterialEntry {
        public_key: fresh.public_key,
        region: Some(place.region.to_string()),
        ..new_entry(&id, MaterialRole::Current)
    };
    store(staged, account, place, &id, fresh.bytes)?;
    Ok((id, entry))
}

/// Stages the bytes of a material that is not in the store.
pub(super) fn store(
    staged: &mut Staged,
    account: &AccountId,
    place: &KeyPlace,
    id: &MaterialId,
    bytes: Secret,
) -> Result<(), Error> {
    let record_id = MaterialRecord::id(place.region.as_str(), place.key, &id.to_string());
    Ok(staged.create(record_id, Some(account), &MaterialRecord { bytes })?)
}

/// Stages the end of a material's bytes. A material that belongs to the key stays in the list, without them; one that
/// only waited for rotation leaves it, and those of the replicas too. The list of a replica is not its own: there it stays.
pub(crate) async fn remove(
    core: &Core,
    staged: &mut Staged,
    key: &Key,
    entry: &MaterialEntry,
) -> Result<Option<ServiceEvent>, Error> {
    destroy(staged, key, entry);
    let mut record = key.record.clone();
    if entry.permanent() || key.record.is_replica() {
        for gone in record
            .materials
            .iter_mut()
            .filter(|other| other.id == entry.id)
        {
            gone.imported = false;
            gone.valid_to_ms = None;
        }
    } else {
        record.materials.retain(|other| other.id != entry.id);
    }
    regions::change_shared(core, staged, key, record).await
}

/// Stages the destruction of a material's bytes and of its expiry.
pub(crate) fn destroy(staged: &mut Staged, key: &Key, entry: &MaterialEntry) {
    forget_expiry(staged, key, entry);
    staged.remove::<MaterialRecord>(entry.place(&key.record), Some(&key.account), None);
    staged.erase();
}

/// Takes the material's expiry, if it has one, off the jobs' list.
pub(super) fn forget_expiry(staged: &mut Staged, key: &Key, entry: &MaterialEntry) {
    if let (Some(valid_to), Some(id)) = (entry.valid_to(), entry.material_id()) {
        let due = Due::expiry(valid_to, &key.place.region, key.place.key, &id);
        staged.remove::<Due>(due.id(), Some(&key.account), None);
    }
}

/// A material of which the bytes are in the store.
pub(super) fn new_entry(id: &MaterialId, role: MaterialRole) -> MaterialEntry {
    MaterialEntry {
        id: id.to_string(),
        role,
        imported: true,
        region: None,
        valid_to_ms: None,
        description: None,
        rotated: None,
        public_key: None,
    }
}
