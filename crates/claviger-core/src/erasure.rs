//! Deleted secrets must become physically unreadable, and that is a pass over the whole store: one pass serves many
//! deletions.
//!
//! That a pass is owed stands in the store from the commit of the deletion on, so that it outlives the process.

use std::sync::atomic::{AtomicBool, Ordering};

use claviger_store::{Batch, Committed, Revision};
use tokio::sync::Mutex;

use crate::{
    core::Core,
    error::{self, Error},
    records::{ErasureRecord, Fault, Place, Record},
};

/// Whether something was deleted that no pass has erased yet.
#[derive(Default)]
pub(crate) struct Erasure {
    owed: AtomicBool,
    /// Held through a pass: who waits for it learns whether it succeeded.
    pass: Mutex<()>,
}

impl Erasure {
    /// Something was deleted.
    pub(crate) fn owe(&self) {
        self.owed.store(true, Ordering::Release);
    }

    /// At start: what the last process owed.
    pub(crate) async fn recover(&self, core: &Core) -> Result<(), Error> {
        if marked(core).await?.is_some() {
            self.owe();
        }
        Ok(())
    }

    /// Erases what is owed, or waits for the pass that does. If a pass fails the debt stays, and the jobs try again.
    pub(crate) async fn settle(&self, core: &Core) -> Result<(), Error> {
        let _one_pass = self.pass.lock().await;
        if !self.owed.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let passed = pass(core).await;
        if !matches!(passed, Ok(Left::Nothing)) {
            self.owe();
        }
        passed.map(drop)
    }
}

/// Adds to a deletion that a pass is owed for it.
pub(crate) fn mark(core: &Core, batch: &mut Batch) -> Result<(), Error> {
    let place = place();
    let plaintext = ErasureRecord {}.plaintext()?;
    let value = core.records.seal(&place, 1, &plaintext, &*core.rng)?;
    batch.put.push((place.path().into_bytes(), value));
    Ok(())
}

/// What is still to be erased after a pass.
enum Left {
    Nothing,
    /// What was deleted meanwhile.
    Later,
}

/// The mark that was there before goes; one that another deletion has put meanwhile stays.
async fn pass(core: &Core) -> Result<Left, Error> {
    let marked = marked(core).await?;
    let kv = &core.records.kv;
    kv.erase().await.map_err(error::internal)?;
    let Some(revision) = marked else {
        return Ok(Left::Nothing);
    };
    let path = place().path().into_bytes();
    let unmark = Batch {
        expect: vec![(path.clone(), revision)],
        delete: vec![path],
        ..Batch::default()
    };
    match kv.commit(unmark).await.map_err(error::internal)? {
        Committed::At(_) => Ok(Left::Nothing),
        Committed::Conflict => Ok(Left::Later),
    }
}

async fn marked(core: &Core) -> Result<Option<Revision>, Fault> {
    let mark = core
        .records
        .read::<ErasureRecord>(ErasureRecord::ID)
        .await?;
    Ok(mark.map(|mark| mark.revision))
}

fn place() -> Place {
    Place::of::<ErasureRecord>(ErasureRecord::ID, None)
}
