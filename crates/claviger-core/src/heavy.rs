//! The one place for work that keeps a processor busy for longer than a cheap call takes: RSA with private keys, ML-DSA, and
//! the making of key pairs.
//!
//! It runs on threads of its own, and never on all processors at once, so that a burst of it delays no cheap call.

use std::{sync::Arc, thread};

use claviger_crypto::spec::{Family, facts};
use claviger_model::KeySpec;
use tokio::sync::Semaphore;

use crate::error::{self, Error};

/// The lane of heavy work. Who finds it full waits in order.
pub(crate) struct Heavy(Arc<Semaphore>);

impl Default for Heavy {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let spared = processors.saturating_sub(1).max(1);
        Self(Arc::new(Semaphore::new(spared)))
    }
}

impl Heavy {
    /// Does `work` off the request threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = Arc::clone(&self.0).acquire_owned().await;
        let turn = turn.map_err(error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            // Given back by the thread: the processor is busy even if nobody waits for the result any more.
            drop(turn);
            done
        });
        done.await.map_err(error::internal)
    }
}

/// Whether using the private key of this spec is heavy work.
pub(crate) fn weighs(spec: KeySpec) -> bool {
    facts(spec).is_some_and(|facts| matches!(facts.family, Family::Rsa | Family::MlDsa))
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    #[tokio::test]
    async fn one_more_than_the_lane_holds_waits() {
        let lane = Heavy(Arc::new(Semaphore::new(1)));
        let (release, held) = mpsc::channel::<()>();
        let first = lane.run(move || held.recv());
        let second = lane.run(|| ());
        let mut first = Box::pin(first);
        let short = Duration::from_millis(50);
        assert!(tokio::time::timeout(short, &mut first).await.is_err());
        assert!(tokio::time::timeout(short, second).await.is_err());
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        lane.run(|| ()).await.unwrap();
    }
}
