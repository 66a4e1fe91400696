//! The work that waits for a thread, in the order of its coming.

use std::{
    collections::VecDeque,
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread::ThreadId,
};

use super::way_back::Finished;

/// Work that one thread leaves to another.
pub(super) struct Job {
    /// The thread where the result is waited for.
    pub(super) home: ThreadId,
    pub(super) work: Work,
}

pub(super) type Work = Box<dyn FnOnce() -> Finished + Send>;

pub(super) struct Queue {
    state: Mutex<State>,
    job_came: Condvar,
    jobs_max: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// Without a thread that waits for a job nobody is woken, for that is a system call.
    idle_threads: usize,
    closed: bool,
}

/// So many jobs wait that one more would wait too long.
pub(super) struct Full;

impl Queue {
    pub(super) fn new(jobs_max: usize) -> Self {
        Self {
            state: Mutex::default(),
            job_came: Condvar::new(),
            jobs_max,
        }
    }

    pub(super) fn push(&self, job: Job) -> Result<(), Full> {
        let mut state = self.state();
        if state.jobs.len() >= self.jobs_max {
            return Err(Full);
        }
        state.jobs.push_back(job);
        let anybody_idle = state.idle_threads > 0;
        drop(state);
        if anybody_idle {
            self.job_came.notify_one();
        }
        Ok(())
    }

    /// The oldest job, waited for if there is none; none when the queue is closed.
    pub(super) fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            state.idle_threads += 1;
            let woken = self.job_came.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            state.idle_threads -= 1;
        }
    }

    /// The oldest work from this thread, if some waits.
    pub(super) fn another_from(&self, home: ThreadId) -> Option<Work> {
        let mut state = self.state();
        let place = state.jobs.iter().position(|job| job.home == home)?;
        state.jobs.remove(place).map(|job| job.work)
    }

    /// Drops what waits, and lets no thread wait any more.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let dropped = mem::take(&mut state.jobs);
        drop(state);
        drop(dropped);
        self.job_came.notify_all();
    }

    /// Nothing panics while it holds the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::heavy::way_back::way_back;

    fn job(home: ThreadId) -> Job {
        let (finish, _) = way_back();
        let work = Box::new(|| finish(()));
        Job { home, work }
    }

    #[test]
    fn jobs_of_one_thread_can_be_taken_before_their_turn() {
        let here = thread::current().id();
        let elsewhere = thread::spawn(|| thread::current().id()).join().unwrap();
        let queue = Queue::new(8);
        for home in [here, elsewhere, here, elsewhere] {
            assert!(queue.push(job(home)).is_ok());
        }
        assert_eq!(queue.next().unwrap().home, here);
        assert!(queue.another_from(here).is_some());
        assert!(queue.another_from(here).is_none());
        assert_eq!(queue.next().unwrap().home, elsewhere);
        assert!(queue.another_from(elsewhere).is_some());
        assert!(queue.another_from(elsewhere).is_none());
    }

    #[test]
    fn who_waits_is_woken_by_a_job_and_by_the_end() {
        let queue = Queue::new(1);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.next().is_some());
            assert!(queue.push(job(thread::current().id())).is_ok());
            assert!(waiting.join().unwrap());
            let waiting = scope.spawn(|| queue.next().is_none());
            queue.close();
            assert!(waiting.join().unwrap());
        });
    }
}
