//! Between the store and the log: events that were committed with their change, on their way into the log.
//!
//! An event leaves the outbox only when its line is on the disk, so a crash at any moment leaves it in the outbox, in
//! the log, or in both; what is in both is recognised by the event's id at the next start.

use std::sync::{Mutex, MutexGuard, PoisonError};

use claviger_audit::Recovery;
use claviger_store::Batch;
use uuid::Uuid;

use crate::{
    core::Core,
    error::{self, Error},
    pipeline::Composed,
    records::{Fault, OutboxRecord, Place},
};

/// What is known of the outbox's records without reading them.
#[derive(Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Appended to the log as the line of this number, not yet known to be on the disk.
    appended: Vec<(Uuid, u64)>,
    /// Committed, but the log could not take them.
    refused: Vec<Composed>,
}

impl Outbox {
    /// Appends committed events to the log, durably as the log's settings say. If the log can't be written the caller
    /// gets no answer; the events stay and are delivered when it can.
    pub(crate) async fn deliver(&self, core: &Core, events: Vec<Composed>) -> Result<(), Error> {
        let mut last = None;
        let mut events = events.into_iter();
        while let Some(event) = events.next() {
            match core.audit.append(&event.json) {
                Ok(ticket) => {
                    self.state().appended.push((event.id, ticket.seq()));
                    last = Some(ticket);
                }
                Err(cause) => {
                    self.state().refused.push(event);
                    self.state().refused.extend(events);
                    return Err(error::audit_unwritable().because(cause));
                }
            }
        }
        match last {
            Some(ticket) => ticket
                .durable()
                .await
                .map_err(|cause| error::audit_unwritable().because(cause)),
            None => Ok(()),
        }
    }

    /// At start: whatever the outbox still holds and the log does not is appended.
    pub(crate) async fn recover(&self, core: &Core, recovery: &Recovery) -> Result<(), Error> {
        let (in_log, recovered_lines) = (&recovery.tail_event_ids, recovery.lines);
        let mut after: Option<String> = None;
        loop {
            let page = core
                .records
                .list::<OutboxRecord>("", after.as_deref(), PAGE)
                .await?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after = Some(last.clone());
            for (id, stored) in page {
                let id = Uuid::try_parse(&id).map_err(|_| Fault::Format("outbox"))?;
                if in_log.contains(&id) {
                    self.state().appended.push((id, recovered_lines));
                } else {
                    self.deliver(
                        core,
                        vec![Composed {
                            id,
                            json: stored.record.event,
                        }],
                    )
                    .await?;
                }
            }
        }
    }

    /// The job: retries what the log refused, and forgets what is on the disk.
    pub(crate) async fn sweep(&self, core: &Core) -> Result<(), Error> {
        let refused = std::mem::take(&mut self.state().refused);
        self.deliver(core, refused).await?;
        let on_disk = self.take_on_disk(core.audit.durable_seq());
        for (position, some) in on_disk.chunks(PAGE).enumerate() {
            if let Err(error) = forget(core, some).await {
                let rest = on_disk.iter().skip(position.saturating_mul(PAGE));
                self.state().appended.extend(rest);
                return Err(error);
            }
        }
        Ok(())
    }

    fn take_on_disk(&self, durable_seq: u64) -> Vec<(Uuid, u64)> {
        let mut state = self.state();
        let (on_disk, pending) = state
            .appended
            .drain(..)
            .partition(|(_, seq)| *seq <= durable_seq);
        state.appended = pending;
        on_disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn forget(core: &Core, events: &[(Uuid, u64)]) -> Result<(), Error> {
    let path = |id: &Uuid| {
        Place::of::<OutboxRecord>(id.to_string(), None)
            .path()
            .into_bytes()
    };
    let delete = events.iter().map(|(id, _)| path(id)).collect();
    core.records
        .kv
        .commit(Batch {
            delete,
            ..Batch::default()
        })
        .await
        .map_err(error::internal)?;
    Ok(())
}

/// Within the store's limit on a batch.
const PAGE: usize = 100;
