//! Which materials belong to a key of origin EXTERNAL, and what an import does to that list.
//!
//! The first material ever imported becomes current at once and belongs to the key for ever. Later ones are either the
//! same bytes again, or new bytes that wait for RotateKeyOnDemand. Only ids are compared: a key knows the id of a
//! material long after its bytes were destroyed.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-on-demand.html>

use claviger_model::{ImportKeyMaterialInput, ImportType, MaterialId, Timestamp};

use super::{
    material::{self, Fresh},
    regions,
};
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    records::{Due, KeyRecord, MaterialEntry, MaterialRole},
};

/// Stages the import of material.
pub(super) async fn associate(
    cx: &mut Cx<'_>,
    key: &Key,
    input: &ImportKeyMaterialInput,
    id: &MaterialId,
    fresh: Fresh,
) -> Result<(), Error> {
    let mut record = key.record.clone();
    let known = record.material(id).cloned();
    let import_type = import_type(&record, input)?;
    // UNKNOWN: AWS's own text is not recorded. What the keys share is given to the primary.
    if import_type == ImportType::NewKeyMaterial || input.key_material_description.is_some() {
        regions::must_not_be_replica(key)?;
    }
    if input
        .key_material_id
        .as_ref()
        .is_some_and(|wanted| *wanted != id.to_string())
    {
        return Err(error::incorrect_key_material());
    }
    let entry = match (import_type, known) {
        (ImportType::NewKeyMaterial, None) => {
            drop_expired_pending(cx, key, &mut record);
            new_entry(&record, &key.arn, id)?
        }
        // UNKNOWN: new bytes that are already the pending material: the same import once more, as by a client's retry.
        (ImportType::NewKeyMaterial, Some(entry)) if !entry.permanent() => entry,
        (ImportType::ExistingKeyMaterial, Some(entry)) => entry,
        (ImportType::NewKeyMaterial, Some(_)) | (ImportType::ExistingKeyMaterial, None) => {
            return Err(error::incorrect_key_material());
        }
    };
    let before = record.material(id).cloned();
    if before.as_ref().is_none_or(|before| !before.imported) {
        material::store(&mut cx.staged, &key.account, &key.place, id, fresh.bytes)?;
    }
    let entry = MaterialEntry {
        imported: true,
        valid_to_ms: input.valid_to.map(Timestamp::epoch_ms),
        description: input.key_material_description.clone().or(entry.description),
        public_key: fresh.public_key,
        ..entry
    };
    if before.as_ref().and_then(|before| before.valid_to_ms) != entry.valid_to_ms {
        if let Some(before) = &before {
            material::forget_expiry(&mut cx.staged, key, before);
        }
        expect_expiry(cx, key, &entry)?;
    }
    match record.material_mut(id) {
        Some(existing) => *existing = entry,
        None => record.materials.push(entry),
    }
    cx.change_shared(key, record).await
}

/// The default is new bytes for a key that never had any, and the same bytes ever after. An id can only be asked for of
/// bytes that were imported before.
fn import_type(record: &KeyRecord, input: &ImportKeyMaterialInput) -> Result<ImportType, Error> {
    let default = if record.materials.is_empty() {
        ImportType::NewKeyMaterial
    } else {
        ImportType::ExistingKeyMaterial
    };
    let import_type = input.import_type.unwrap_or(default);
    if import_type == ImportType::NewKeyMaterial && input.key_material_id.is_some() {
        return Err(error::material_id_of_new());
    }
    Ok(import_type)
}

/// A material that expired while it waited for rotation is as good as never imported, whether its job has run or not.
fn drop_expired_pending(cx: &mut Cx<'_>, key: &Key, record: &mut KeyRecord) {
    let now = cx.now;
    if let Some(expired) = key.record.pending().filter(|pending| !pending.usable(now)) {
        material::destroy(&mut cx.staged, key, expired);
        record.materials.retain(|other| other.id != expired.id);
    }
}

fn new_entry(record: &KeyRecord, arn: &str, id: &MaterialId) -> Result<MaterialEntry, Error> {
    if let Some(pending) = record.pending() {
        return Err(error::material_pending(id, arn, &pending.id));
    }
    let first = record.current().is_none();
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
