//! Making and destroying the materials of a key.

use claviger_crypto::engine::Backing;
use claviger_model::{KeySpec, MaterialId, Secret};

use crate::{
    core::Core,
    cx::Cx,
    error::Error,
    key::Key,
    records::{Due, Fault, KeyPlace, MaterialEntry, MaterialRecord, MaterialRole},
    staged::Staged,
};

/// Stages fresh material for a key of origin AWS_KMS. It becomes current; the caller sees to the one before.
pub(super) fn generate(
    cx: &mut Cx<'_>,
    place: &KeyPlace,
) -> Result<(MaterialId, MaterialEntry), Error> {
    let spec = KeySpec::SymmetricDefault;
    let bytes = Backing::generate_material(spec, &*cx.core.rng).map_err(|_| Fault::Engine)?;
    let id = claviger_crypto::material_id(place.key.as_bytes(), spec, &bytes)
        .map_err(|_| Fault::Engine)?;
    store(cx, place, &id, bytes)?;
    let entry = MaterialEntry {
        region: Some(place.region.to_string()),
        ..new_entry(&id, MaterialRole::Current)
    };
    Ok((id, entry))
}

/// Stages the bytes of a material that is not in the store.
pub(super) fn store(
    cx: &mut Cx<'_>,
    place: &KeyPlace,
    id: &MaterialId,
    bytes: Secret,
) -> Result<(), Error> {
    let account = cx.caller.account;
    let record_id = MaterialRecord::id(place.region.as_str(), place.key, &id.to_string());
    Ok(cx
        .staged
        .create(record_id, Some(&account), &MaterialRecord { bytes })?)
}

/// Stages the end of a material's bytes. A material that belongs to the key stays in the list, without them; one that
/// only waited for rotation leaves it.
pub(crate) fn remove(
    core: &Core,
    staged: &mut Staged,
    key: &Key,
    entry: &MaterialEntry,
) -> Result<(), Error> {
    destroy(staged, key, entry);
    let mut record = key.record.clone();
    if entry.permanent() {
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
    core.change_key(staged, key, record)
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
    }
}
