//! Whether a file that is held open still stands where it was opened.
//!
//! A process goes on writing into files that were removed, or replaced by a backup, under it: all that it acknowledges from then
//! on is lost with it.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A path, and which file was opened there: device and inode. An open file keeps its own on every file system; a folder does not
/// on all.
pub struct Place {
    path: PathBuf,
    identity: (u64, u64),
}

impl Place {
    /// Of a file that was opened at this path.
    pub(crate) fn of(file: &File, path: &Path) -> io::Result<Self> {
        Ok(Self::new(path, &file.metadata()?))
    }

    /// Of the file that stands at this path now, and that the process has open. It is not opened once more: closing a file ends
    /// all locks that SQLite has on it.
    ///
    /// # Errors
    /// There is none.
    pub fn found(path: &Path) -> io::Result<Self> {
        Ok(Self::new(path, &fs::metadata(path)?))
    }

    fn new(path: &Path, found: &Metadata) -> Self {
        Self {
            path: path.to_owned(),
            identity: identity(found),
        }
    }

    /// The path, when there is no file any more or another one. What the file system fails to tell is taken to stand.
    pub fn lost(&self) -> Option<&Path> {
        let is_lost = match fs::metadata(&self.path) {
            Ok(found) => identity(&found) != self.identity,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        is_lost.then_some(&self.path)
    }
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_or_replaced_is_lost_and_what_is_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = &folder.path().join("file");
        fs::write(file, "1").unwrap();
        let place = Place::found(file).unwrap();
        fs::write(file, "2").unwrap();
        assert_eq!(place.lost(), None);
        let backup = folder.path().join("backup");
        fs::write(&backup, "1").unwrap();
        fs::rename(&backup, file).unwrap();
        assert_eq!(place.lost(), Some(&**file));
        fs::remove_file(file).unwrap();
        assert_eq!(place.lost(), Some(&**file));
    }
}
