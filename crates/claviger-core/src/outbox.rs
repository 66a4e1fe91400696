//! Between the store and the log: events that were committed with their change, on their way into the log.
//!
//! An event leaves the outbox only when its line is on the disk, so a crash at any moment leaves it in the outbox, in
//! the log, or in both; what is in both is recognised by the event's id at the next start.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use claviger_audit::{Recovery, Ticket, event::EventText};
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
    /// Committed, but not in the log yet.
    refused: VecDeque<Composed>,
}

impl Outbox {
    /// Appends committed events to the log, durably as the log's settings say. If the log can't be written the caller
    /// gets no answer; the events stay and are delivered when it can.
    pub(crate) async fn deliver(&self, core: &Core, events: Vec<Composed>) -> Result<(), Error> {
        match self.append(core, events)? {
            Some(last) => last
                .durable()
                .await
                .map_err(|cause| error::audit_unwritable().because(cause)),
            None => Ok(()),
        }
    }

    /// Appends under one lock, and behind what the log refused before: the events of one record stay in their order.
    fn append(&self, core: &Core, events: Vec<Composed>) -> Result<Option<Ticket>, Error> {
        let mut state = self.state();
        state.refused.extend(events);
        let mut last = None;
        while let Some(event) = state.refused.front() {
            let appended = core.audit.append(&event.json);
            let ticket = appended.map_err(|cause| error::audit_unwritable().because(cause))?;
            let place = (event.id, ticket.seq());
            state.appended.push(place);
            state.refused.pop_front();
            last = Some(ticket);
        }
        Ok(last)
    }

    /// At start: whatever the outbox still holds and the log does not is appended, in the order of the commits.
    pub(crate) async fn recover(&self, core: &Core, recovery: &Recovery) -> Result<(), Error> {
        let mut held = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = core
                .records
                .list::<OutboxRecord>("", after.as_deref(), PAGE)
                .await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            held.extend(page);
        }
        held.sort_by_key(|(_, stored)| stored.revision);
        for (id, stored) in held {
            let id = Uuid::try_parse(&id).map_err(|_| Fault::Format("outbox"))?;
            if recovery.tail_event_ids.contains(&id) {
                self.state().appended.push((id, recovery.lines));
            } else {
                let json = EventText::parse(stored.record.event)
                    .map_err(|cause| error::audit_unwritable().because(cause))?;
                self.deliver(core, vec![Composed { id, json }]).await?;
            }
        }
        Ok(())
    }

    /// The job: retries what the log refused, and forgets what is on the disk.
    pub(crate) async fn sweep(&self, core: &Core) -> Result<(), Error> {
        self.deliver(core, Vec::new()).await?;
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
