//! Lines that go to the kernel together.
//!
//! A runtime polls one ready task after the other. What those of one thread record, each until it is polled again, is one round:
//! one lock and one write(2) for all of them. Whoever is polled again first writes it, so that nobody waits for a task that may
//! be gone. One of them waits for the disk and wakes the others: a wake-up by the log's thread is a system call.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::Poll;

use tokio::sync::OnceCell;

use crate::error::Error;
use crate::event::EventText;
use crate::log::Log;

/// The events of some tasks, which all get the same answer.
pub(crate) struct Round {
    log: Log,
    /// Complete once they are written.
    events: Mutex<Vec<EventText>>,
    /// The number of the last line.
    written: OnceLock<Result<u64, Arc<Error>>>,
    /// Whether the lines count as written.
    acknowledged: OnceCell<Result<(), Arc<Error>>>,
}

thread_local! {
    /// The round that a task of this thread began last.
    static LAST: RefCell<Weak<Round>> = const { RefCell::new(Weak::new()) };
}

impl Round {
    /// Takes the event into the round that is open on this thread, or begins one.
    pub(crate) fn join(log: &Log, event: EventText) -> Arc<Self> {
        LAST.with_borrow_mut(|last| {
            if let Some(round) = last.upgrade().filter(|round| round.log.is(log)) {
                let mut events = round.events();
                if round.written.get().is_none() {
                    events.push(event);
                    drop(events);
                    return round;
                }
            }
            let round = Arc::new(Self {
                log: log.clone(),
                events: Mutex::new(vec![event]),
                written: OnceLock::new(),
                acknowledged: OnceCell::new(),
            });
            *last = Arc::downgrade(&round);
            round
        })
    }

    /// Writes the lines, unless that was done before, and waits until they count as written.
    pub(crate) async fn acknowledged(&self) -> Result<(), Arc<Error>> {
        let ticket = self.log.ticket(self.write()?);
        let wait = async || ticket.durable().await.map_err(Arc::new);
        self.acknowledged.get_or_init(wait).await.clone()
    }

    /// The number of the last line.
    fn write(&self) -> Result<u64, Arc<Error>> {
        let events = self.events();
        let written = self.written.get_or_init(|| {
            let last = self.log.append_all(&events);
            last.map(|last| last.seq()).map_err(Arc::new)
        });
        written.clone()
    }

    fn events(&self) -> MutexGuard<'_, Vec<EventText>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Round {
    /// All who waited are gone: their lines are written all the same.
    fn drop(&mut self) {
        let _nobody_asks = self.write();
    }
}

/// Lets every task go first that is ready by now.
pub(crate) async fn after_the_others() {
    let mut waited = false;
    poll_fn(|cx| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        // Not tokio's own yield: that would ask the kernel for news first.
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Ack, Settings};

    #[test]
    fn a_round_is_open_until_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::new(folder.path(), "n1", "test/audit", Ack::Write, |text| {
            panic!("{text}")
        });
        let (log, _) = Log::open(settings, &[7; 32], || 0).unwrap();
        let event = || EventText::parse(b"{}".to_vec()).unwrap();
        let first = Round::join(&log, event());
        assert!(Arc::ptr_eq(&first, &Round::join(&log, event())));
        assert_eq!(first.write().unwrap(), 2);
        let second = Round::join(&log, event());
        assert!(!Arc::ptr_eq(&first, &second));
        assert_eq!((second.write().unwrap(), first.write().unwrap()), (3, 2));
    }
}
