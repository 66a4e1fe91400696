//! The one error type of the crate.

use std::path::{Path, PathBuf};
use std::{fmt, io};

/// Why the log could not be opened, written or read.
#[derive(Debug)]
pub enum Error {
    /// The event is not one JSON object on one line; nothing was written.
    Malformed,
    /// The line could not be written and is not in the log. The log recovers by itself when it can be written again.
    Unwritable(io::Error),
    /// The log was closed.
    Closed,
    /// Another process holds the log open.
    Locked(PathBuf),
    /// The existing log contradicts itself or its checkpoints, so nothing may be appended to it.
    Refused {
        /// The file.
        file: PathBuf,
        /// The line in the file, counted from 1; 0 for the file as a whole.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// A setting or a key is unusable.
    Invalid(String),
    /// A file or folder could not be read or made.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn refused(file: &Path, line: u64, reason: impl ToString) -> Self {
        Self::Refused {
            file: file.to_owned(),
            line,
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("an audit event must be one JSON object on one line"),
            Self::Unwritable(source) => write!(f, "the audit log cannot be written: {source}"),
            Self::Closed => f.write_str("the audit log is closed"),
            Self::Locked(path) => {
                write!(f, "{} is held open by another process", path.display())
            }
            Self::Refused {
                file,
                line: 0,
                reason,
            } => write!(f, "{}: {reason}", file.display()),
            Self::Refused { file, line, reason } => {
                write!(f, "{}, line {line}: {reason}", file.display())
            }
            Self::Invalid(text) => f.write_str(text),
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unwritable(source) | Self::Io { source, .. } => Some(source),
            Self::Malformed
            | Self::Closed
            | Self::Locked(_)
            | Self::Refused { .. }
            | Self::Invalid(_) => None,
        }
    }
}
