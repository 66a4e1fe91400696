//! How many keys an account has in a Region: counted once, then kept up to date by the commits of this process.
//!
//! A quota and no guard: several nodes may together go a little beyond it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use claviger_model::{AccountId, Region};

use crate::{
    core::Core,
    cx::Cx,
    error::{self, Error},
    key::Key,
    managed::ManagedFor,
    records::{AliasPlace, AliasRecord, Fault, ListedKeyRecord},
    staged::Staged,
};

/// The counts of the accounts and Regions in which keys were made since the start.
#[derive(Default)]
pub(crate) struct KeyCounts(Mutex<HashMap<(AccountId, Region), usize>>);

impl KeyCounts {
    fn change(&self, account: AccountId, region: Region, change: impl FnOnce(usize) -> usize) {
        if let Some(count) = self.lock().get_mut(&(account, region)) {
            *count = change(*count);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(AccountId, Region), usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses one more key in `region` when the account has as many as AWS allows; otherwise the commit counts it.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
pub(crate) async fn one_more_key(
    cx: &mut Cx<'_>,
    account: AccountId,
    region: &Region,
) -> Result<(), Error> {
    // What other nodes deleted is seen by counting again, before anybody is refused.
    if known(cx.core, account, region).await? >= KEYS_MAX {
        let used = count(cx.core, account, region).await?;
        if used >= KEYS_MAX {
            return Err(error::too_many_keys(KEYS_MAX, used));
        }
    }
    let (counts, region) = (Arc::clone(&cx.core.key_counts), region.clone());
    cx.staged.then(move |committed| {
        if committed.is_some() {
            counts.change(account, region, |count| count.saturating_add(1));
        }
    });
    Ok(())
}

/// Has the commit count one key less.
pub(crate) fn one_key_less(core: &Core, staged: &mut Staged, key: &Key) {
    let counts = Arc::clone(&core.key_counts);
    let (account, region) = (key.account, key.place.region.clone());
    staged.then(move |committed| {
        if committed.is_some() {
            counts.change(account, region, |count| count.saturating_sub(1));
        }
    });
}

async fn known(core: &Core, account: AccountId, region: &Region) -> Result<usize, Fault> {
    let known = core
        .key_counts
        .lock()
        .get(&(account, region.clone()))
        .copied();
    match known {
        Some(known) => Ok(known),
        None => count(core, account, region).await,
    }
}

async fn count(core: &Core, account: AccountId, region: &Region) -> Result<usize, Fault> {
    let prefix = ListedKeyRecord::prefix(&account, region);
    let at = (account, region.clone());
    let before = core.key_counts.lock().get(&at).copied();
    let managed = managed(core, account, region).await?;
    let listed = core
        .records
        .count::<ListedKeyRecord>(&prefix, KEYS_MAX.saturating_add(managed))
        .await?;
    let count = listed.saturating_sub(managed);
    // A key that was made or deleted while this counted may be missed: then the count before stands, which saw it.
    let mut counts = core.key_counts.lock();
    if let Some(now) = counts.get(&at).filter(|now| Some(**now) != before) {
        return Ok(*now);
    }
    counts.insert(at, count);
    Ok(count)
}

/// AWS managed keys are listed with the others, but the quota is for the customer's own.
async fn managed(core: &Core, account: AccountId, region: &Region) -> Result<usize, Fault> {
    let mut made: usize = 0;
    for name in ManagedFor::aliases() {
        let place = AliasPlace {
            account,
            region: region.clone(),
            name,
        };
        let id = place.id(&core.records);
        let alias = core.records.read::<AliasRecord>(&id).await?;
        made = made.saturating_add(usize::from(alias.is_some()));
    }
    Ok(made)
}

const KEYS_MAX: usize = 100_000;
