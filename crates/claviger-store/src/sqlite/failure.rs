use std::fmt::Display;
use std::io::{self, Write as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rusqlite::{Error as SqliteError, ErrorCode};

use crate::Error;

/// Ends the process after writing the line that says why. It must not return, and it must not unwind outside tests.
pub type OnFatal = fn(&str) -> !;

/// Writes one line to standard error and exits with code 74 (`EX_IOERR` of sysexits.h).
///
/// Not `abort`: a core dump would carry the keys that the process holds in memory.
pub fn end_process(line: &str) -> ! {
    let line = format!("{line}\n");
    let (said, heard) = mpsc::channel();
    // Standard error may be gone, or a pipe that nobody empties: the end of the process must not depend on it.
    let speaker = thread::Builder::new().spawn(move || {
        let _ = io::stderr().write_all(line.as_bytes());
        let _ = said.send(());
    });
    if speaker.is_ok() {
        let _ = heard.recv_timeout(LAST_WORDS_AT_MOST);
    }
    std::process::exit(EXIT_IO_ERROR)
}

/// The line that a fatal failure leaves behind.
pub(super) fn obituary(doing: &str, error: &impl Display) -> String {
    format!("claviger-store: {doing} failed ({error}); ending without acknowledging")
}

/// A write or fsync that failed. What the file now holds is unknown: after a failed fsync the kernel may have dropped
/// the pages and marked them clean, so that trying again succeeds and proves nothing.
pub(super) fn is_io(error: &SqliteError) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}

/// The disk is full, and the writer's comment says why that is survivable.
pub(super) fn is_full(error: &SqliteError) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// Another connection stands in the way.
pub(super) fn is_busy(error: &SqliteError) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// What a caller learns of a failure that the process survives.
pub(super) fn explain(error: &SqliteError) -> Error {
    let damaged = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    ) || matches!(
        error,
        SqliteError::InvalidColumnType(..) | SqliteError::IntegralValueOutOfRange(..)
    ) || matches!(error, SqliteError::QueryReturnedNoRows);
    if damaged {
        Error::Corrupt(error.to_string())
    } else {
        Error::Unavailable(error.to_string())
    }
}

const EXIT_IO_ERROR: i32 = 74;

const LAST_WORDS_AT_MOST: Duration = Duration::from_millis(200);
