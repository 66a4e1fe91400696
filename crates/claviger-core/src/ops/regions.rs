//! Keys that belong together: one multi-Region key in several Regions.
//!
//! They share id, material and what follows from it, and each record has the whole of what is shared. So a change of it is
//! one batch over all of them, and none can lag behind: what AWS does within seconds has happened here before the answer.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html>

use std::sync::Arc;

use claviger_audit::Parameters;
use claviger_model::{
    AccountId, MaterialId, MultiRegionConfiguration, MultiRegionKey, MultiRegionKeyType,
    OriginType, Region,
};

use super::material;
use crate::{
    core::Core,
    cx::Cx,
    error::{self, Error},
    key::Key,
    notes::{Form, ServiceEvent},
    records::{Due, Fault, KeyPlace, KeyRecord, MaterialEntry, Record},
    staged::Staged,
};

/// `MultiRegionConfiguration` of a key; none for single-Region keys.
pub(super) fn configuration(record: &KeyRecord) -> Option<MultiRegionConfiguration> {
    let key_type = record.multi_region_type()?;
    let related = record.related_or_alone();
    Some(MultiRegionConfiguration {
        multi_region_key_type: Some(key_type),
        primary_key: Some(in_region(record, &related.primary)),
        replica_keys: Some(
            related
                .replicas
                .iter()
                .map(|region| in_region(record, region))
                .collect(),
        ),
    })
}

/// The same in the audit event.
pub(super) fn put_configuration(out: &mut Parameters, configuration: &MultiRegionConfiguration) {
    let put_key = |out: &mut Parameters, key: &MultiRegionKey| {
        super::put_optional(out, "arn", key.arn.as_deref());
        super::put_optional(out, "region", key.region.as_deref());
    };
    out.put_object("multiRegionConfiguration", |out| {
        let key_type = configuration.multi_region_key_type;
        super::put_optional(
            out,
            "multiRegionKeyType",
            key_type.map(|kind| kind.as_str()),
        );
        if let Some(primary) = &configuration.primary_key {
            out.put_object("primaryKey", |out| put_key(out, primary));
        }
        let replicas = configuration.replica_keys.as_deref().unwrap_or_default();
        out.put_objects("replicaKeys", replicas, put_key);
    });
}

/// Refuses what only a primary key can do.
pub(super) fn must_be_primary(key: &Key) -> Result<(), Error> {
    match key.record.multi_region_type() {
        Some(MultiRegionKeyType::Primary) => Ok(()),
        Some(MultiRegionKeyType::Replica) => Err(error::not_primary(&key.arn)),
        None => Err(error::not_multi_region(&key.arn)),
    }
}

/// Refuses what is the primary key's to do for all; a single-Region key does it for itself.
pub(super) fn must_not_be_replica(key: &Key) -> Result<(), Error> {
    if key.record.is_replica() {
        return Err(error::not_primary(&key.arn));
    }
    Ok(())
}

/// The keys that belong to `key`, itself not among them.
pub(crate) async fn others(core: &Core, key: &Key) -> Result<Vec<Arc<Key>>, Error> {
    let mut others = Vec::new();
    for region in key.record.other_regions() {
        let place = KeyPlace {
            region: Region::parse(region).map_err(|_| Fault::Format(KeyRecord::TABLE))?,
            key: key.place.key,
        };
        // Nothing that they share may change behind the back of one of them.
        let other = core.key(&place).await?;
        others.push(other.ok_or_else(|| Fault::NotAsListed(place.id()))?);
    }
    Ok(others)
}

/// Stages the changed record of `key` and, in all keys that belong to it, what they share of the change: who belongs
/// together, the materials, and how they rotate. Gives the event that AWS logs when there was something to share.
pub(crate) async fn change_shared(
    core: &Core,
    staged: &mut Staged,
    key: &Key,
    record: KeyRecord,
) -> Result<Option<ServiceEvent>, Error> {
    let mut shared = None;
    for other in others(core, key).await? {
        let changed = with_shared(&other.record, &record);
        if changed == other.record {
            continue;
        }
        for gone in other.record.materials.iter().filter(|entry| {
            let kept = record.materials.iter().any(|kept| kept.id == entry.id);
            entry.imported && !kept
        }) {
            material::destroy(staged, &other, gone);
        }
        core.change_key(staged, &other, changed)?;
        shared = Some(synchronized(key));
    }
    core.change_key(staged, key, record)?;
    Ok(shared)
}

/// The event of what AWS does on its own once something that related keys share has changed.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/ct-synchronize-multi-region-key.html>
pub(super) fn synchronized(key: &Key) -> ServiceEvent {
    let mut event =
        ServiceEvent::of_key("SynchronizeMultiRegionKey", key, None).as_form(Form::Call);
    event.note_key(&key.arn);
    event
}

/// Whether every one of the keys that belong together has the material that waits for rotation. A single-Region key waits for
/// nobody.
pub(super) async fn imported_everywhere(
    cx: &Cx<'_>,
    key: &Key,
    id: &MaterialId,
) -> Result<bool, Error> {
    let usable = |key: &Key| {
        key.record
            .material(id)
            .is_some_and(|entry| entry.usable(cx.now))
    };
    let others = others(cx.core, key).await?;
    Ok(others.is_empty() || usable(key) && others.iter().all(|other| usable(other)))
}

/// `record` with what it shares with `from`.
pub(super) fn with_shared(record: &KeyRecord, from: &KeyRecord) -> KeyRecord {
    let own = |id: &str| record.materials.iter().find(|entry| entry.id == id);
    let materials = from.materials.iter();
    KeyRecord {
        related: from.related.clone(),
        materials: materials
            .map(|entry| shared(from, entry, own(&entry.id)))
            .collect(),
        on_demand_rotations: from.on_demand_rotations,
        rotation: from.rotation,
        ..record.clone()
    }
}

/// A material as another key has it. What the service generated is the same bytes for all; what was imported must be
/// imported in each Region, and expires there.
fn shared(from: &KeyRecord, entry: &MaterialEntry, own: Option<&MaterialEntry>) -> MaterialEntry {
    let entry = entry.clone();
    if from.origin == OriginType::External {
        MaterialEntry {
            imported: own.is_some_and(|own| own.imported),
            valid_to_ms: own.and_then(|own| own.valid_to_ms),
            ..entry
        }
    } else {
        MaterialEntry {
            region: entry.region.or_else(|| Some(from.region.clone())),
            ..entry
        }
    }
}

/// Stages that `key`, which is about to be deleted, no longer belongs to the others. A primary key that waited for its last
/// replica to go begins its own waiting period. Gives whether nothing is left.
pub(crate) async fn leave(core: &Core, staged: &mut Staged, key: &Key) -> Result<bool, Error> {
    let others = others(core, key).await?;
    for other in &others {
        let mut record = other.record.clone();
        if let Some(related) = &mut record.related {
            related.replicas.remove(&key.record.region);
        }
        if record.other_regions().next().is_none()
            && let Some(days) = record.replica_window_days.take()
        {
            let deletion = core.clock.latest_now().saturating_add_days(i64::from(days));
            let due = Due::deletion(deletion, &other.place.region, other.place.key);
            staged.set(due.id(), Some(&other.account), &due)?;
            record.deletion_ms = Some(deletion.epoch_ms());
        }
        core.change_key(staged, other, record)?;
    }
    Ok(others.is_empty())
}

fn in_region(record: &KeyRecord, region: &str) -> MultiRegionKey {
    let arn = || {
        let place = KeyPlace {
            region: Region::parse(region).ok()?,
            key: record.id,
        };
        let account = AccountId::parse(&record.account).ok()?;
        Some(place.arn(&account, record.multi_region).to_string())
    };
    MultiRegionKey {
        arn: arn(),
        region: Some(region.to_owned()),
    }
}
