//! The grants of a deleted key: swept in batches that may stop anywhere.

use claviger_audit::Parameters;
use claviger_model::AccountId;

use super::commit;
use crate::{
    core::Core,
    error::Error,
    grants::Grantee,
    notes::ServiceEvent,
    pipeline::Outcome,
    records::{
        Due, Fault, GrantPlace, GrantRecord, GrantTallyRecord, KeyPlace, RetirableRecord, Stored,
    },
    staged::Staged,
};

/// Whether a key has grants.
pub(crate) async fn has_any(core: &Core, key: &KeyPlace) -> Result<bool, Fault> {
    let prefix = GrantPlace::prefix(key);
    let first = core.records.list::<GrantRecord>(&prefix, None, 1).await?;
    Ok(!first.is_empty())
}

/// Removes the grants of a key that is gone, and with the last of them the due record.
pub(super) async fn sweep(
    core: &Core,
    place: &KeyPlace,
    due: &Stored<Due>,
) -> Result<Outcome, Error> {
    loop {
        let prefix = GrantPlace::prefix(place);
        let listed = core
            .records
            .list::<GrantRecord>(&prefix, None, BATCH)
            .await?;
        let is_last = listed.len() < BATCH;
        let mut event = ServiceEvent::of_deployment("DeleteGrants", details(place, listed.len()));
        event.region = place.region.to_string();
        let staged = stage(core, place, due, &listed)?;
        match commit(core, staged, event).await? {
            Outcome::Committed if is_last => return Ok(Outcome::Committed),
            Outcome::Committed => {}
            ended @ (Outcome::Conflict | Outcome::Unconfirmed(_)) => return Ok(ended),
        }
    }
}

fn stage(
    core: &Core,
    place: &KeyPlace,
    due: &Stored<Due>,
    listed: &[(String, Stored<GrantRecord>)],
) -> Result<Staged, Fault> {
    let account = AccountId::from_u64(due.account).ok();
    let account = account.as_ref();
    let mut staged = Staged::default();
    for (id, stored) in listed {
        let grant = GrantPlace::parse(id).ok_or(Fault::Format("grant"))?;
        if let Some(retiring) = &stored.record.retiring {
            let id = RetirableRecord::id(&core.records, retiring.id(), &grant);
            staged.remove::<RetirableRecord>(id, account, None);
        }
        // What is cached of its grantee must not outlive it: the key may be replicated into this Region again.
        let grantee = Grantee {
            key: place.clone(),
            id: stored.record.grantee.id().to_owned(),
        };
        crate::grants::publish(core, &mut staged, grantee);
        // Nobody changes the grants of a key that is gone: no revision needs to be expected, which would count as well.
        staged.remove::<GrantRecord>(id.clone(), account, None);
    }
    if listed.len() < BATCH {
        staged.remove::<GrantTallyRecord>(place.id(), account, None);
        staged.remove::<Due>(due.record.id(), account, None);
    }
    Ok(staged)
}

fn details(place: &KeyPlace, grants: usize) -> Parameters {
    let mut details = Parameters::new();
    details
        .put_str("key", &place.key.to_string())
        .put_uint("grants", u64::try_from(grants).unwrap_or(u64::MAX));
    details
}

/// Two records a grant, and some room: a batch has 128 at most.
const BATCH: usize = 50;
