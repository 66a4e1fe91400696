//! What the service says of itself on its standard error.
//!
//! Whoever reads it may be gone, or read nothing for hours: neither ends the service or holds up a request. Lines are handed to a
//! thread of their own, and those that it cannot keep up with are left out and counted.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tracing_subscriber::fmt::MakeWriter;

/// The journal, open; its drop waits for the lines that were taken, but not for long.
pub(crate) struct Journal {
    lines: Lines,
}

/// Where lines are handed over.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Entry>,
    left_out: Arc<AtomicU64>,
}

enum Entry {
    Line(Vec<u8>),
    /// Answered when all before it is written.
    Mark(SyncSender<()>),
}

impl Journal {
    /// From here on, the events of the whole process go to standard error.
    ///
    /// # Errors
    /// No thread can be started.
    pub(crate) fn start() -> io::Result<Self> {
        let journal = Self::to(io::stderr())?;
        tracing_subscriber::fmt()
            .json()
            .with_writer(journal.lines.clone())
            // It would complain of a failing standard error on standard error, and panic.
            .log_internal_errors(false)
            .init();
        Ok(journal)
    }

    fn to(mut output: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, entries) = sync_channel(QUEUED_MAX);
        let left_out = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&left_out);
        thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write_all(&mut output, &entries, &counted))?;
        Ok(Self {
            lines: Lines { queue, left_out },
        })
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let (mark, reached) = sync_channel(1);
        let deadline = Instant::now() + LAST_WORDS_AT_MOST;
        let mut entry = Entry::Mark(mark);
        while let Err(TrySendError::Full(back)) = self.lines.queue.try_send(entry) {
            if Instant::now() > deadline {
                return;
            }
            entry = back;
            thread::sleep(LOOK_EVERY);
        }
        // Who does not read by then gets no more.
        let _ = reached.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }
}

impl<'w> MakeWriter<'w> for Lines {
    type Writer = &'w Self;

    fn make_writer(&'w self) -> Self::Writer {
        self
    }
}

impl Write for &Lines {
    /// Takes a whole line: the formatter writes each event at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let refused = self.queue.try_send(Entry::Line(line.to_vec()));
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = refused {
            self.left_out.fetch_add(1, Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(output: &mut impl Write, entries: &Receiver<Entry>, left_out: &AtomicU64) {
    while let Ok(entry) = entries.recv() {
        match entry {
            Entry::Line(line) => {
                let missed = left_out.swap(0, Relaxed);
                if missed > 0 {
                    let _ = output.write_all(gap(missed).as_bytes());
                }
                // What cannot be written is lost; there is nobody left to tell.
                let _ = output.write_all(&line);
            }
            Entry::Mark(reached) => {
                let _ = reached.send(());
            }
        }
    }
}

fn gap(missed: u64) -> String {
    let fields =
        serde_json::json!({ "message": "lines were left out: nobody read them", "lines": missed });
    format!(
        "{}\n",
        serde_json::json!({ "level": "WARN", "fields": fields, "target": module_path!() })
    )
}

/// Some hundred kilobytes.
const QUEUED_MAX: usize = 512;
const LAST_WORDS_AT_MOST: Duration = Duration::from_millis(500);
const LOOK_EVERY: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// An output that takes nothing as long as the lock is held.
    #[derive(Clone, Default)]
    struct Slow(Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_reader_and_what_was_left_out_is_counted() {
        let output = Slow::default();
        let journal = Journal::to(output.clone()).unwrap();
        let mut lines = &journal.lines;
        let reader = output.0.lock().unwrap();
        for number in 0..QUEUED_MAX + 100 {
            lines.write_all(format!("{number}\n").as_bytes()).unwrap();
        }
        drop(reader);
        let deadline = Instant::now() + Duration::from_secs(10);
        while !String::from_utf8_lossy(&output.0.lock().unwrap()).contains("left out") {
            assert!(Instant::now() < deadline, "the gap is not told");
            lines.write_all(b"again\n").unwrap();
            thread::sleep(Duration::from_millis(1));
        }
        drop(journal);
        let text = String::from_utf8(output.0.lock().unwrap().clone()).unwrap();
        let numbers = text.lines().filter_map(|line| line.parse::<usize>().ok());
        let kept: Vec<usize> = numbers.collect();
        assert!(kept.len() < QUEUED_MAX + 100, "{text}");
        assert!(
            kept.iter().copied().take(QUEUED_MAX).eq(0..QUEUED_MAX),
            "{text}"
        );
    }

    #[test]
    fn the_last_words_wait_for_no_reader() {
        let output = Slow::default();
        let journal = Journal::to(output.clone()).unwrap();
        let reader = output.0.lock().unwrap();
        (&journal.lines).write_all(b"one\n").unwrap();
        let begun = Instant::now();
        drop(journal);
        assert!(begun.elapsed() < Duration::from_secs(5));
        drop(reader);
    }
}
