//! The one place for work that keeps a processor busy for longer than a cheap call takes: RSA with private keys, ML-DSA, and
//! the making of key pairs.
//!
//! It has threads of its own, and they give way to all others, so that a burst of such work holds up cheap calls by little:
//! docs/performance.md tells how much.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use claviger_crypto::spec::{Family, facts};
use claviger_model::KeySpec;
use tokio::sync::{Semaphore, oneshot};

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
            using: Threads::start(processors, USING_NICENESS, JOBS_MAX)?,
            making: Threads::start(spared, MAKING_NICENESS, JOBS_MAX)?,
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
pub(crate) struct Threads {
    jobs: Sender<Job>,
    /// One permit for each job that waits or runs.
    room: Arc<Semaphore>,
}

type Job = Box<dyn FnOnce() + Send>;

impl Threads {
    fn start(threads: usize, niceness: i32, jobs_max: usize) -> Result<Self, Error> {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads {
            let jobs = Arc::clone(&receiver);
            let thread = thread::Builder::new().name("heavy".to_owned());
            let started = thread.spawn(move || {
                // On Linux this lowers the calling thread only. Where it is refused, the work merely competes harder.
                let _ = rustix::process::nice(niceness);
                work_off(&jobs);
            });
            started.map_err(error::internal)?;
        }
        Ok(Self {
            jobs: sender,
            room: Arc::new(Semaphore::new(jobs_max)),
        })
    }

    /// Does `work` on one of the threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let place = Arc::clone(&self.room).try_acquire_owned();
        let place = place.map_err(|_| error::throttled())?;
        let (done, waiting) = oneshot::channel();
        let job = Box::new(move || {
            let _place = place;
            // Nobody waits any more: what was computed is dropped.
            let _ = done.send(work());
        });
        self.jobs
            .send(job)
            .map_err(|_| error::internal("no thread for heavy work"))?;
        waiting.await.map_err(error::internal)
    }
}

fn work_off(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // Nothing panics while it holds the lock.
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else {
            return;
        };
        // Whoever waits for it learns that it came to nothing; the thread lives on.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

/// A twenty-fourth of each processor that cheap calls keep busy: so little that 99 of 100 of them are not delayed by it, and
/// enough that keys at work do not starve.
const USING_NICENESS: i32 = 14;
/// A tenth of a processor, for one key after the other.
const MAKING_NICENESS: i32 = 10;
/// At the 2 ms of an RSA_4096 signature half a second's work for one thread, at the making of RSA_4096 pairs a few minutes'.
const JOBS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn one_more_than_there_are_threads_waits() {
        let threads = Threads::start(1, MAKING_NICENESS, 8).unwrap();
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
        let threads = Threads::start(1, MAKING_NICENESS, 1).unwrap();
        let (release, held) = channel::<()>();
        let mut first = Box::pin(threads.run(move || held.recv()));
        let short = Duration::from_millis(50);
        assert!(tokio::time::timeout(short, &mut first).await.is_err());
        let refused = threads.run(|| ()).await.unwrap_err();
        assert_eq!(refused.code(), "ThrottlingException");
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        // The place is given back by the thread, a moment after the answer.
        while threads.run(|| ()).await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_panic_ends_one_job_and_no_thread() {
        let threads = Threads::start(1, MAKING_NICENESS, 8).unwrap();
        let lost = threads.run(|| panic!("a job that panics")).await;
        assert!(lost.is_err());
        assert_eq!(threads.run(|| 5).await.unwrap(), 5);
    }
}
