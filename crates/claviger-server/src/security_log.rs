//! The security log: what failed authentication, one JSON object a line, beside the audit log and never in it.
//!
//! Strangers decide what is written here, so everything about it is bounded: the lines of a second, the length of a line,
//! the size of a file and the number of files. What they sent is escaped or left out; signatures and tokens never appear.
//! A log that cannot be written stops nothing: the counters go on.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::Value;

/// Writes lines on a thread of its own, so that a slow disk holds up no request.
#[derive(Debug)]
pub(crate) struct SecurityLog {
    lines: Option<SyncSender<Value>>,
    writer: Option<JoinHandle<()>>,
}

/// What the log says about once a minute when its `counts` changed.
pub(crate) type Summary = Arc<dyn Fn() -> Value + Send + Sync>;

impl SecurityLog {
    /// Opens the log at this path, which is appended to.
    ///
    /// # Errors
    /// The file cannot be opened, or no thread started.
    pub(crate) fn open(path: &Path, summary: Summary) -> io::Result<Self> {
        let mut file = BoundedFile::open(path, FILE_BYTES_MAX)?;
        let (lines, queue) = sync_channel(QUEUED_MAX);
        let mut summaries = Summaries::new(summary);
        let writer = thread::Builder::new()
            .name("security-log".to_owned())
            .spawn(move || write_all(&mut file, &queue, &mut summaries))?;
        Ok(Self {
            lines: Some(lines),
            writer: Some(writer),
        })
    }

    /// Whether the line was taken; it is not when the disk is slower than the lines come.
    pub(crate) fn offer(&self, line: Value) -> bool {
        let lines = self.lines.as_ref();
        lines.is_some_and(|lines| lines.try_send(line).is_ok())
    }
}

impl Drop for SecurityLog {
    /// Waits until everything that was taken is written.
    fn drop(&mut self) {
        drop(self.lines.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn write_all(file: &mut BoundedFile, queue: &Receiver<Value>, summaries: &mut Summaries) {
    let mut failing = false;
    loop {
        let (line, ended) = match queue.recv_timeout(summaries.wait()) {
            Ok(line) => (Some(line), false),
            Err(RecvTimeoutError::Timeout) => (summaries.changed(), false),
            Err(RecvTimeoutError::Disconnected) => (summaries.changed(), true),
        };
        if let Some(line) = line {
            let written = file.append(&line);
            if let (Err(error), false) = (&written, failing) {
                tracing::error!(%error, "the security log cannot be written");
            }
            failing = written.is_err();
        }
        if ended {
            return;
        }
    }
}

/// The summary that was said last, and when the next one is due, however many lines come between.
struct Summaries {
    summary: Summary,
    said: Option<Value>,
    next: Instant,
}

impl Summaries {
    fn new(summary: Summary) -> Self {
        Self {
            said: summary().get(COUNTS).cloned(),
            summary,
            next: Instant::now() + SUMMARY_EVERY,
        }
    }

    fn wait(&self) -> Duration {
        self.next.saturating_duration_since(Instant::now())
    }

    fn changed(&mut self) -> Option<Value> {
        self.next = Instant::now() + SUMMARY_EVERY;
        let now = (self.summary)();
        let counts = now.get(COUNTS).cloned();
        if counts == self.said {
            return None;
        }
        self.said = counts;
        Some(now)
    }
}

/// A file that gives way to a new one when it is full; a few old ones are kept.
#[derive(Debug)]
struct BoundedFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    bytes_max: u64,
}

impl BoundedFile {
    fn open(path: &Path, bytes_max: u64) -> io::Result<Self> {
        let file = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)?;
        Ok(Self {
            bytes: file.metadata()?.len(),
            path: path.to_owned(),
            file,
            bytes_max,
        })
    }

    fn append(&mut self, line: &Value) -> io::Result<()> {
        let line = format!("{line}\n");
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        if self.bytes > 0 && self.bytes.saturating_add(length) > self.bytes_max {
            self.rotate()?;
        }
        self.file.write_all(line.as_bytes())?;
        self.bytes = self.bytes.saturating_add(length);
        Ok(())
    }

    /// `security.log` becomes `security.log.1`, which becomes `.2`; the last one goes.
    fn rotate(&mut self) -> io::Result<()> {
        for number in (0..OLD_FILES_MAX).rev() {
            let (from, to) = (self.old(number), self.old(number.saturating_add(1)));
            if from.exists() {
                fs::rename(from, to)?;
            }
        }
        *self = Self::open(&self.path, self.bytes_max)?;
        Ok(())
    }

    fn old(&self, number: u32) -> PathBuf {
        if number == 0 {
            return self.path.clone();
        }
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

const COUNTS: &str = "counts";
const QUEUED_MAX: usize = 64;
const SUMMARY_EVERY: Duration = Duration::from_secs(60);
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// With the current one five files, 40 MiB.
const OLD_FILES_MAX: u32 = 4;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use serde_json::json;

    use super::*;

    fn total_bytes(folder: &Path) -> u64 {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum()
    }

    #[test]
    fn however_much_comes_the_files_stay_small() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("security.log");
        let mut file = BoundedFile::open(&path, 1000).unwrap();
        for number in 0..1000 {
            file.append(&json!({ "number": number, "text": "x".repeat(40) }))
                .unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5);
        assert!(total_bytes(folder.path()) <= 5000);
        let newest = fs::read_to_string(&path).unwrap();
        assert!(newest.lines().last().unwrap().contains("\"number\":999,"));
        let older = fs::read_to_string(folder.path().join("security.log.1")).unwrap();
        let lines = newest.lines().count();
        assert!(
            older
                .lines()
                .last()
                .unwrap()
                .contains(&format!("\"number\":{},", 999 - lines))
        );
    }

    #[test]
    fn a_reopened_file_keeps_its_bound_and_its_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("security.log");
        for _ in 0..3 {
            BoundedFile::open(&path, 1000)
                .unwrap()
                .append(&json!("x".repeat(400)))
                .unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
        assert!(folder.path().join("security.log.1").exists());
    }

    #[test]
    fn the_counters_are_said_when_they_changed_and_nothing_taken_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("security.log");
        let count = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&count);
        let summary: Summary = Arc::new(move || json!({ "counts": counted.load(Relaxed) }));
        let log = SecurityLog::open(&path, summary).unwrap();
        let taken = (0..1000).filter(|_| log.offer(json!("line"))).count();
        count.store(7, Relaxed);
        drop(log);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), taken + 1);
        assert_eq!(text.lines().last(), Some("{\"counts\":7}"));
    }
}
