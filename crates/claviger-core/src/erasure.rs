//! Deleted secrets must become physically unreadable, and that is a pass over the whole store: one pass serves many
//! deletions.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    core::Core,
    error::{self, Error},
};

/// Whether something was deleted that no pass has erased yet.
#[derive(Default)]
pub(crate) struct Erasure(AtomicBool);

impl Erasure {
    /// Something was deleted.
    pub(crate) fn owe(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Erases what is owed. If that fails it stays owed, and the jobs try again.
    pub(crate) async fn settle(&self, core: &Core) -> Result<(), Error> {
        if !self.0.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let erased = core.records.kv.erase().await;
        if erased.is_err() {
            self.owe();
        }
        erased.map_err(error::internal)
    }
}
