//! Which threads serve connections: the caller's runtime, or threads of their own that get connections in turn.

use std::{io, process, thread};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Accepted, service::Service, settings::Threads};

/// Where connections go to be served.
pub(super) enum Workers<S> {
    Callers,
    /// Dealing in turn keeps the threads even, which sharing one socket among them would not.
    Own {
        threads: Vec<UnboundedSender<Accepted<S>>>,
        next: usize,
    },
}

impl<S: Service> Workers<S> {
    pub(super) fn start(threads: Threads) -> io::Result<Self> {
        match threads {
            Threads::Callers => Ok(Self::Callers),
            Threads::Own(count) => {
                let count = count.max(1);
                let places = places(count);
                let threads = (0..count)
                    .map(|number| start_thread(number, places.get(number).copied()))
                    .collect::<io::Result<_>>()?;
                let next = first(count);
                Ok(Self::Own { threads, next })
            }
        }
    }

    pub(super) fn run(&mut self, connection: Accepted<S>) {
        match self {
            Self::Callers => {
                tokio::spawn(connection.serve());
            }
            Self::Own { threads, next } => {
                *next = (*next + 1) % threads.len();
                let sent = threads
                    .get(*next)
                    .is_some_and(|thread| thread.send(connection).is_ok());
                if !sent {
                    tracing::error!("a listener thread is gone");
                }
            }
        }
    }
}

/// A processor for each of so many threads, if there are just as many as the process may use; else none, and the kernel places them.
///
/// A thread that stays where it is never waits behind another one that serves, while a processor is left to threads of heavy
/// work: the kernel spreads waiting threads at once only where a processor falls idle, which heavy work prevents.
fn places(threads: usize) -> Vec<CpuSet> {
    let allowed = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
    let processors = (0..CpuSet::MAX_CPU).filter(|processor| allowed.is_set(*processor));
    let places: Vec<_> = processors.map(only).collect();
    if places.len() == threads {
        places
    } else {
        Vec::new()
    }
}

fn only(processor: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(processor);
    set
}

/// The thread that gets the first connection: not the same one in each process, so that several that serve a few connections
/// each do not all load one processor.
fn first(threads: usize) -> usize {
    usize::try_from(process::id()).map_or(0, |id| id % threads)
}

/// The thread ends, and with it what still runs on it, when the sender is dropped.
fn start_thread<S: Service>(
    number: usize,
    place: Option<CpuSet>,
) -> io::Result<UnboundedSender<Accepted<S>>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (sender, mut connections): (_, UnboundedReceiver<Accepted<S>>) = unbounded_channel();
    thread::Builder::new()
        .name(format!("listen-{number}"))
        .spawn(move || {
            if let Some(place) = place {
                // Where it is refused, the kernel goes on placing the thread.
                let _ = sched_setaffinity(None, &place);
            }
            runtime.block_on(async {
                while let Some(connection) = connections.recv().await {
                    tokio::spawn(connection.serve());
                }
            });
        })?;
    Ok(sender)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_threads_as_processors_get_one_each() {
        let allowed = sched_getaffinity(None).unwrap();
        let count = usize::try_from(allowed.count()).unwrap();
        let places = places(count);
        assert_eq!(places.len(), count);
        let mut together = CpuSet::new();
        for place in &places {
            assert_eq!(place.count(), 1);
            let processor = (0..CpuSet::MAX_CPU).find(|processor| place.is_set(*processor));
            together.set(processor.unwrap());
        }
        assert_eq!(together, allowed);
    }

    #[test]
    fn fewer_or_more_are_left_to_the_kernel() {
        let count = usize::try_from(sched_getaffinity(None).unwrap().count()).unwrap();
        assert!(places(count + 1).is_empty());
        assert!(places(count - 1).is_empty());
    }
}
