//! A new replica: where it may stand, and its first record.

use std::collections::BTreeSet;

use claviger_audit::Parameters;
use claviger_model::{CreateKeyInput, KeyMetadata, KeyState, Region, ReplicateKeyInput};

use super::{create_key::CreateKey, keys, regions};
use crate::{
    cx::Cx,
    error::{self, Error},
    jobs,
    key::Key,
    notes::{Form, ServiceEvent},
    pipeline::Operation,
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

/// What AWS answers: its replica is not there yet. Ours is, and whoever asks next is told so.
// DIFFERS: no key is ever seen as Creating or Updating but in this answer: all Regions change in one commit.
pub(super) fn being_created(metadata: KeyMetadata) -> KeyMetadata {
    KeyMetadata {
        key_state: Some(KeyState::Creating),
        enabled: Some(false),
        current_key_material_id: None,
        ..metadata
    }
}

/// The event of the new key in its own Region: that of a CreateKey which asks for just this key.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/ct-replicate-key.html>
pub(super) fn created(
    asked: &ReplicateKeyInput,
    replica: &KeyRecord,
    metadata: &KeyMetadata,
) -> ServiceEvent {
    let asking = CreateKeyInput {
        policy: asked.policy.clone(),
        description: asked.description.clone(),
        origin: Some(replica.origin),
        bypass_policy_lockout_safety_check: asked.bypass_policy_lockout_safety_check,
        key_spec: Some(replica.spec),
        key_usage: Some(replica.usage),
        multi_region: Some(true),
        tags: asked.tags.clone(),
        ..CreateKeyInput::default()
    };
    let mut parameters = Parameters::new();
    CreateKey::parameters(&asking, &mut parameters);
    let mut response = Parameters::new();
    response.put_object("keyMetadata", |out| keys::put_metadata(out, metadata));
    ServiceEvent {
        name: CreateKey::RULE.name,
        region: replica.region.clone(),
        account: replica.account.clone(),
        key_arn: metadata.arn.clone(),
        response: Some(response),
        details: None,
        form: Form::OnBehalf(Some(parameters)),
    }
}
