//! The log of one node, as the service sees it.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use futures_lite::future::yield_now;
use tokio::sync::watch;

use crate::error::Error;
use crate::event::EventText;
use crate::notary::Notary;
use crate::note::{Signer, VerifierKey};
use crate::recovery::{self, Recovery};
use crate::round::Round;
use crate::settings::{Ack, Settings};
use crate::shared::Shared;

/// An open log. Clones write to the same log; the last one to be dropped closes it.
#[derive(Clone)]
pub struct Log {
    open: Arc<Open>,
}

impl Log {
    /// Opens the node's log or starts it: cuts a partial last line, follows the chain of the last two segments and compares it
    /// with the last checkpoint.
    ///
    /// `seed` is the checkpoint key's 32 bytes; `now_ms` the clock for checkpoints and segment ages, in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Error::Refused`] when the log contradicts itself or its last checkpoint, or when that was signed by another key;
    /// [`Error::Locked`] when it is open elsewhere; [`Error::Unwritable`] when not even the first checkpoint can be written;
    /// [`Error::Invalid`] for unusable settings.
    pub fn open(
        settings: Settings,
        seed: &[u8],
        now_ms: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> Result<(Self, Recovery), Error> {
        let signer = Signer::new(&settings.origin, seed)?;
        let recovered = recovery::recover(&settings, signer.key())?;
        let (checkpoints, place) = (recovered.checkpoints, recovered.place);
        let notary = Notary::new(&settings, signer, checkpoints, Box::new(now_ms));
        let shared = Arc::new(Shared::new(settings, recovered.tail, notary, place));
        shared.settle(true);
        shared.demand_checkpoint()?;
        let thread = thread::Builder::new()
            .name("audit".into())
            .spawn({
                let shared = Arc::clone(&shared);
                move || shared.keep()
            })
            .map_err(Error::Unwritable)?;
        let open = Open {
            shared,
            thread: Some(thread),
        };
        Ok((
            Self {
                open: Arc::new(open),
            },
            recovered.report,
        ))
    }

    /// Writes one event as the next line.
    ///
    /// # Errors
    /// [`Error::Unwritable`] when the line is not in the log; the next append tries again.
    pub fn append(&self, event: &EventText) -> Result<Ticket, Error> {
        let seq = self.open.shared.append(&[event.as_bytes()])?;
        Ok(self.ticket(seq))
    }

    /// Writes one event, in one write with what other tasks of this thread record before the runtime comes back to the first of
    /// them, and waits until it counts as written. Once this was polled, the event goes into the log whether or not anybody goes on
    /// waiting; others may wait for this one, so go on polling it or drop it.
    ///
    /// # Errors
    /// [`Error::Unwritable`] when the line is not in the log; [`Error::Closed`] when the log was closed before.
    pub async fn record(&self, event: EventText) -> Result<(), Arc<Error>> {
        let round = Round::join(self, event);
        // Others of this thread that are ready join it before it is written.
        yield_now().await;
        round.acknowledged().await
    }

    /// Writes the events as consecutive lines, all of them or none, and gives the number of the last one.
    pub(crate) fn append_all(&self, events: &[EventText]) -> Result<u64, Error> {
        let lines: Vec<_> = events.iter().map(EventText::as_bytes).collect();
        self.open.shared.append(&lines)
    }

    /// The receipt of the lines up to this one.
    pub(crate) fn ticket(&self, seq: u64) -> Ticket {
        let shared = &self.open.shared;
        let durable = match shared.settings.ack {
            Ack::Write => None,
            Ack::Fsync => Some(shared.durable.subscribe()),
        };
        Ticket { seq, durable }
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.open, &other.open)
    }

    /// False from a failed write, of a line or of a checkpoint, until the log can be written again, which it finds out by itself.
    pub fn healthy(&self) -> bool {
        self.open.shared.is_healthy()
    }

    /// The file of the log, or of its checkpoints, that was removed or replaced while it is written to: what goes there is lost.
    pub fn lost(&self) -> Option<PathBuf> {
        self.open.shared.lost()
    }

    /// The number of the last line that the disk is known to have.
    pub fn durable_seq(&self) -> u64 {
        *self.open.shared.durable.borrow()
    }

    /// The public key that the checkpoints verify with, in C2SP form.
    pub fn verifier_key(&self) -> String {
        self.open.shared.verifier_key().to_string()
    }

    /// Brings every line to the disk and signs a checkpoint over them, before it returns. Blocks.
    pub fn checkpoint_now(&self) {
        self.open.shared.settle(true);
    }

    /// Hands over to a new checkpoint key: the old one signs a last checkpoint that names it. Blocks. Keep the old seed until
    /// this returned, and the new one from before.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unusable seed; [`Error::Unwritable`] when the checkpoint could not be written, and the old key stays.
    pub fn succeed(&self, seed: &[u8]) -> Result<VerifierKey, Error> {
        let shared = &self.open.shared;
        let successor = Signer::new(&shared.settings.origin, seed)?;
        let key = successor.key().clone();
        shared.succeed(successor)?;
        Ok(key)
    }

    /// Refuses further lines, brings all to the disk and signs the last checkpoint, before it returns. Blocks. The drop of the
    /// last handle does the same.
    pub fn shutdown(&self) {
        self.open.shared.close();
        self.open.shared.settle(true);
    }
}

/// The receipt of one appended line.
#[derive(Debug)]
pub struct Ticket {
    seq: u64,
    durable: Option<watch::Receiver<u64>>,
}

impl Ticket {
    /// The number of the line.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Waits until the line counts as written: at once with [`Ack::Write`], when the disk has it with [`Ack::Fsync`].
    ///
    /// # Errors
    /// [`Error::Closed`] when the log went away before.
    pub async fn durable(self) -> Result<(), Error> {
        let Some(mut durable) = self.durable else {
            return Ok(());
        };
        durable
            .wait_for(|synced| *synced >= self.seq)
            .await
            .map_err(|_| Error::Closed)?;
        Ok(())
    }
}

/// What all clones share; its drop is the end of the log.
struct Open {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            // A thread that ended by the fatal hook has said what there is to say.
            let _ended = thread.join();
        }
    }
}
