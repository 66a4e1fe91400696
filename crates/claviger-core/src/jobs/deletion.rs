//! Keys at the end of their waiting period: everything of them goes, and a tombstone stays.

use std::sync::Arc;

use claviger_model::{AliasName, OriginType};

use super::grants;
use crate::{
    core::Core,
    error::Error,
    key::Key,
    notes::{Form, ServiceEvent},
    ops::{material, regions, rotation},
    quotas,
    records::{
        AliasPlace, AliasRecord, Due, KeyRecord, ListedKeyRecord, MaterialEntry, TombstoneRecord,
    },
    staged::Staged,
};

/// What to do about `due`, if the key still says so. One batch holds all of it, the due date too: a change of all who belong
/// to the key, at most 50 aliases, and its materials; of one that rotated for decades, the oldest go in batches before. Only the grants
/// follow behind; they permit nothing meanwhile, since there is no key.
pub(super) async fn stage(
    core: &Core,
    key: &Key,
    due: &Due,
) -> Result<Option<(Staged, Vec<ServiceEvent>)>, Error> {
    if key.record.deletion_ms != Some(due.at_ms) {
        return Ok(None);
    }
    // Those of a key that has relatives stay with them.
    let is_alone = key.record.other_regions().next().is_none();
    if is_alone && with_bytes(&key.record).count() > MATERIALS_MAX {
        return destroy_oldest(core, key).map(Some);
    }
    let mut staged = Staged::default();
    let account = Some(&key.account);
    staged.remove::<KeyRecord>(key.place.id(), account, Some(key.revision));
    staged.remove::<Due>(due.id(), account, None);
    let listed = ListedKeyRecord::id(&key.account, &key.place.region, key.place.key);
    staged.remove::<ListedKeyRecord>(listed, account, None);
    let tombstone = TombstoneRecord {
        deleted_ms: core.clock.now().epoch_ms(),
    };
    staged.create(key.place.id(), account, &tombstone)?;
    let is_last = regions::leave(core, &mut staged, key).await?;
    // What the service generated stands once for all keys that belong together, and goes with the last of them.
    if is_last || key.record.origin == OriginType::External {
        for entry in with_bytes(&key.record) {
            material::destroy(&mut staged, key, entry);
        }
    }
    rotation::unschedule(&mut staged, key);
    remove_aliases(core, &mut staged, key);
    if grants::has_any(core, &key.place).await? {
        let due = Due::grants(core.clock.earliest_now(), &key.place.region, key.place.key);
        staged.set(due.id(), account, &due)?;
    }
    quotas::one_key_less(core, &mut staged, key);
    let (keys, place) = (Arc::clone(&core.keys), key.place.clone());
    staged.then(move |committed| keys.settle(&place, committed, None));
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/ct-delete-key.html
    let mut event = ServiceEvent::of_key("DeleteKey", key, None).as_form(Form::Management);
    event.note_key(&key.arn);
    Ok(Some((staged, vec![event])))
}

fn remove_aliases(core: &Core, staged: &mut Staged, key: &Key) {
    for name in key
        .record
        .aliases
        .iter()
        .filter_map(|name| AliasName::parse(name))
    {
        let place = AliasPlace {
            account: key.account,
            region: key.place.region.clone(),
            name,
        };
        staged.remove::<AliasRecord>(place.id(&core.records), Some(&key.account), None);
        let aliases = Arc::clone(&core.aliases);
        staged.then(move |committed| aliases.settle(&place, committed, None));
    }
}

/// From here on nothing revives the key ([`KeyRecord::is_being_destroyed`]).
fn destroy_oldest(core: &Core, key: &Key) -> Result<(Staged, Vec<ServiceEvent>), Error> {
    let mut staged = Staged::default();
    let mut record = key.record.clone();
    let oldest = record.materials.iter_mut().filter(|entry| entry.imported);
    for entry in oldest.take(MATERIALS_MAX) {
        material::destroy(&mut staged, key, entry);
        entry.imported = false;
    }
    core.change_key(&mut staged, key, record)?;
    let event = ServiceEvent::of_key("DeleteKeyMaterials", key, None);
    Ok((staged, vec![event]))
}

fn with_bytes(record: &KeyRecord) -> impl Iterator<Item = &MaterialEntry> {
    record.materials.iter().filter(|entry| entry.imported)
}

/// Each takes two operations of a batch. The rest of a key takes up to a hundred.
const MATERIALS_MAX: usize = 200;
