//! What the appending tasks and the log's own thread share.
//!
//! An append takes one lock for one SHA-256 a line and one write(2), and never waits for the disk. The thread brings lines to the disk:
//! under [`Ack::Fsync`] it loops over fdatasync, each pass covering what arrived during the pass before, so groups form without
//! a timer; under [`Ack::Write`] it does so when a checkpoint is due. Only it starts new segments, so that at any time only
//! the last segment holds bytes that the disk may lack.
//!
//! Locks are taken in the order notary, progress.

use std::hint;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::error::Error;
use crate::notary::Notary;
use crate::note::{Signer, VerifierKey};
use crate::place::Place;
use crate::segment::Segment;
use crate::settings::{Ack, Settings};
use crate::writer::{Tail, Writer};

pub(crate) struct Shared {
    pub(crate) settings: Settings,
    /// The number of lines that the disk has.
    pub(crate) durable: watch::Sender<u64>,
    progress: Mutex<Progress>,
    notary: Mutex<Notary>,
    /// Of the checkpoint file.
    place: Place,
    wake: Condvar,
    /// Whether the last line could be written.
    healthy: AtomicBool,
    /// Whether the last checkpoint could not be written: lines that nobody signs are no better than lines that are not there.
    unsigned: AtomicBool,
}

/// The writer and how far the thread has followed it.
struct Progress {
    writer: Writer,
    /// Lines that the disk has.
    synced: u64,
    /// Lines under a checkpoint.
    signed: u64,
    /// The size at which the segment ends; moved on when a new one cannot be made.
    segment_bytes_max: u64,
    sleep: Sleep,
    closed: bool,
}

/// What the thread waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sleep {
    Awake,
    UntilDue,
    UntilAppend,
}

impl Shared {
    pub(crate) fn new(settings: Settings, tail: Tail, notary: Notary, place: Place) -> Self {
        let progress = Progress {
            synced: 0,
            signed: notary.signed_size().unwrap_or(0),
            segment_bytes_max: settings.segment_bytes_max,
            sleep: Sleep::Awake,
            closed: false,
            writer: Writer::new(tail),
        };
        Self {
            settings,
            durable: watch::Sender::new(0),
            progress: Mutex::new(progress),
            notary: Mutex::new(notary),
            place,
            wake: Condvar::new(),
            healthy: AtomicBool::new(true),
            unsigned: AtomicBool::new(false),
        }
    }

    pub(crate) fn append(&self, events: &[&[u8]]) -> Result<u64, Error> {
        let mut progress = lock_soon(&self.progress);
        if progress.closed {
            return Err(Error::Closed);
        }
        let appended = progress.writer.append(events);
        self.healthy.store(appended.is_ok(), Ordering::Release);
        let wanted = match progress.sleep {
            Sleep::Awake => false,
            Sleep::UntilAppend => true,
            Sleep::UntilDue => {
                self.settings.ack == Ack::Fsync || progress.is_full() || appended.is_err()
            }
        };
        if wanted {
            progress.sleep = Sleep::Awake;
            self.wake.notify_all();
        }
        appended
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Acquire) && !self.unsigned.load(Ordering::Acquire)
    }

    /// No line may come before the first checkpoint.
    pub(crate) fn demand_checkpoint(&self) -> Result<(), Error> {
        match lock(&self.notary).signed_size() {
            Some(_) => Ok(()),
            None => Err(Error::Unwritable(io::Error::other(
                "the first checkpoint cannot be written",
            ))),
        }
    }

    pub(crate) fn lost(&self) -> Option<PathBuf> {
        let tail = lock(&self.progress).writer.tail.clone();
        let Settings { dir, node, .. } = &self.settings;
        let segment = Segment::new(dir, node, tail.position.segment);
        let segment = Place::of(&tail.file, &segment.path).ok();
        let places = [Some(&self.place), segment.as_ref()];
        let mut lost = places.into_iter().flatten().filter_map(Place::lost);
        lost.next().map(Path::to_owned)
    }

    pub(crate) fn verifier_key(&self) -> VerifierKey {
        lock(&self.notary).key().clone()
    }

    pub(crate) fn close(&self) {
        lock(&self.progress).closed = true;
        self.wake.notify_all();
    }

    /// Brings all lines to the disk; signs them when asked or when the segment ends here.
    pub(crate) fn settle(&self, sign: bool) {
        let mut notary = lock(&self.notary);
        let tail = lock(&self.progress).writer.tail.clone();
        self.sync(&tail);
        let full = lock(&self.progress).is_full();
        if full || notary.is_old(&tail) {
            self.start_segment(&mut notary);
        } else if sign {
            self.sign(&mut notary, &tail);
        }
    }

    pub(crate) fn succeed(&self, successor: Signer) -> Result<(), Error> {
        let mut notary = lock(&self.notary);
        let tail = lock(&self.progress).writer.tail.clone();
        self.sync(&tail);
        notary
            .succeed(&tail, successor)
            .map_err(Error::Unwritable)?;
        lock(&self.progress).signed = tail.chain.size;
        Ok(())
    }

    /// The log's own thread. Without it nothing would be signed or come to the disk, so the process does not outlive its panic.
    pub(crate) fn keep(&self) {
        if catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
            (self.settings.fatal)("the thread of the audit log panicked");
        }
    }

    /// Until the log closes.
    fn run(&self) {
        let mut due = None;
        loop {
            let closing = self.await_work(&mut due);
            let sign = closing || due.is_some_and(|due| due <= Instant::now());
            self.settle(sign);
            if closing {
                return;
            }
            if sign {
                due = None;
            }
        }
    }

    /// Waits until there is something to bring to the disk or to sign; true when the log closes.
    fn await_work(&self, due: &mut Option<Instant>) -> bool {
        let mut progress = lock(&self.progress);
        while !progress.closed {
            if !self.healthy.load(Ordering::Acquire) {
                let recovered = progress.writer.probe().is_ok();
                self.healthy.store(recovered, Ordering::Release);
                if !recovered {
                    progress = self.sleep(progress, Sleep::UntilDue, Some(PROBE_EVERY));
                }
                continue;
            }
            let size = progress.writer.tail.chain.size;
            if size == progress.signed && !self.unsigned.load(Ordering::Acquire) {
                *due = None;
                progress = self.sleep(progress, Sleep::UntilAppend, None);
                continue;
            }
            let now = Instant::now();
            let interval = Duration::from_millis(self.settings.checkpoint_ms_max);
            let due = *due.get_or_insert_with(|| now.checked_add(interval).unwrap_or(now));
            let unsynced = self.settings.ack == Ack::Fsync && size > progress.synced;
            if unsynced || progress.is_full() || due <= now {
                break;
            }
            progress = self.sleep(progress, Sleep::UntilDue, Some(due.duration_since(now)));
        }
        progress.closed
    }

    fn sleep<'a>(
        &self,
        mut progress: MutexGuard<'a, Progress>,
        sleep: Sleep,
        at_most: Option<Duration>,
    ) -> MutexGuard<'a, Progress> {
        progress.sleep = sleep;
        let mut progress = match at_most {
            Some(limit) => {
                let woken = self.wake.wait_timeout(progress, limit);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self
                .wake
                .wait(progress)
                .unwrap_or_else(PoisonError::into_inner),
        };
        progress.sleep = Sleep::Awake;
        progress
    }

    fn sync(&self, tail: &Tail) {
        if lock(&self.progress).synced == tail.chain.size {
            return;
        }
        if let Err(error) = tail.file.sync_data() {
            (self.settings.fatal)(&format!("fdatasync of the audit log failed: {error}"));
        }
        lock(&self.progress).synced = tail.chain.size;
        self.durable.send_replace(tail.chain.size);
    }

    fn sign(&self, notary: &mut Notary, tail: &Tail) {
        let size = tail.chain.size;
        // A full disk is no reason to stop here: the log is not healthy until a later round signs.
        let signed = notary.signed_size() == Some(size) || notary.sign(tail).is_ok();
        self.unsigned.store(!signed, Ordering::Release);
        if signed {
            lock(&self.progress).signed = size;
        }
    }

    /// Ends the segment. Nearly all of it is on the disk already, so the appends wait for little more than the folder's fsync.
    fn start_segment(&self, notary: &mut Notary) {
        let mut progress = lock(&self.progress);
        // Only the last segment may end in the rest of a failed write.
        let whole = progress.writer.repair();
        let ended = progress.writer.tail.clone();
        if let Err(error) = ended.file.sync_data() {
            (self.settings.fatal)(&format!("fdatasync of the audit log failed: {error}"));
        }
        match whole.and_then(|()| notary.start_segment(&ended.chain)) {
            Ok(started) => {
                progress.writer = Writer::new(started);
                progress.segment_bytes_max = self.settings.segment_bytes_max;
            }
            Err(_full_disk) => {
                let further = (self.settings.segment_bytes_max / 16).max(1);
                progress.segment_bytes_max = ended.position.bytes.saturating_add(further);
            }
        }
        progress.synced = ended.chain.size;
        drop(progress);
        self.durable.send_replace(ended.chain.size);
        self.sign(notary, &ended);
    }
}

impl Progress {
    fn is_full(&self) -> bool {
        self.writer.tail.position.bytes >= self.segment_bytes_max
    }
}

/// A lock that outlives a panic of another holder: every holder leaves the value whole between its statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same for whoever waits behind a round: one of a few lines takes some microseconds, less than a thread takes to sleep and
/// wake up.
fn lock_soon<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    for _ in 0..LOOKS_MAX {
        match mutex.try_lock() {
            Ok(guard) => return guard,
            Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => hint::spin_loop(),
        }
    }
    lock(mutex)
}

/// About ten microseconds.
const LOOKS_MAX: u32 = 200;

/// How soon the log notices that it can be written again.
const PROBE_EVERY: Duration = Duration::from_millis(200);
