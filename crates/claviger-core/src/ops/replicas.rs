//! A new replica: where it may stand, and its first record.

use std::collections::BTreeSet;

use claviger_model::Region;

use super::regions;
use crate::{
    cx::Cx,
    error::{self, Error},
    jobs,
    key::Key,
    notes::{Form, ServiceEvent},
    quotas,
    records::{KeyPlace, KeyRecord, TombstoneRecord},
};

/// Where the replica of `primary` will stand, if nothing stands there.
pub(super) async fn free_place(
    cx: &mut Cx<'_>,
    primary: &Key,
    region: &str,
) -> Result<KeyPlace, Error> {
    let served = Region::parse(region).ok().filter(cx.core.regions);
    let place = KeyPlace {
        region: served.ok_or_else(|| error::region_not_served(region))?,
        key: primary.place.key,
    };
    if region == primary.record.region {
        return Err(error::contains_primary(region));
    }
    let taken = primary.record.other_regions().any(|taken| taken == region);
    // The grants of an earlier replica must not come back with its place.
    if taken || jobs::has_grants(cx.core, &place).await? {
        return Err(error::replica_exists());
    }
    if let Some(tombstone) = cx.read::<TombstoneRecord>(&place.id()).await? {
        let account = Some(&primary.account);
        cx.staged
            .remove::<TombstoneRecord>(place.id(), account, Some(tombstone.revision));
    }
    quotas::one_more_key(cx, primary.account, &place.region).await?;
    Ok(place)
}

/// The record of a replica of `primary` at `place`, with what they share; the rest is as of a new key.
pub(super) fn new_record(cx: &Cx<'_>, primary: &KeyRecord, place: &KeyPlace) -> KeyRecord {
    let created_ms = cx.now.epoch_ms();
    let own = KeyRecord {
        region: place.region.to_string(),
        created_ms,
        aliases: BTreeSet::new(),
        disabled: false,
        deletion_ms: None,
        replica_window_days: None,
        materials: Vec::new(),
        last_use: None,
        // Import tokens of an earlier replica in the same Region stay void.
        import_epoch: u64::try_from(created_ms).unwrap_or_default(),
        ..primary.clone()
    };
    regions::with_shared(&own, primary)
}

/// The event of the new key in its own Region.
pub(super) fn created(replica: &KeyRecord, arn: String) -> ServiceEvent {
    let mut event = ServiceEvent {
        name: "CreateKey",
        region: replica.region.clone(),
        account: replica.account.clone(),
        key_arn: None,
        response: None,
        details: None,
        form: Form::OnBehalf(None),
    };
    event.note_key(&arn);
    event.key_arn = Some(arn);
    event
}
