//! Root keys: what wraps the keyring, and lives outside the store.
//!
//! Whoever holds the store and the root key holds everything, so a root key belongs on another medium than the store. The
//! provider of this module, a file, is for development: it keeps both on one disk.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use claviger_model::Secret;

use crate::reader::Reader;
use crate::single_use::SingleUse;
use crate::{Error, Rng};

/// A key that wraps other keys and never leaves its provider.
pub trait RootKey: Send + Sync {
    /// The provider's name, for logs.
    fn name(&self) -> &str;

    /// Wraps `secret`, bound to `aad`.
    ///
    /// # Errors
    /// [`Error::Engine`] when the provider failed.
    fn wrap(&self, aad: &[u8], secret: &Secret, rng: &dyn Rng) -> Result<Vec<u8>, Error>;

    /// Opens what [`RootKey::wrap`] gave for the same `aad`.
    ///
    /// # Errors
    /// [`Error::Rejected`] for another key, other `aad` or altered bytes; [`Error::Malformed`] for another format.
    fn unwrap(&self, aad: &[u8], wrapped: &[u8]) -> Result<Secret, Error>;
}

/// A root key of 32 random bytes in a file that only its owner may read.
///
/// What it wraps is `format 1 │ nonce 16 │ ciphertext │ tag 16`.
pub struct FileRootKey(Secret);

impl FileRootKey {
    /// Draws a new root key into a new file (mode 0600) and makes file and folder durable before it returns: a keyring
    /// that is wrapped by a key which a power cut can still take away is lost data.
    ///
    /// # Errors
    /// [`FileError::Io`], also when the file exists already: a root key is never overwritten.
    pub fn create(path: &Path, rng: &dyn Rng) -> Result<Self, FileError> {
        let key =
            Secret::try_filled(KEY_BYTES, |bytes| rng.fill(bytes)).map_err(io::Error::other)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        // EXPOSE: this file is where the key lives.
        file.write_all(key.expose())?;
        file.sync_all()?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(Self(key))
    }

    /// Reads the root key from its file.
    ///
    /// # Errors
    /// [`FileError::Exposed`] when others than the owner have any right to it, [`FileError::Length`] unless it holds exactly
    /// 32 bytes, [`FileError::Io`] otherwise.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        let mut file = File::open(path)?;
        // Of the opened file, not of the path, which may lead elsewhere a moment later.
        let metadata = file.metadata()?;
        let mode = metadata.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(FileError::Exposed { mode });
        }
        let length = metadata.len();
        if length != EXACT_LENGTH {
            return Err(FileError::Length { length });
        }
        Ok(Self(Secret::try_filled(KEY_BYTES, |bytes| {
            file.read_exact(bytes)
        })?))
    }
}

impl RootKey for FileRootKey {
    fn name(&self) -> &str {
        "file"
    }

    fn wrap(&self, aad: &[u8], secret: &Secret, rng: &dyn Rng) -> Result<Vec<u8>, Error> {
        // EXPOSE: it is sealed right here.
        SingleUse {
            key: &self.0,
            label: LABEL,
            bound: &[],
            aad,
        }
        .seal(&FORMAT, secret.expose(), rng)
    }

    fn unwrap(&self, aad: &[u8], wrapped: &[u8]) -> Result<Secret, Error> {
        let mut reader = Reader::new(wrapped);
        reader.expect(FORMAT)?;
        SingleUse {
            key: &self.0,
            label: LABEL,
            bound: &[],
            aad,
        }
        .open(reader.rest())
    }
}

/// Why a root key's file is not usable.
#[derive(Debug)]
pub enum FileError {
    /// Others than the owner may read or change it.
    Exposed {
        /// The permission bits.
        mode: u32,
    },
    /// It holds something else than one key.
    Length {
        /// The file's length in bytes.
        length: u64,
    },
    /// It cannot be read or written.
    Io(io::Error),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exposed { mode } => {
                write!(
                    f,
                    "its mode is {mode:04o}, which lets others than its owner at the root key; chmod it to 0600"
                )
            }
            Self::Length { length } => {
                write!(f, "it has {length} bytes, and a root key has {KEY_BYTES}")
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FileError {}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

const KEY_BYTES: usize = 32;

const EXACT_LENGTH: u64 = 32;

const FORMAT: [u8; 1] = [1];

const LABEL: &[u8] = b"claviger root file v1";

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::SystemRng;

    #[test]
    fn a_created_key_loads_and_opens_what_it_wrapped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let created = FileRootKey::create(&path, &SystemRng).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let loaded = FileRootKey::load(&path).unwrap();
        let wrapped = created
            .wrap(b"aad", &Secret::copy_of(b"keyring"), &SystemRng)
            .unwrap();
        assert!(loaded.unwrap(b"aad", &wrapped).unwrap().ct_eq(b"keyring"));
        assert!(matches!(
            loaded.unwrap(b"other", &wrapped),
            Err(Error::Rejected)
        ));
        assert!(matches!(
            FileRootKey(Secret::copy_of(&[0; 32])).unwrap(b"aad", &wrapped),
            Err(Error::Rejected)
        ));
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        FileRootKey::create(&path, &SystemRng).unwrap();
        let before = fs::read(&path).unwrap();
        let Err(FileError::Io(error)) = FileRootKey::create(&path, &SystemRng) else {
            panic!("it was overwritten")
        };
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn an_exposed_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        FileRootKey::create(&path, &SystemRng).unwrap();
        for mode in [0o640, 0o620, 0o610, 0o604, 0o602, 0o601] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(
                matches!(FileRootKey::load(&path), Err(FileError::Exposed { mode: found }) if found == mode)
            );
        }
        fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
        assert!(FileRootKey::load(&path).is_ok());
    }

    #[test]
    fn another_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for length in [0_u8, 31, 33, 64] {
            let path = folder.path().join(length.to_string());
            fs::write(&path, vec![0; usize::from(length)]).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            let Err(FileError::Length { length: found }) = FileRootKey::load(&path) else {
                panic!("{length} bytes")
            };
            assert_eq!(found, u64::from(length));
        }
    }
}
