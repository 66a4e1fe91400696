//! Changes of one key wait for each other here, instead of meeting as conflicts in the store.
//!
//! Only a courtesy: correctness comes from the store's expectations, which also hold between nodes.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Mutex, OwnedMutexGuard};

/// A fixed set of lanes; keys share them by hash.
pub(crate) struct Lanes(Vec<Arc<Mutex<()>>>);

impl Default for Lanes {
    fn default() -> Self {
        Self((0..LANES).map(|_| Arc::default()).collect())
    }
}

impl Lanes {
    /// Waits until all of these lanes are free; none when that takes longer than `at_most`.
    pub(crate) async fn enter(
        &self,
        wanted: Vec<u64>,
        at_most: Duration,
    ) -> Option<Vec<OwnedMutexGuard<()>>> {
        tokio::time::timeout(at_most, self.free(wanted)).await.ok()
    }

    /// Always entered in the same order, so nobody waits in a circle.
    async fn free(&self, mut wanted: Vec<u64>) -> Vec<OwnedMutexGuard<()>> {
        for lane in &mut wanted {
            *lane %= LANES;
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut held = Vec::with_capacity(wanted.len());
        for lane in wanted {
            if let Some(lane) = usize::try_from(lane).ok().and_then(|lane| self.0.get(lane)) {
                held.push(Arc::clone(lane).lock_owned().await);
            }
        }
        held
    }
}

const LANES: u64 = 64;
