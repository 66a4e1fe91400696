//! Whether a file that is held open still stands where it was opened.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A path, and which file was opened there: device and inode.
pub(crate) struct Place {
    path: PathBuf,
    identity: (u64, u64),
}

impl Place {
    pub(crate) fn of(file: &File, path: &Path) -> io::Result<Self> {
        let found = file.metadata()?;
        Ok(Self {
            path: path.to_owned(),
            identity: (found.dev(), found.ino()),
        })
    }

    /// The path, when there is no file any more or another one. What the file system fails to tell is taken to stand.
    pub(crate) fn lost(&self) -> Option<&Path> {
        let is_lost = match fs::metadata(&self.path) {
            Ok(found) => (found.dev(), found.ino()) != self.identity,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        is_lost.then_some(&self.path)
    }
}
