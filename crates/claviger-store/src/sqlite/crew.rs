use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::Error;

/// Threads that work off a queue. Dropping the crew lets them finish the queue and joins them.
pub(super) struct Crew<Job> {
    // `None` only while dropping.
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl<Job: Send + 'static> Crew<Job> {
    /// One thread that takes the jobs itself.
    pub(super) fn alone(
        name: &str,
        work: impl FnOnce(Receiver<Job>) + Send + 'static,
    ) -> Result<Self, Error> {
        let (jobs, queue) = mpsc::channel();
        let mut crew = Self {
            jobs: Some(jobs),
            threads: Vec::new(),
        };
        crew.enlist(name, move || work(queue))?;
        Ok(crew)
    }

    /// One thread for each tool; whichever is free takes the next job.
    pub(super) fn sharing<Tool: Send + 'static>(
        name: &str,
        tools: Vec<Tool>,
        work: fn(&Tool, Job),
    ) -> Result<Self, Error> {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let mut crew = Self {
            jobs: Some(jobs),
            threads: Vec::new(),
        };
        for tool in tools {
            let queue = Arc::clone(&queue);
            crew.enlist(name, move || {
                while let Some(job) = next(&queue) {
                    work(&tool, job);
                }
            })?;
        }
        Ok(crew)
    }

    pub(super) fn send(&self, job: Job) -> Result<(), Error> {
        let sent = self.jobs.as_ref().map(|jobs| jobs.send(job));
        if matches!(sent, Some(Ok(()))) {
            Ok(())
        } else {
            Err(stopped())
        }
    }

    fn enlist(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let thread = Builder::new().name(name.to_owned()).spawn(work);
        self.threads
            .push(thread.map_err(|error| Error::Unavailable(format!("no thread: {error}")))?);
        Ok(())
    }
}

impl<Job> Drop for Crew<Job> {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to finish; its callers were told.
            let _ = thread.join();
        }
    }
}

/// The answer when the thread that should have given it is gone.
pub(super) fn stopped() -> Error {
    Error::Unavailable("the store has stopped".into())
}

/// Waits for a job; the guard is released before the job is worked on.
fn next<Job>(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .recv()
        .ok()
}
