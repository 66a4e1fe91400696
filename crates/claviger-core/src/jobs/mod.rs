//! What the service does on its own: expiry, rotation, deletion, the end of import days, and emptying the outbox.
//!
//! Jobs look at the clock and at the list of due dates; what they then do to a key they decide from the key itself. Each
//! change is committed with its event, like any other. Much of it can't be undone, so their time is the earliest that it may be.

mod deletion;
mod expiry;
mod grants;
mod import_days;
mod last_usage;
mod rotation;

pub(crate) use self::{grants::has_any as has_grants, last_usage::write_all as write_last_uses};

use std::{sync::Arc, time::Duration};

use claviger_audit::{Parameters, Recovery};
use claviger_model::{AccountId, Region, Timestamp};

use crate::{
    core::Core,
    error::{self, Error},
    notes::ServiceEvent,
    pipeline::{Outcome, commit_events},
    records::{ClockRecord, Due, DueKind, KeyPlace, Stored},
    staged::Staged,
};

/// Runs the jobs once a second until the returned task is aborted.
pub fn start(core: Arc<Core>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tick.tick().await;
            tell_jump(&core);
            if let Err(error) = run_due(&core).await {
                tracing::error!(%error, cause = error.private_source().map(ToString::to_string), "jobs failed");
            }
        }
    })
}

/// Does everything that is due by the service's clock. One key that can't be worked on does not hold up the others.
pub async fn run_due(core: &Core) -> Result<(), Error> {
    let _one_round = core.jobs.lock().await;
    core.outbox.sweep(core).await?;
    if !core.audit.healthy() {
        // What can't be logged must not be done.
        return Err(error::audit_unwritable());
    }
    // Each is tried, whatever became of the one before.
    let outcomes = [
        perform_due(core).await,
        last_usage::write_due(core).await,
        import_days::destroy_past(core).await,
        core.erasure.settle(core).await,
    ];
    outcomes.into_iter().collect()
}

async fn perform_due(core: &Core) -> Result<(), Error> {
    let mut failed = Ok(());
    let mut after: Option<String> = None;
    while let Some((id, due)) = next_due(core, after.as_deref()).await? {
        let done = perform(core, &id, &due).await;
        // What takes several steps stands there still.
        let go_on = !matches!(done, Ok(Outcome::Committed));
        failed = failed.and(confirmed(done));
        if go_on {
            after = Some(id);
        }
    }
    failed
}

/// The operator's clock may be wrong or may just have been put right: what waits for it must not wait unseen.
fn tell_jump(core: &Core) {
    if let Some(jump_ms) = core.clock.jump_ms() {
        tracing::warn!(
            seconds = jump_ms / 1000,
            "the system clock was set: until a restart, deletions, expiry and rotations wait until the time has passed without that, too"
        );
    }
}

/// A conflict is no failure: the next round looks again.
fn confirmed(done: Result<Outcome, Error>) -> Result<(), Error> {
    match done? {
        Outcome::Committed | Outcome::Conflict => Ok(()),
        Outcome::Unconfirmed(error) => Err(error),
    }
}

/// Moves the service's clock forward and does what became due; only `dev --test-clock` offers it.
pub async fn advance_clock(core: &Core, seconds: u32) -> Result<Timestamp, Error> {
    let offset_ms = core
        .clock
        .offset_ms()
        .saturating_add(i64::from(seconds).saturating_mul(1000));
    let stored = core.records.read::<ClockRecord>(ClockRecord::ID).await?;
    let record = ClockRecord { offset_ms };
    let mut staged = Staged::default();
    match stored {
        Some(Stored {
            version, revision, ..
        }) => {
            staged.replace(
                ClockRecord::ID.to_owned(),
                None,
                (version, revision),
                &record,
            )?;
        }
        None => staged.create(ClockRecord::ID.to_owned(), None, &record)?,
    }
    let mut details = Parameters::new();
    details.put_int("advanceSeconds", i64::from(seconds));
    match commit(
        core,
        staged,
        ServiceEvent::of_deployment("AdvanceTestClock", details),
    )
    .await?
    {
        Outcome::Committed => {}
        Outcome::Unconfirmed(error) => return Err(error),
        Outcome::Conflict => return Err(error::throttled()),
    }
    core.clock.advance_to_offset_ms(offset_ms);
    run_due(core).await?;
    Ok(core.clock.now())
}

/// Says in the log that its last line was torn and has been cut.
pub(crate) async fn note_recovery(core: &Core, recovery: &Recovery) -> Result<(), Error> {
    if recovery.cut_bytes == 0 {
        return Ok(());
    }
    let mut details = Parameters::new();
    details.put_uint("cutBytes", recovery.cut_bytes);
    let event = ServiceEvent::of_deployment("LogRecovered", details);
    let composed = event.compose(core.new_event_id()?, core.clock.now(), &[]);
    let recorded = core.audit.record(composed.json).await;
    recorded.map_err(|cause| error::audit_unwritable().because(cause))
}

async fn next_due(
    core: &Core,
    after: Option<&str>,
) -> Result<Option<(String, Stored<Due>)>, Error> {
    let next = core
        .records
        .list::<Due>("", after, 1)
        .await?
        .into_iter()
        .next();
    Ok(next.filter(|(_, due)| due.record.at_ms <= core.clock.earliest_now().epoch_ms()))
}

/// A key that somebody is at for long does not hold up the others: the next round looks again.
const LANE_WAIT_MAX: Duration = Duration::from_secs(1);

/// Does one due thing. A conflict leaves it due; the next round looks again.
async fn perform(core: &Core, id: &str, stored: &Stored<Due>) -> Result<Outcome, Error> {
    let due = &stored.record;
    let region =
        Region::parse(&due.region).map_err(|_| error::internal("a due record names no Region"))?;
    let place = KeyPlace {
        region,
        key: due.key,
    };
    let lane = vec![crate::pipeline::lane_of(&place)];
    let Some(_alone) = core.lanes.enter(lane, LANE_WAIT_MAX).await else {
        return Ok(Outcome::Conflict);
    };
    let key = core.key(&place).await?;
    let work = match (&key, due.kind) {
        (Some(key), DueKind::Expiry) => expiry::stage(core, key, due).await?,
        (Some(key), DueKind::Deletion) => deletion::stage(core, key, due).await?,
        (Some(key), DueKind::Rotation) => rotation::stage(core, key, due).await?,
        (None, DueKind::Grants) => return grants::sweep(core, &place, stored).await,
        (None, DueKind::Expiry | DueKind::Deletion | DueKind::Rotation)
        | (Some(_), DueKind::Grants) => None,
    };
    match work {
        Some((staged, events)) => commit_all(core, staged, &events).await,
        None => forget(core, id, stored).await,
    }
}

/// The key says that there is nothing to do: the due record is stale.
async fn forget(core: &Core, id: &str, stored: &Stored<Due>) -> Result<Outcome, Error> {
    let account = AccountId::from_u64(stored.account).ok();
    let mut staged = Staged::default();
    staged.remove::<Due>(id.to_owned(), account.as_ref(), Some(stored.revision));
    let mut details = Parameters::new();
    details.put_str("due", id);
    commit(
        core,
        staged,
        ServiceEvent::of_deployment("ForgetDueDate", details),
    )
    .await
}

/// Commits a change that nobody called for, together with its event.
pub async fn commit(core: &Core, staged: Staged, event: ServiceEvent) -> Result<Outcome, Error> {
    commit_all(core, staged, &[event]).await
}

/// The same with several events; the first tells which records changed.
async fn commit_all(
    core: &Core,
    staged: Staged,
    events: &[ServiceEvent],
) -> Result<Outcome, Error> {
    let ids = events.iter().map(|_| core.new_event_id());
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let now = core.clock.now();
    commit_events(core, staged, |changes| {
        let told = std::iter::once(changes).chain(std::iter::repeat(&[][..]));
        let events = events.iter().zip(ids).zip(told);
        events
            .map(|((event, id), changes)| event.compose(id, now, changes))
            .collect()
    })
    .await
}

const TICK: Duration = Duration::from_secs(1);
