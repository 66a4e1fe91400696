//! Making another material current. On demand it happens within the call: whoever gets the answer encrypts under the new
//! one. Otherwise the key's schedule says when.

use claviger_audit::Parameters;
use claviger_model::{KeySpec, MaterialId, RotationType, Timestamp};

use super::{material, regions};
use crate::{
    core::Core,
    cx::Cx,
    error::{self, Error},
    key::Key,
    notes::{Form, ServiceEvent},
    records::{
        Due, Fault, KeyRecord, MaterialEntry, MaterialRole, Rotated, RotationKind, RotationSchedule,
    },
    staged::Staged,
};

/// Stages the rotation to the material that was imported for it.
pub(super) async fn to_pending(cx: &mut Cx<'_>, key: &Key) -> Result<(), Error> {
    // Expired while it waited: as good as never imported.
    let pending = key
        .record
        .pending()
        .filter(|pending| pending.usable(cx.now));
    let id = pending
        .and_then(MaterialEntry::material_id)
        .ok_or_else(|| error::no_pending_material(&key.arn))?;
    // A replica without it could do nothing from then on.
    if !regions::imported_everywhere(cx, key, &id).await? {
        return Err(error::no_pending_material(&key.arn));
    }
    on_demand(cx, key, key.record.clone(), &id).await
}

/// Stages the rotation to fresh material of the service's own.
pub(super) async fn to_fresh(cx: &mut Cx<'_>, key: &Key) -> Result<(), Error> {
    let mut record = key.record.clone();
    let id = add_fresh(cx.core, &mut cx.staged, key, &mut record)?;
    on_demand(cx, key, record, &id).await
}

/// Sets or clears the schedule of a key.
pub(super) async fn switch(
    cx: &mut Cx<'_>,
    key: &Key,
    to: Option<RotationSchedule>,
) -> Result<(), Error> {
    must_rotate(key)?;
    cx.note_key(key);
    if key.record.rotation == to {
        return Ok(());
    }
    let mut record = key.record.clone();
    schedule(&mut cx.staged, key, &mut record, to)?;
    cx.change_shared(key, record).await
}

/// Refuses keys that have one material for life, and replicas: those rotate with their primary key.
pub(super) fn must_rotate(key: &Key) -> Result<(), Error> {
    if key.record.spec != KeySpec::SymmetricDefault {
        return Err(error::unsupported());
    }
    if key.record.is_replica() {
        return Err(error::not_primary(&key.arn));
    }
    Ok(())
}

/// Stages the rotation that the schedule of `record` asks for, its next date, and the record.
pub(crate) async fn on_schedule(
    core: &Core,
    staged: &mut Staged,
    key: &Key,
    mut record: KeyRecord,
    now: Timestamp,
) -> Result<Vec<ServiceEvent>, Error> {
    let id = add_fresh(core, staged, key, &mut record)?;
    let event = promote(key, &mut record, &id, RotationKind::Automatic, now);
    let next = record.rotation.map(|schedule| schedule.after_rotation(now));
    schedule(staged, key, &mut record, next)?;
    let shared = regions::change_shared(core, staged, key, record).await?;
    Ok(std::iter::once(event).chain(shared).collect())
}

/// Puts `schedule` in the place of the one that `key` has, in `record` and among the due dates.
pub(super) fn schedule(
    staged: &mut Staged,
    key: &Key,
    record: &mut KeyRecord,
    schedule: Option<RotationSchedule>,
) -> Result<(), Fault> {
    if key.record.rotation.map(RotationSchedule::next) != schedule.map(RotationSchedule::next) {
        unschedule(staged, key);
    }
    if let Some(schedule) = schedule {
        let due = due(key, schedule);
        staged.set(due.id(), Some(&key.account), &due)?;
    }
    record.rotation = schedule;
    Ok(())
}

/// Takes the next rotation of `key`, if it has one, off the jobs' list.
pub(crate) fn unschedule(staged: &mut Staged, key: &Key) {
    if let Some(schedule) = key.record.rotation {
        staged.remove::<Due>(due(key, schedule).id(), Some(&key.account), None);
    }
}

/// `RotationType` of the API.
pub(super) fn on_wire(kind: RotationKind) -> RotationType {
    match kind {
        RotationKind::OnDemand => RotationType::OnDemand,
        RotationKind::Automatic => RotationType::Automatic,
    }
}

/// Moves the next rotation from the jobs' list of one primary key to that of the next.
pub(super) fn hand_over(staged: &mut Staged, from: &Key, to: &Key) -> Result<(), Fault> {
    unschedule(staged, from);
    let Some(schedule) = from.record.rotation else {
        return Ok(());
    };
    let due = due(to, schedule);
    staged.set(due.id(), Some(&to.account), &due)
}

fn due(key: &Key, schedule: RotationSchedule) -> Due {
    Due::rotation(schedule.next(), &key.place.region, key.place.key)
}

fn add_fresh(
    core: &Core,
    staged: &mut Staged,
    key: &Key,
    record: &mut KeyRecord,
) -> Result<MaterialId, Error> {
    let (id, entry) = material::generate(core, staged, &key.account, &key.place)?;
    record.materials.push(MaterialEntry {
        role: MaterialRole::PendingRotation,
        ..entry
    });
    Ok(id)
}

async fn on_demand(
    cx: &mut Cx<'_>,
    key: &Key,
    mut record: KeyRecord,
    to: &MaterialId,
) -> Result<(), Error> {
    let event = promote(key, &mut record, to, RotationKind::OnDemand, cx.now);
    record.on_demand_rotations = record.on_demand_rotations.saturating_add(1);
    cx.notes.service_events.push(event);
    cx.change_shared(key, record).await
}

/// Makes a material of `record` its current one.
fn promote(
    key: &Key,
    record: &mut KeyRecord,
    to: &MaterialId,
    kind: RotationKind,
    now: Timestamp,
) -> ServiceEvent {
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
            at_ms: now.epoch_ms(),
            kind,
        });
    }
    let mut details = Parameters::new();
    details
        .put_str("keyId", &record.key_id().to_string())
        .put_str("rotationType", on_wire(kind).as_str())
        .put_str("keyOrigin", record.origin.as_str())
        .put_str("previousKeyMaterialId", &previous)
        .put_str("currentKeyMaterialId", &to.to_string());
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/ct-rotatekey.html
    ServiceEvent::of_key("RotateKey", key, Some(details)).as_form(Form::Management)
}

/// The days between two rotations when nothing else is said.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html>
pub(super) const PERIOD_DAYS: u32 = 365;
