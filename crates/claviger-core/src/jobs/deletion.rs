//! Keys at the end of their waiting period: everything of them goes, and a tombstone stays.

use std::sync::Arc;

use claviger_model::AliasName;

use super::grants;
use crate::{
    core::Core,
    error::Error,
    key::Key,
    notes::ServiceEvent,
    ops::material,
    records::{AliasPlace, AliasRecord, Due, KeyRecord, ListedKeyRecord, TombstoneRecord},
    staged::Staged,
};

/// What to do about `due`, if the key still says so. One batch holds all of it, the due date too: at most 50 aliases
/// and 27 materials. Only the grants may be more than a batch can hold: they are swept behind it, and permit nothing
/// meanwhile, since there is no key.
pub(super) async fn stage(
    core: &Core,
    key: &Key,
    due: &Due,
) -> Result<Option<(Staged, ServiceEvent)>, Error> {
    if key.record.deletion_ms != Some(due.at_ms) {
        return Ok(None);
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
    for entry in &key.record.materials {
        material::destroy(&mut staged, key, entry);
    }
    for name in &key.record.aliases {
        remove_alias(core, &mut staged, key, name);
    }
    if grants::has_any(core, &key.place).await? {
        let due = Due::grants(core.clock.now(), &key.place.region, key.place.key);
        staged.set(due.id(), account, &due)?;
    }
    let (keys, place) = (Arc::clone(&core.keys), key.place.clone());
    staged.then(move |committed| keys.settle(&place, committed, None));
    let mut event = ServiceEvent::of_key("DeleteKey", key, None);
    event.note_key(&key.arn);
    Ok(Some((staged, event)))
}

fn remove_alias(core: &Core, staged: &mut Staged, key: &Key, name: &str) {
    let Some(name) = AliasName::parse(name) else {
        return;
    };
    let place = AliasPlace {
        account: key.account,
        region: key.place.region.clone(),
        name,
    };
    staged.remove::<AliasRecord>(place.id(&core.records), Some(&key.account), None);
    let aliases = Arc::clone(&core.aliases);
    staged.then(move |committed| aliases.settle(&place, committed, None));
}
