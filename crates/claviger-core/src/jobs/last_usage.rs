//! The last uses of keys are written down, a batch of keys at a time.

use claviger_audit::Parameters;
use claviger_model::Timestamp;

use super::commit;
use crate::{
    core::Core,
    error::{self, Error},
    key::Key,
    notes::ServiceEvent,
    pipeline::Outcome,
    records::{KeyPlace, KeyRecord, LastUse},
    staged::Staged,
};

/// Writes down the uses that have been waiting for long enough.
pub(super) async fn write_due(core: &Core) -> Result<(), Error> {
    let since = core.clock.now().saturating_add_seconds(-WAIT_SECONDS);
    write_since(core, since).await
}

/// Writes down what is noted, before the process ends.
pub(crate) async fn write_all(core: &Core) -> Result<(), Error> {
    write_since(core, core.clock.now()).await
}

async fn write_since(core: &Core, since: Timestamp) -> Result<(), Error> {
    let mut failed = Ok(());
    for noted in core.uses.unwritten_since(since).chunks(KEYS_AT_ONCE) {
        if write(core, noted).await.is_ok() {
            continue;
        }
        // Keys whose records are too long together are written one by one, and one that can't be written keeps no other
        // from it. Where none can be written, the store or the log is at fault, and the next round tries again.
        let mut written = 0_usize;
        for one in noted.chunks(1) {
            match write(core, one).await {
                Ok(()) => written = written.saturating_add(1),
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        if written == 0 {
            break;
        }
    }
    failed
}

async fn write(core: &Core, noted: &[(KeyPlace, LastUse)]) -> Result<(), Error> {
    let mut staged = Staged::default();
    for (place, last) in noted {
        if let Some(key) = core.key(place).await? {
            stage(core, &mut staged, &key, *last)?;
        }
    }
    if !staged.is_empty() {
        let mut details = Parameters::new();
        details.put_uint("keys", u64::try_from(noted.len()).unwrap_or(u64::MAX));
        let event = ServiceEvent::of_deployment("RecordKeyUse", details);
        match commit(core, staged, event).await? {
            Outcome::Committed => {}
            // The next round looks again.
            Outcome::Conflict => return Err(error::throttled()),
            Outcome::Unconfirmed(error) => return Err(error),
        }
    }
    for (place, last) in noted {
        core.uses.written(place, last);
    }
    Ok(())
}

/// Another node may have seen a later use.
fn stage(core: &Core, staged: &mut Staged, key: &Key, last: LastUse) -> Result<(), Error> {
    let known = key.record.last_use.map(|known| known.at_ms);
    if known > Some(last.at_ms) {
        return Ok(());
    }
    let record = KeyRecord {
        last_use: Some(last),
        ..key.record.clone()
    };
    core.change_key(staged, key, record)
}

/// A use stands in memory so long, so that a busy key costs four writes an hour.
const WAIT_SECONDS: i64 = 15 * 60;
/// A key's record may be nearly as long as its policy, which has 32 KiB; a batch holds 1.5 MiB.
const KEYS_AT_ONCE: usize = 16;
