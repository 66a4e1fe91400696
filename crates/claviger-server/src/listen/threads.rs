//! Which threads serve connections: the caller's runtime, or threads of their own that get connections in turn.

use std::{io, thread};

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
                let threads = (0..count.max(1))
                    .map(start_thread)
                    .collect::<io::Result<_>>()?;
                Ok(Self::Own { threads, next: 0 })
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

/// The thread ends, and with it what still runs on it, when the sender is dropped.
fn start_thread<S: Service>(number: usize) -> io::Result<UnboundedSender<Accepted<S>>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (sender, mut connections): (_, UnboundedReceiver<Accepted<S>>) = unbounded_channel();
    thread::Builder::new()
        .name(format!("listen-{number}"))
        .spawn(move || {
            runtime.block_on(async {
                while let Some(connection) = connections.recv().await {
                    tokio::spawn(connection.serve());
                }
            });
        })?;
    Ok(sender)
}
