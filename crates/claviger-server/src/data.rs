//! The data folder: what a deployment on one machine consists of.
//!
//! ```text
//! root.key      the root key, outside the store; whoever has it and the rest can read everything
//! keyring       the domain keys, wrapped by the root key
//! claviger.db   the store; every value sealed
//! audit/        the audit log; audit.pub is the key that verifies it
//! security.log  what failed authentication; security.log.1 and so on are older
//! control.sock  where a running server takes the commands of the folder's owner
//! ```

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    os::{
        fd::AsRawFd,
        unix::fs::{DirBuilderExt, OpenOptionsExt},
    },
    path::{Path, PathBuf},
};

use claviger_audit::Place;
use claviger_crypto::{
    Rng,
    keyring::Keyring,
    root::{FileError, FileRootKey},
};

/// An open data folder, locked for as long as this value lives.
pub(crate) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// Why a data folder can't be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// Another process has it.
    InUse(PathBuf),
    /// A part is missing that the others need.
    Incomplete {
        missing: PathBuf,
        because: &'static str,
    },
    /// The root key's file is unusable.
    RootKey(FileError),
    /// The keyring does not open with this root key.
    Keyring(PathBuf),
    /// The file system fails.
    Io { path: PathBuf, source: io::Error },
}

impl DataFolder {
    /// Opens and locks the folder, which must exist.
    pub(crate) fn open(path: &Path) -> Result<Self, Unusable> {
        let lock_path = path.join(LOCK);
        let at = |source| Unusable::Io {
            path: lock_path.clone(),
            source,
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(at)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(Unusable::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(at(source)),
        }
    }

    /// Opens and locks the folder, and makes it first if it is not there.
    pub(crate) fn open_or_create(path: &Path) -> Result<Self, Unusable> {
        let created = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path);
        created.map_err(|source| Unusable::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::open(path)
    }

    /// The store's file.
    pub(crate) fn store(&self) -> PathBuf {
        self.path.join("claviger.db")
    }

    /// The audit log's folder.
    pub(crate) fn audit(&self) -> PathBuf {
        self.path.join("audit")
    }

    /// The security log.
    pub(crate) fn security_log(&self) -> PathBuf {
        self.path.join("security.log")
    }

    /// The control socket.
    pub(crate) fn socket(&self) -> io::Result<SocketPath> {
        SocketPath::of(&self.path)
    }

    /// What must stay in its place while the service runs, which has opened all of it; the log looks after its own files.
    pub(crate) fn places(&self) -> io::Result<Vec<Place>> {
        let ahead = self.path.join("claviger.db-wal");
        let files = [self.path.join(LOCK), self.store(), ahead];
        files.iter().map(|file| Place::found(file)).collect()
    }

    /// The keyring. A folder without one gets a new one, unless something else in it shows that one was lost.
    pub(crate) fn keyring(&self, rng: &dyn Rng) -> Result<Keyring, Unusable> {
        if self.keyring_path().exists() {
            self.refuse_losses()?;
            return self.existing_keyring();
        }
        if self.store().exists() {
            return Err(Unusable::Incomplete {
                missing: self.keyring_path(),
                because: "the store is sealed under the keys in it",
            });
        }
        let root = self.root_key(rng)?;
        let keyring = Keyring::generate(rng).map_err(|_| Unusable::Keyring(self.keyring_path()))?;
        let wrapped = keyring
            .wrap(&root, rng)
            .map_err(|_| Unusable::Keyring(self.keyring_path()))?;
        self.write("keyring", &wrapped)?;
        Ok(keyring)
    }

    /// A part that was lost must not be begun anew: keys would be gone, or the log of all that happened, and nobody told.
    ///
    /// The first start makes keyring, store, log and `audit.pub`, in this order, and each is whole before the next one is.
    pub(crate) fn refuse_losses(&self) -> Result<(), Unusable> {
        if is_empty(&self.store())? && self.audit().exists() {
            return Err(Unusable::Incomplete {
                missing: self.store(),
                because: "the audit log shows that there was one",
            });
        }
        if is_empty(&self.audit())? && self.path.join(AUDIT_KEY).exists() {
            return Err(Unusable::Incomplete {
                missing: self.audit(),
                because: "audit.pub shows that there was a log",
            });
        }
        Ok(())
    }

    /// The root key, or a new one. One that is there is kept even if nothing uses it: it may be all that is left of
    /// another deployment. Only a file that an interrupted first start left unfinished gives way, and it is kept aside.
    fn root_key(&self, rng: &dyn Rng) -> Result<FileRootKey, Unusable> {
        let path = self.root_key_path();
        if path.exists() {
            match FileRootKey::load(&path) {
                Err(FileError::Length { .. }) => {
                    let aside = self.path.join("root.key.unfinished");
                    fs::rename(&path, aside).map_err(|source| Unusable::Io {
                        path: path.clone(),
                        source,
                    })?;
                }
                loaded => return loaded.map_err(Unusable::RootKey),
            }
        }
        FileRootKey::create(&path, rng).map_err(Unusable::RootKey)
    }

    /// The keyring of a folder that has been used.
    pub(crate) fn existing_keyring(&self) -> Result<Keyring, Unusable> {
        let path = self.keyring_path();
        let wrapped = fs::read(&path).map_err(|source| Unusable::Io {
            path: path.clone(),
            source,
        })?;
        let root = FileRootKey::load(&self.root_key_path()).map_err(Unusable::RootKey)?;
        Keyring::unwrap(&wrapped, &root).map_err(|_| Unusable::Keyring(path))
    }

    /// Puts a file into the folder, whole and durable or not at all.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), Unusable> {
        let path = self.path.join(name);
        if fs::read(&path).is_ok_and(|standing| standing == content) {
            return Ok(());
        }
        let fresh = self.path.join(format!("{name}.new"));
        let written = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&fresh)
            .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&fresh, &path))
            .and_then(|()| File::open(&self.path)?.sync_all());
        written.map_err(|source| Unusable::Io { path, source })
    }

    fn root_key_path(&self) -> PathBuf {
        self.path.join("root.key")
    }

    fn keyring_path(&self) -> PathBuf {
        self.path.join("keyring")
    }
}

/// Whether the file or folder is not there, or there is nothing in it.
fn is_empty(path: &Path) -> Result<bool, Unusable> {
    let empty = fs::metadata(path).and_then(|found| match found.is_dir() {
        true => Ok(fs::read_dir(path)?.next().is_none()),
        false => Ok(found.len() == 0),
    });
    match empty {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        told => told.map_err(|source| Unusable::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

/// A socket's path may have about a hundred letters, a data folder's more: so the folder is named by an open handle.
pub(crate) struct SocketPath {
    folder: File,
}

impl SocketPath {
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        File::open(folder).map(|folder| Self { folder })
    }

    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(format!(
            "/proc/self/fd/{}/control.sock",
            self.folder.as_raw_fd()
        ))
    }
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InUse(path) => write!(
                f,
                "the data folder {} is in use by another process",
                path.display()
            ),
            Self::Incomplete { missing, because } => {
                write!(
                    f,
                    "{} is missing or empty, and {because}",
                    missing.display()
                )
            }
            Self::RootKey(error) => write!(f, "the root key cannot be used: {error}"),
            Self::Keyring(path) => write!(f, "{} does not open with this root key", path.display()),
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
        }
    }
}

impl std::error::Error for Unusable {}

/// The public key that verifies the audit log.
pub(crate) const AUDIT_KEY: &str = "audit.pub";

const LOCK: &str = "lock";
