//! Deleted secrets must become physically unreadable, and that is a pass over the whole store: one pass serves many
//! deletions.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use crate::{
    core::Core,
    error::{self, Error},
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

    /// Erases what is owed, or waits for the pass that does. If a pass fails the debt stays, and the jobs try again.
    pub(crate) async fn settle(&self, core: &Core) -> Result<(), Error> {
        let _one_pass = self.pass.lock().await;
        if !self.owed.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let erased = core.records.kv.erase().await;
        if erased.is_err() {
            self.owe();
        }
        erased.map_err(error::internal)
    }
}
