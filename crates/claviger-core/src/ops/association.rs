//! Which materials belong to a key of origin EXTERNAL, and what an import does to that list.
//!
//! The first material ever imported becomes current at once and belongs to the key for ever. Later ones are either the
//! same bytes again, or new bytes that wait for RotateKeyOnDemand. Only ids are compared: a key knows the id of a
//! material long after its bytes were destroyed.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-on-demand.html>

use claviger_model::{ImportKeyMaterialInput, ImportType, MaterialId, Secret};

use super::material;
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    records::{Due, KeyRecord, MaterialEntry, MaterialRole},
};

/// Stages the import of `bytes`.
pub(super) fn associate(
    cx: &mut Cx<'_>,
    key: &Key,
    input: &ImportKeyMaterialInput,
    id: &MaterialId,
    bytes: Secret,
) -> Result<(), Error> {
    let known = key.record.material(id).cloned();
    let entry = match (import_type(&key.record, input), known) {
        (ImportType::NewKeyMaterial, None) => new_entry(key, id)?,
        // UNKNOWN: new bytes that are already the pending material: the same import once more, as by a client's retry.
        (ImportType::NewKeyMaterial, Some(entry)) if !entry.permanent() => entry,
        (ImportType::ExistingKeyMaterial, Some(entry)) => entry,
        (ImportType::NewKeyMaterial, Some(_)) | (ImportType::ExistingKeyMaterial, None) => {
            return Err(error::incorrect_key_material());
        }
    };
    if key.record.material(id).is_none_or(|entry| !entry.imported) {
        material::store(cx, &key.place, id, bytes)?;
    }
    material::forget_expiry(&mut cx.staged, key, &entry);
    let entry = MaterialEntry {
        imported: true,
        valid_to_ms: input.valid_to.map(claviger_model::Timestamp::epoch_ms),
        description: input.key_material_description.clone().or(entry.description),
        ..entry
    };
    expect_expiry(cx, key, &entry)?;
    let mut record = key.record.clone();
    match record.material_mut(id) {
        Some(existing) => *existing = entry,
        None => record.materials.push(entry),
    }
    cx.change_key(key, record)
}

/// The default is new bytes for a key that never had any, and the same bytes ever after.
fn import_type(record: &KeyRecord, input: &ImportKeyMaterialInput) -> ImportType {
    let default = if record.materials.is_empty() {
        ImportType::NewKeyMaterial
    } else {
        ImportType::ExistingKeyMaterial
    };
    input.import_type.unwrap_or(default)
}

fn new_entry(key: &Key, id: &MaterialId) -> Result<MaterialEntry, Error> {
    if let Some(pending) = key.record.pending() {
        return Err(error::material_pending(id, &key.arn, &pending.id));
    }
    let first = key.record.current().is_none();
    let role = if first {
        MaterialRole::Current
    } else {
        MaterialRole::PendingRotation
    };
    Ok(material::new_entry(id, role))
}

fn expect_expiry(cx: &mut Cx<'_>, key: &Key, entry: &MaterialEntry) -> Result<(), Error> {
    if let (Some(valid_to), Some(id)) = (entry.valid_to(), entry.material_id()) {
        let due = Due::expiry(valid_to, &key.place.region, key.place.key, &id);
        cx.staged.set(due.id(), Some(&key.account), &due)?;
    }
    Ok(())
}
