//! A file that one process at a time has open.

use std::fs::{File, TryLockError};
use std::ops::Deref;

/// An open file, locked until this is dropped.
pub(crate) struct Locked(File);

impl Locked {
    /// Locks the file.
    ///
    /// # Errors
    /// Somebody else has it locked, or it cannot be locked.
    pub(crate) fn new(file: File) -> Result<Self, TryLockError> {
        file.try_lock()?;
        Ok(Self(file))
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl Drop for Locked {
    /// Closing the file is not enough: the lock would last as long as any copy of the handle, and a process that another
    /// thread is just starting has copies of all until it runs a program of its own.
    fn drop(&mut self) {
        // What cannot be unlocked goes with the last copy.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_ends_with_its_holder_though_a_copy_of_the_handle_lives_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let held = Locked::new(File::create(&path).unwrap()).unwrap();
        let copy = held.try_clone().unwrap();
        let again = || Locked::new(File::open(&path).unwrap());
        assert!(matches!(again(), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(again().is_ok());
        drop(copy);
    }
}
