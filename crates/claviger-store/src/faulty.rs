use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Barrier;

use crate::{Batch, Committed, Entry, Error, Kv, Pending, Watch};

/// A store that misbehaves on cue, for tests of whatever stands above it.
pub struct Faulty {
    inner: Arc<dyn Kv>,
    cues: Mutex<Vec<Cue>>,
}

/// Which calls a fault waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Calls of each kind.
    Any,
    /// [`Kv::get`]
    Get,
    /// [`Kv::scan`]
    Scan,
    /// [`Kv::commit`]
    Commit,
    /// [`Kv::erase`]
    Erase,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The call fails and has no effect.
    FailBefore,
    /// The call takes effect and then fails: its caller cannot know.
    FailAfter,
    /// The commit answers [`Committed::Conflict`] and has no effect. Other calls pass unharmed.
    Conflict,
    /// The call starts that much later.
    Delay(Duration),
    /// The call waits twice at a barrier of two before it starts: the test's first wait tells that the call has
    /// come, its second lets it go on.
    MeetBefore(Arc<Barrier>),
    /// The same, after the call took effect and before it answers: a slow reader, for one.
    MeetAfter(Arc<Barrier>),
}

impl Faulty {
    /// Passes everything through to `inner` until a fault is injected.
    #[must_use]
    pub fn new(inner: Arc<dyn Kv>) -> Self {
        Self {
            inner,
            cues: Mutex::default(),
        }
    }

    /// Lets the `nth` (from 1) of the coming calls of this kind go wrong, once. Of two faults that are due at the
    /// same call, the one injected first takes it and the other takes the next call of its kind.
    pub fn inject(&self, call: Call, nth: u64, fault: Fault) {
        let mut cues = self.cues.lock().unwrap_or_else(PoisonError::into_inner);
        cues.push(Cue {
            call,
            calls_left: nth.max(1),
            fault,
        });
    }

    /// How many injected faults have not happened yet.
    #[must_use]
    pub fn faults_left(&self) -> usize {
        self.cues
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    fn fault_of(&self, call: Call) -> Option<Fault> {
        let mut cues = self.cues.lock().unwrap_or_else(PoisonError::into_inner);
        for cue in cues
            .iter_mut()
            .filter(|cue| cue.call == Call::Any || cue.call == call)
        {
            cue.calls_left = cue.calls_left.saturating_sub(1);
        }
        let due = cues
            .iter()
            .position(|cue| cue.calls_left == 0 && (cue.call == Call::Any || cue.call == call))?;
        Some(cues.remove(due).fault)
    }

    fn run<'a, T: Send + 'a>(
        &'a self,
        call: Call,
        inner: Pending<'a, T>,
        conflict: Option<T>,
    ) -> Pending<'a, T> {
        Box::pin(async move {
            match (self.fault_of(call), conflict) {
                (Some(Fault::FailBefore), _) => Err(injected()),
                (Some(Fault::FailAfter), _) => inner.await.and(Err(injected())),
                (Some(Fault::Conflict), Some(conflict)) => Ok(conflict),
                (Some(Fault::Delay(duration)), _) => {
                    tokio::time::sleep(duration).await;
                    inner.await
                }
                (Some(Fault::MeetBefore(barrier)), _) => {
                    meet(&barrier).await;
                    inner.await
                }
                (Some(Fault::MeetAfter(barrier)), _) => {
                    let outcome = inner.await;
                    meet(&barrier).await;
                    outcome
                }
                (Some(Fault::Conflict), None) | (None, _) => inner.await,
            }
        })
    }
}

impl Kv for Faulty {
    fn get<'a>(&'a self, key: &'a [u8]) -> Pending<'a, Option<Entry>> {
        self.run(Call::Get, self.inner.get(key), None)
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> Pending<'a, Vec<Entry>> {
        self.run(Call::Scan, self.inner.scan(prefix, after, limit), None)
    }

    fn commit(&self, batch: Batch) -> Pending<'_, Committed> {
        self.run(
            Call::Commit,
            self.inner.commit(batch),
            Some(Committed::Conflict),
        )
    }

    fn erase(&self) -> Pending<'_, ()> {
        self.run(Call::Erase, self.inner.erase(), None)
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.inner.watch(prefix)
    }
}

struct Cue {
    call: Call,
    calls_left: u64,
    fault: Fault,
}

async fn meet(barrier: &Barrier) {
    barrier.wait().await;
    barrier.wait().await;
}

fn injected() -> Error {
    Error::Unavailable("injected fault".into())
}
