//! One atomic write: the change, its event in the outbox, and then the event in the log.

use claviger_audit::event::{EventText, RecordChange};
use claviger_store::{Batch, Committed, Revision};
use uuid::Uuid;

use crate::{
    core::Core,
    erasure,
    error::{self, Error},
    records::{OutboxRecord, Place, Record},
    staged::{Change, Staged, Write},
};

/// How a commit ended.
pub enum Outcome {
    /// It is durable, in force, and its events are in the log.
    Committed,
    /// Somebody else changed one of its records first; nothing happened.
    Conflict,
    /// It is durable and in force, but the log could not take its events yet, or what it deleted is not erased yet: the
    /// caller must not be told that all is done.
    Unconfirmed(Error),
}

/// An event, ready for the log.
pub(crate) struct Composed {
    /// Its id.
    pub id: Uuid,
    /// Its text.
    pub json: EventText,
}

/// Commits `staged` together with the events that `compose` makes once the sealed values are known. When this gives
/// [`Outcome::Committed`], the change is durable, every cache has it, and every event is in the log as durably as the
/// log's settings say.
///
/// To be polled to its end: the store goes on with a commit that nobody awaits any more, and then no cache would learn of it.
pub(crate) async fn commit_events(
    core: &Core,
    staged: Staged,
    compose: impl FnOnce(&[RecordChange<'_>]) -> Vec<Composed>,
) -> Result<Outcome, Error> {
    let sealed = staged
        .writes
        .iter()
        .map(|write| Sealed::of(core, write))
        .collect::<Result<Vec<_>, _>>()?;
    let changes: Vec<RecordChange<'_>> = sealed.iter().map(Sealed::mark).collect();
    let events = compose(&changes);
    let mut batch = batch(core, &staged.expect, &sealed, &events)?;
    if staged.erase {
        erasure::mark(core, &mut batch)?;
    }
    let committed = match core.records.kv.commit(batch).await {
        Ok(Committed::At(revision)) => Ok(Some(revision)),
        Ok(Committed::Conflict) => Ok(None),
        Err(unsure) => in_outbox(core, &events)
            .await
            .map(Some)
            .ok_or_else(|| error::internal(unsure)),
    };
    let revision = committed.as_ref().ok().copied().flatten();
    for then in staged.then {
        then(revision);
    }
    if committed?.is_none() {
        return Ok(Outcome::Conflict);
    }
    if staged.erase {
        core.erasure.owe();
    }
    // From here on the change stands: whatever fails now is made up for by the jobs.
    match core.outbox.deliver(core, events).await {
        Ok(()) => Ok(Outcome::Committed),
        Err(unwritable) => Ok(Outcome::Unconfirmed(unwritable)),
    }
}

/// Whether a commit took effect of which the store could not say so: its events travel with it.
async fn in_outbox(core: &Core, events: &[Composed]) -> Option<Revision> {
    let path = outbox_place(events.first()?.id).path();
    core.records
        .kv
        .get(path.as_bytes())
        .await
        .ok()?
        .map(|entry| entry.revision)
}

fn outbox_place(event: Uuid) -> Place {
    Place::of::<OutboxRecord>(event.to_string(), None)
}

/// A staged write with its sealed value.
struct Sealed<'a> {
    write: &'a Write,
    /// None for a removal.
    value: Option<Vec<u8>>,
    digest: Option<[u8; 32]>,
}

impl<'a> Sealed<'a> {
    fn of(core: &Core, write: &'a Write) -> Result<Self, Error> {
        let value = match &write.change {
            Change::Put { version, plaintext } => {
                Some(
                    core.records
                        .seal(&write.place, *version, plaintext, &*core.rng)?,
                )
            }
            Change::Delete => None,
        };
        let digest = value.as_deref().map(claviger_crypto::sha256);
        Ok(Self {
            write,
            value,
            digest,
        })
    }

    /// What the event says of it, so that a record that is later put back or lost is seen.
    fn mark(&self) -> RecordChange<'_> {
        let version = match self.write.change {
            Change::Put { version, .. } => version,
            Change::Delete => 0,
        };
        let place = &self.write.place;
        RecordChange {
            table: place.table,
            id: place.id.as_bytes(),
            version,
            sha256: self.digest,
        }
    }
}

fn batch(
    core: &Core,
    expect: &[(String, Revision)],
    sealed: &[Sealed<'_>],
    events: &[Composed],
) -> Result<Batch, Error> {
    let mut batch = Batch::default();
    for (path, revision) in expect {
        batch.expect.push((path.clone().into_bytes(), *revision));
    }
    for Sealed { write, value, .. } in sealed {
        let path = write.place.path().into_bytes();
        if let Some(revision) = write.expect {
            batch.expect.push((path.clone(), revision));
        }
        match value {
            Some(value) => batch.put.push((path, value.clone())),
            None => batch.delete.push(path),
        }
    }
    for event in events {
        let place = outbox_place(event.id);
        let plaintext = OutboxRecord {
            event: event.json.as_bytes().to_vec(),
        }
        .plaintext()?;
        let value = core.records.seal(&place, 1, &plaintext, &*core.rng)?;
        batch.put.push((place.path().into_bytes(), value));
    }
    Ok(batch)
}
