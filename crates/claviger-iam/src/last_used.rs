//! When access keys were used last: noted in memory at each call, written down by a job.
//!
//! What is lost with a killed process is at most the last few minutes, and it decides nothing. Writing it down voids no
//! composed caller.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use claviger_audit::Parameters;
use claviger_core::{
    Core,
    call::Call,
    error::Error,
    jobs,
    notes::ServiceEvent,
    per_thread::PerThread,
    pipeline::Outcome,
    records::{Fault, Records},
    rule::Service,
    staged::Staged,
};
use claviger_model::{AccountId, Region};

use crate::{
    iam::Iam,
    records::{CredentialRecord, KeyUseRecord},
};

/// The uses that each thread of this process has seen, by access key id.
#[derive(Default)]
pub(crate) struct Uses(PerThread<HashMap<String, Use>>);

#[derive(Clone)]
struct Use {
    at_ms: i64,
    service: Service,
    region: Region,
    account: AccountId,
    /// The use that was written down last, epoch milliseconds.
    written_ms: Option<i64>,
}

impl Uses {
    /// Notes an authenticated call. Temporary and unproven credentials are no access keys.
    pub(crate) fn note(&self, call: &Call, service: Service, now_ms: i64) {
        let caller = &call.caller;
        if caller.session.is_some() || !caller.verified {
            return;
        }
        let mut uses = self.0.own();
        if let Some(known) = uses.get_mut(&caller.access_key_id) {
            known.at_ms = now_ms;
            known.service = service;
            if known.region != call.region {
                known.region = call.region.clone();
            }
        } else if uses.len() < KEYS_NOTED_MAX {
            let first = Use {
                at_ms: now_ms,
                service,
                region: call.region.clone(),
                account: caller.account,
                written_ms: None,
            };
            uses.insert(caller.access_key_id.clone(), first);
        }
    }

    /// What is to be written down now: the first use of a key at once, later ones once in a while.
    fn due(&self) -> Vec<(String, AccountId, KeyUseRecord)> {
        let uses = self.all();
        uses.iter()
            .filter(|(_, noted)| {
                noted.written_ms.is_none_or(|written| {
                    noted.at_ms.saturating_sub(written) >= WRITTEN_AGAIN_AFTER_MS
                })
            })
            .map(|(key, noted)| (key.clone(), noted.account, noted.record()))
            .collect()
    }

    /// What all threads have seen: the last use of each key, by whomever it was noted.
    fn all(&self) -> HashMap<String, Use> {
        let mut all: HashMap<String, Use> = HashMap::new();
        for uses in self.0.all() {
            for (key, noted) in uses.iter() {
                match all.entry(key.clone()) {
                    Entry::Occupied(mut known) => known.get_mut().join(noted),
                    Entry::Vacant(unknown) => {
                        unknown.insert(noted.clone());
                    }
                }
            }
        }
        all
    }

    fn written(&self, key: &str, at_ms: i64) {
        for mut uses in self.0.all() {
            if let Some(noted) = uses.get_mut(key) {
                noted.written_ms = Some(at_ms);
            }
        }
    }

    fn forget(&self, key: &str) {
        for mut uses in self.0.all() {
            uses.remove(key);
        }
    }
}

impl Use {
    /// Takes over what another thread has noted of the same key.
    fn join(&mut self, other: &Self) {
        let written_ms = self.written_ms.max(other.written_ms);
        if other.at_ms > self.at_ms {
            *self = other.clone();
        }
        self.written_ms = written_ms;
    }

    fn record(&self) -> KeyUseRecord {
        KeyUseRecord {
            at_ms: self.at_ms,
            service: self.service.name().to_owned(),
            region: self.region.to_string(),
        }
    }
}

/// Writes down the uses of access keys once a minute until the returned task is aborted.
pub fn start(core: Arc<Core>, iam: Arc<Iam>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tick.tick().await;
            if let Err(error) = write_due(&core, &iam).await {
                tracing::error!(%error, "the last uses of access keys were not written down");
            }
        }
    })
}

/// Writes down every use that is due.
///
/// # Errors
/// The store or the log fails.
pub async fn write_due(core: &Core, iam: &Iam) -> Result<(), Error> {
    for due in iam.uses.due().chunks(WRITTEN_AT_ONCE) {
        let mut staged = Staged::default();
        for (key, account, record) in due {
            if !stage(&iam.records, &mut staged, key, *account, record).await? {
                iam.uses.forget(key);
            }
        }
        if !staged.is_empty() {
            let mut details = Parameters::new();
            details.put_int("accessKeys", i64::try_from(due.len()).unwrap_or(i64::MAX));
            let event = ServiceEvent::of_deployment("RecordAccessKeyUse", details);
            match jobs::commit(core, staged, event).await? {
                // The next round looks again.
                Outcome::Conflict => return Ok(()),
                Outcome::Committed => {}
                Outcome::Unconfirmed(error) => return Err(error),
            }
        }
        for (key, _, record) in due {
            iam.uses.written(key, record.at_ms);
        }
    }
    Ok(())
}

/// Stages one use; false when the key is gone, and its use of no interest.
async fn stage(
    records: &Records,
    staged: &mut Staged,
    key: &str,
    account: AccountId,
    record: &KeyUseRecord,
) -> Result<bool, Fault> {
    let credential = CredentialRecord::id(records, key);
    if records
        .read::<CredentialRecord>(&credential)
        .await?
        .is_none()
    {
        return Ok(false);
    }
    let id = KeyUseRecord::id(records, key);
    match records.read::<KeyUseRecord>(&id).await? {
        Some(old) => {
            let read = (old.version, old.revision);
            staged.replace(id, Some(&account), read, record)?;
        }
        None => staged.create(id, Some(&account), record)?,
    }
    Ok(true)
}

const TICK: Duration = Duration::from_secs(60);
const WRITTEN_AGAIN_AFTER_MS: i64 = 15 * 60 * 1000;
/// With its event, within the limit of a batch.
const WRITTEN_AT_ONCE: usize = 100;
/// For each thread. The uses of further keys are not noted until the next start.
const KEYS_NOTED_MAX: usize = 100_000;
