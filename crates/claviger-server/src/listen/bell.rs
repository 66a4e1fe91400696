//! What wakes a connection's task, and what need not.
//!
//! hyper wakes it whenever a part of a body is taken, because it may read the next part then. After a body that came whole
//! there is none: the task would look at its connection a second time, and find nothing.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::AcqRel},
    },
    task::{Poll, Wake, Waker},
};

/// The waker of a connection's task, which rings through this.
pub(super) struct Bell {
    task: Waker,
    /// Odd while rings are held back; from the second bit on, their number.
    rings: AtomicU32,
}

impl Bell {
    /// The bell of the task that awaits this.
    pub(super) async fn of_this_task() -> Arc<Self> {
        let task = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        Arc::new(Self {
            task,
            rings: AtomicU32::new(0),
        })
    }

    /// Does `work`. As many of the rings meanwhile as `idle` says of its result are for nothing; any more wake the task
    /// afterwards.
    pub(super) fn holding<T>(&self, work: impl FnOnce() -> T, idle: impl FnOnce(&T) -> u32) -> T {
        self.rings.swap(HELD, AcqRel);
        let done = work();
        let rings = self.rings.swap(0, AcqRel) / RING;
        if rings > idle(&done) {
            self.task.wake_by_ref();
        }
        done
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // One step counts and looks, so that a ring from another thread is either counted before the end or wakes by itself.
        if self.rings.fetch_add(RING, AcqRel) & HELD == 0 {
            self.task.wake_by_ref();
        }
    }
}

const HELD: u32 = 1;
const RING: u32 = 2;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    fn hung() -> (Arc<Count>, Arc<Bell>) {
        let count = Arc::<Count>::default();
        let task = Waker::from(Arc::clone(&count));
        let rings = AtomicU32::new(0);
        (count, Arc::new(Bell { task, rings }))
    }

    #[test]
    fn every_ring_wakes_while_none_is_held_back() {
        let (count, bell) = hung();
        let waker = Waker::from(Arc::clone(&bell));
        waker.wake_by_ref();
        bell.holding(|| (), |()| 0);
        waker.wake_by_ref();
        waker.wake();
        assert_eq!(count.0.load(SeqCst), 3);
    }

    #[test]
    fn no_more_rings_are_dropped_than_were_for_nothing() {
        for (rings, idle, woken) in [
            (0, 0, 0),
            (1, 1, 0),
            (0, 1, 0),
            (1, 0, 1),
            (2, 1, 1),
            (3, 1, 1),
        ] {
            let (count, bell) = hung();
            let waker = Waker::from(Arc::clone(&bell));
            let work = || (0..rings).for_each(|_| waker.wake_by_ref());
            bell.holding(work, |()| idle);
            assert_eq!(
                count.0.load(SeqCst),
                woken,
                "{rings} rings, {idle} for nothing"
            );
        }
    }

    /// However the rings of another thread fall, before, during or after: each is dropped as expected or wakes.
    #[test]
    fn a_ring_of_another_thread_is_not_lost() {
        for _ in 0..1_000 {
            let (count, bell) = hung();
            let waker = Waker::from(Arc::clone(&bell));
            std::thread::scope(|threads| {
                threads.spawn(|| waker.wake_by_ref());
                bell.holding(|| waker.wake_by_ref(), |()| 1);
            });
            assert_eq!(count.0.load(SeqCst), 1);
        }
    }
}
