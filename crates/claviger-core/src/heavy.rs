//! The one place for work that keeps a processor busy for longer than a cheap call takes: making and using RSA and ML-DSA keys,
//! and opening what is imported.
//!
//! It has threads of its own, and they give way to all others, so that a burst of such work holds up cheap calls by little:
//! docs/performance.md tells how much.

mod queue;
mod way_back;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use claviger_crypto::spec::{Family, facts};
use claviger_model::KeySpec;

use self::{
    queue::{Full, Job, Queue},
    way_back::{give_back, way_back},
};
use crate::error::{self, Error};

/// The threads of heavy work, of two kinds: a signature takes milliseconds and must not wait behind the making of an RSA key,
/// which takes seconds.
pub(crate) struct Heavy {
    /// For keys at work: signatures and decryptions.
    pub(crate) using: Threads,
    /// For keys that are made or imported.
    pub(crate) making: Threads,
}

impl Heavy {
    /// Starts the threads.
    pub(crate) fn start() -> Result<Self, Error> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        // A key that is made for seconds leaves a processor to signatures.
        let spared = processors.saturating_sub(1).max(1);
        Ok(Self {
            using: Threads::start(processors, USING_NICENESS, JOBS_MAX, ROUND)?,
            // A key that is made at once does not wait for one that takes seconds.
            making: Threads::start(spared, MAKING_NICENESS, JOBS_MAX, Duration::ZERO)?,
        })
    }

    /// Makes a key of this spec, on one of the threads if that takes long.
    pub(crate) async fn make<T: Send + 'static>(
        &self,
        spec: KeySpec,
        make: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        if weighs(spec) {
            self.making.run(make).await
        } else {
            Ok(make())
        }
    }
}

/// Whether making a key of this spec, or using its private key, is heavy work.
pub(crate) fn weighs(spec: KeySpec) -> bool {
    facts(spec).is_some_and(|facts| matches!(facts.family, Family::Rsa | Family::MlDsa))
}

/// Threads of one kind. Who finds them busy waits in order, and who finds too many waiting is sent away: a few callers
/// must not have all others wait for minutes. They end when this is dropped.
pub(crate) struct Threads(Arc<Queue>);

impl Threads {
    fn start(
        threads: usize,
        niceness: i32,
        jobs_max: usize,
        round: Duration,
    ) -> Result<Self, Error> {
        let queue = Arc::new(Queue::new(jobs_max));
        let all = Self(Arc::clone(&queue));
        for _ in 0..threads {
            let queue = Arc::clone(&queue);
            let thread = thread::Builder::new().name("heavy".to_owned());
            let started = thread.spawn(move || {
                // On Linux this lowers the calling thread only. Where it is refused, the work merely competes harder.
                let _ = rustix::process::nice(niceness);
                work_off(&queue, round);
            });
            started.map_err(error::internal)?;
        }
        Ok(all)
    }

    /// Does `work` on one of the threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (finish, result) = way_back();
        let job = Job {
            home: thread::current().id(),
            work: Box::new(move || finish(work())),
        };
        self.0.push(job).map_err(|Full| error::throttled())?;
        result.await
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Does what waits from one thread together, as much as begins within a round, and gives its results back together.
fn work_off(queue: &Queue, round: Duration) {
    while let Some(Job { home, work }) = queue.next() {
        let begun = Instant::now();
        let mut finished = Vec::new();
        let mut next = Some(work);
        while let Some(work) = next {
            // Whoever waits for what panics learns that it came to nothing; the thread lives on.
            finished.extend(catch_unwind(AssertUnwindSafe(work)));
            next = (begun.elapsed() < round)
                .then(|| queue.another_from(home))
                .flatten();
        }
        give_back(finished);
    }
}

/// The time of two RSA_4096 signatures: whoever waits for heavy work may have to wait for them anyway.
const ROUND: Duration = Duration::from_millis(4);
/// A twenty-fourth of each processor that cheap calls keep busy: so little that 99 of 100 of them are not delayed by it, and
/// enough that keys at work do not starve.
const USING_NICENESS: i32 = 14;
/// A tenth of a processor, for one key after the other.
const MAKING_NICENESS: i32 = 10;
/// At the 2 ms of an RSA_4096 signature half a second's work for one thread, at the making of RSA_4096 pairs a few minutes'.
const JOBS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::mpsc::channel};

    use futures_lite::future::poll_once;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn one_more_than_there_are_threads_waits() {
        let threads = Threads::start(1, MAKING_NICENESS, 8, ROUND).unwrap();
        let (release, held) = channel::<()>();
        let mut first = Box::pin(threads.run(move || held.recv()));
        let short = Duration::from_millis(50);
        assert!(tokio::time::timeout(short, &mut first).await.is_err());
        let mut second = Box::pin(threads.run(|| ()));
        assert!(tokio::time::timeout(short, &mut second).await.is_err());
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        second.await.unwrap();
    }

    #[tokio::test]
    async fn who_finds_no_room_is_sent_away() {
        let threads = Threads::start(1, MAKING_NICENESS, 1, ROUND).unwrap();
        let (release, held) = channel::<()>();
        let (begin, begun) = oneshot::channel();
        let first = threads.run(move || (begin.send(()), held.recv()));
        let waiting = async {
            begun.await.unwrap();
            let mut second = pin!(threads.run(|| ()));
            assert!(poll_once(second.as_mut()).await.is_none());
            let refused = threads.run(|| ()).await.unwrap_err();
            assert_eq!(refused.code(), "ThrottlingException");
            release.send(()).unwrap();
            second.await.unwrap();
            threads.run(|| ()).await.unwrap();
        };
        tokio::join!(first, waiting).0.unwrap().1.unwrap();
    }

    #[tokio::test]
    async fn a_panic_ends_one_job_and_no_thread() {
        let threads = Threads::start(1, MAKING_NICENESS, 8, ROUND).unwrap();
        let lost = threads.run(|| panic!("a job that panics")).await;
        assert!(lost.is_err());
        assert_eq!(threads.run(|| 5).await.unwrap(), 5);
    }
}
