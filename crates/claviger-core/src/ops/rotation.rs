//! Making another material current. It happens within the call: whoever gets the answer encrypts under the new one.

use claviger_audit::Parameters;
use claviger_model::MaterialId;

use super::material;
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    notes::ServiceEvent,
    records::{KeyRecord, MaterialEntry, MaterialRole, Rotated, RotationKind},
};

/// Stages the rotation to the material that was imported for it.
pub(super) fn to_pending(cx: &mut Cx<'_>, key: &Key) -> Result<(), Error> {
    // Expired while it waited: as good as never imported.
    let pending = key
        .record
        .pending()
        .filter(|pending| pending.usable(cx.now));
    let id = pending
        .and_then(MaterialEntry::material_id)
        .ok_or_else(|| error::no_pending_material(&key.arn))?;
    rotate(cx, key, key.record.clone(), &id)
}

/// Stages the rotation to fresh material of the service's own.
pub(super) fn to_fresh(cx: &mut Cx<'_>, key: &Key) -> Result<(), Error> {
    let (id, entry) = material::generate(cx, &key.place)?;
    let mut record = key.record.clone();
    record.materials.push(MaterialEntry {
        role: MaterialRole::PendingRotation,
        ..entry
    });
    rotate(cx, key, record, &id)
}

fn rotate(cx: &mut Cx<'_>, key: &Key, mut record: KeyRecord, to: &MaterialId) -> Result<(), Error> {
    let previous = key
        .record
        .current()
        .map(|current| current.id.clone())
        .unwrap_or_default();
    for entry in &mut record.materials {
        if entry.role == MaterialRole::Current {
            entry.role = MaterialRole::NonCurrent;
        }
    }
    if let Some(entry) = record.material_mut(to) {
        entry.role = MaterialRole::Current;
        entry.rotated = Some(Rotated {
            at_ms: cx.now.epoch_ms(),
            kind: RotationKind::OnDemand,
        });
    }
    record.on_demand_rotations = record.on_demand_rotations.saturating_add(1);
    let mut details = Parameters::new();
    details
        .put_str("keyId", &record.key_id().to_string())
        .put_str("rotationType", "ON_DEMAND")
        .put_str("keyOrigin", record.origin.as_str())
        .put_str("previousKeyMaterialId", &previous)
        .put_str("currentKeyMaterialId", &to.to_string());
    cx.notes
        .service_events
        .push(ServiceEvent::of_key("RotateKey", key, Some(details)));
    cx.change_key(key, record)
}
