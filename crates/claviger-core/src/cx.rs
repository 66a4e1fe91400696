//! What an operation sees of the call that it serves.

use std::sync::Arc;

use claviger_audit::Parameters;
use claviger_model::{Region, Timestamp};
use uuid::Uuid;

use crate::{
    call::{Caller, Origin},
    core::Core,
    error::{self, Error},
    key::Key,
    notes::Notes,
    ops::regions,
    records::{Fault, KeyPlace, KeyRecord, ListedKeyRecord, Record, Stored},
    staged::Staged,
};

/// One attempt at one call: who, where, when, and what it stages.
pub struct Cx<'a> {
    /// The service.
    pub core: &'a Core,
    /// Who calls.
    pub caller: &'a Arc<Caller>,
    /// The Region of the call.
    pub region: &'a Region,
    /// The network side of the call.
    pub origin: &'a Origin,
    /// The service's time; one reading for the whole attempt.
    pub now: Timestamp,
    /// Whether the caller only asks if the call would succeed.
    pub dry_run: bool,
    /// What will be committed.
    pub staged: Staged,
    /// What the audit event says beyond the request.
    pub notes: Notes,
}

impl Cx<'_> {
    /// Ends a dry run. For operations that have seen all that could be refused before their costly work.
    pub fn end_dry_run(&self) -> Result<(), Error> {
        if self.dry_run {
            return Err(error::dry_run());
        }
        Ok(())
    }

    /// A new random id.
    pub fn new_uuid(&self) -> Result<Uuid, Error> {
        self.core.new_uuid()
    }

    /// Names the changed key in the audit event's `responseElements`, as CloudTrail does for every change of a key.
    pub fn note_key(&mut self, key: &Key) -> &mut Parameters {
        self.notes.response().put_str("keyId", &key.arn)
    }

    /// Has the commit fail unless `key` is still what was decided about; then it is read again.
    pub fn expect_key(&mut self, key: &Key) {
        self.staged
            .expect::<KeyRecord>(key.place.id(), key.revision);
        let (keys, place) = (Arc::clone(&self.core.keys), key.place.clone());
        self.staged.then(move |committed| {
            if committed.is_none() {
                keys.settle(&place, None, None);
            }
        });
    }

    /// Stages the changed record of `key`.
    pub fn change_key(&mut self, key: &Key, record: KeyRecord) -> Result<(), Error> {
        self.core.change_key(&mut self.staged, key, record)
    }

    /// Stages the changed record of `key`, and what of it is shared in all keys that belong to it.
    pub async fn change_shared(&mut self, key: &Key, record: KeyRecord) -> Result<(), Error> {
        let event = regions::change_shared(self.core, &mut self.staged, key, record).await?;
        self.notes.service_events.extend(event);
        Ok(())
    }

    /// Stages a new key of the caller's account and its place in the account's list.
    pub fn create_key(&mut self, place: KeyPlace, record: KeyRecord) -> Result<(), Error> {
        let account = self.caller.account;
        self.staged.create(place.id(), Some(&account), &record)?;
        let listed = ListedKeyRecord {
            key: record.id,
            multi_region: record.multi_region,
        };
        self.staged.create(
            ListedKeyRecord::id(&account, &place.region, record.id),
            Some(&account),
            &listed,
        )?;
        self.core
            .publish_key(&mut self.staged, place, 1, account.as_u64(), record)
    }

    /// A stored record that operations read but that no cache holds.
    pub async fn read<T: Record>(&self, id: &str) -> Result<Option<Stored<T>>, Fault> {
        self.core.records.read(id).await
    }
}
