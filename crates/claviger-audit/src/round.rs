//! Lines that go to the kernel together.
//!
//! A runtime polls one ready task after the other. What those of one thread record, until the first of them is polled again, is
//! one round: that first one writes all of it, under one lock and with one write(2). Where a line counts as written when the disk
//! has it, one task waits for that and wakes the others, because a wake-up by the log's thread is a system call; if that one
//! goes, another takes its place.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::OnceCell;

use crate::error::Error;
use crate::event::EventText;
use crate::log::Log;

/// The events of some tasks, which all have the same outcome.
pub(crate) struct Round {
    log: Log,
    lines: Mutex<Lines>,
    /// Whether the lines count as written.
    acknowledged: OnceCell<Result<(), Arc<Error>>>,
}

enum Lines {
    Open(Vec<EventText>),
    /// With the number of the last one.
    Written(Result<u64, Arc<Error>>),
}

thread_local! {
    /// The round that a task of this thread began last.
    static LAST: RefCell<Weak<Round>> = const { RefCell::new(Weak::new()) };
}

impl Round {
    /// Takes the event into the round that is open on this thread, or begins one.
    pub(crate) fn join(log: &Log, event: EventText) -> Arc<Self> {
        LAST.with_borrow_mut(|last| {
            let round = last.upgrade().filter(|round| round.log.is(log));
            let event = match round {
                Some(round) => match round.take(event) {
                    Ok(()) => return round,
                    Err(event) => event,
                },
                None => event,
            };
            let round = Arc::new(Self {
                log: log.clone(),
                lines: Mutex::new(Lines::Open(vec![event])),
                acknowledged: OnceCell::new(),
            });
            *last = Arc::downgrade(&round);
            round
        })
    }

    /// Writes the lines, unless that was done before, and waits until they count as written.
    pub(crate) async fn acknowledged(&self) -> Result<(), Arc<Error>> {
        let last = self.write()?;
        let wait = async || self.log.ticket(last).durable().await.map_err(Arc::new);
        self.acknowledged.get_or_init(wait).await.clone()
    }

    /// Gives the event back when the round is written, or full.
    fn take(&self, event: EventText) -> Result<(), EventText> {
        match &mut *self.lines() {
            Lines::Open(events) if events.len() < LINES_MAX => {
                events.push(event);
                Ok(())
            }
            Lines::Open(_) | Lines::Written(_) => Err(event),
        }
    }

    fn write(&self) -> Result<u64, Arc<Error>> {
        let mut lines = self.lines();
        let written = match &*lines {
            Lines::Open(events) => self.log.append_all(events).map_err(Arc::new),
            Lines::Written(written) => return written.clone(),
        };
        *lines = Lines::Written(written.clone());
        written
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Round {
    /// All who waited are gone: their lines are written all the same, if the log is still open.
    fn drop(&mut self) {
        let _nobody_asks = self.write();
    }
}

/// Other threads wait while a round is written: for this many hashes and one write(2) at most.
const LINES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Ack, Settings};

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
        let full: Vec<_> = (0..LINES_MAX).map(|_| Round::join(&log, event())).collect();
        let next = Round::join(&log, event());
        assert!(full.iter().all(|round| Arc::ptr_eq(round, &full[0])));
        assert!(!Arc::ptr_eq(&next, &full[0]));
    }
}
