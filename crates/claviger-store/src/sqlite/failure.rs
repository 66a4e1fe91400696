use std::fmt::Display;
use std::io::Write as _;

use rusqlite::{Error as SqliteError, ErrorCode};

use crate::Error;

/// Ends the process after writing the line that says why. It must not return, and it must not unwind outside tests.
pub type OnFatal = fn(&str) -> !;

/// Writes one line to standard error and exits with code 74 (`EX_IOERR` of sysexits.h).
///
/// Not `abort`: a core dump would carry the keys that the process holds in memory.
pub fn end_process(line: &str) -> ! {
    // Standard error may be gone; the end of the process must not depend on it.
    let _ = writeln!(std::io::stderr(), "{line}");
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
