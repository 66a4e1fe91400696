//! Whether the files of a running service are still in their places.
//!
//! A process goes on writing into files that were removed, or replaced by a backup, under it: all that it acknowledges from then
//! on is lost with it.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Files, and which ones they were at first.
pub(crate) struct Standing(Vec<(PathBuf, Identity)>);

/// Device and inode. An open file keeps its own on every file system; a folder does not on all.
#[derive(PartialEq, Eq)]
struct Identity(u64, u64);

impl Standing {
    /// As they stand now; the process has them open.
    ///
    /// # Errors
    /// One of them is not there.
    pub(super) fn of(files: &[PathBuf]) -> io::Result<Self> {
        let identified = files
            .iter()
            .map(|path| Ok((path.clone(), Identity::of(path)?)));
        identified.collect::<io::Result<_>>().map(Self)
    }

    /// The first that is gone or was replaced. What the file system fails to tell is taken to stand.
    pub(crate) fn gone(&self) -> Option<&Path> {
        let is_gone = |(path, identity): &&(PathBuf, Identity)| match Identity::of(path) {
            Ok(now) => now != *identity,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        self.0.iter().find(is_gone).map(|(path, _)| &**path)
    }
}

impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|file| Self(file.dev(), file.ino()))
    }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;

    #[test]
    fn what_is_removed_or_replaced_is_gone_and_what_is_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = &folder.path().join("file");
        fs::write(file, "1").unwrap();
        let standing = Standing::of(from_ref(file)).unwrap();
        fs::write(file, "2").unwrap();
        assert_eq!(standing.gone(), None);
        let backup = folder.path().join("backup");
        fs::write(&backup, "1").unwrap();
        fs::rename(&backup, file).unwrap();
        assert_eq!(standing.gone(), Some(&**file));
        fs::remove_file(file).unwrap();
        assert_eq!(standing.gone(), Some(&**file));
    }
}
