//! Keys at the end of their waiting period: everything of them goes, and a tombstone stays.

use std::{collections::BTreeSet, sync::Arc};

use claviger_model::{AliasName, OriginType};

use super::grants;
use crate::{
    core::Core,
    error::Error,
    key::Key,
    notes::ServiceEvent,
    ops::{material, regions},
    records::{AliasPlace, AliasRecord, Due, KeyRecord, ListedKeyRecord, TombstoneRecord},
    staged::Staged,
};

/// What to do about `due`, if the key still says so. One batch holds all of it, the due date too: at most 50 aliases
/// and 27 materials; but the aliases of a key that has materials and relatives in many Regions go in a batch before. Only
/// the grants may be more than any batch can hold: they are swept behind it, and permit nothing meanwhile, since there is
/// no key.
pub(super) async fn stage(
    core: &Core,
    key: &Key,
    due: &Due,
) -> Result<Option<(Staged, ServiceEvent)>, Error> {
    if key.record.deletion_ms != Some(due.at_ms) {
        return Ok(None);
    }
    let mut staged = Staged::default();
    let rest = key.record.other_regions().count() + key.record.materials.len();
    if rest > BESIDE_ALIASES_MAX && !key.record.aliases.is_empty() {
        return detach_aliases(core, staged, key).map(Some);
    }
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
        for entry in &key.record.materials {
            material::destroy(&mut staged, key, entry);
        }
    }
    remove_aliases(core, &mut staged, key);
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

/// The first step of two; the due date stays for the second.
fn detach_aliases(
    core: &Core,
    mut staged: Staged,
    key: &Key,
) -> Result<(Staged, ServiceEvent), Error> {
    remove_aliases(core, &mut staged, key);
    let record = KeyRecord {
        aliases: BTreeSet::new(),
        ..key.record.clone()
    };
    core.change_key(&mut staged, key, record)?;
    Ok((staged, ServiceEvent::of_key("DeleteAliases", key, None)))
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

/// Each of these may take two operations of the 128 of a batch, and the aliases fifty.
const BESIDE_ALIASES_MAX: usize = 35;
