//! The folder that one test has to itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::journal::events;

/// A temporary folder: the server's data, its standard error, an empty home for the clients. Removed at the end.
pub struct Ground {
    folder: TempDir,
}

impl Ground {
    /// A new, empty one.
    #[must_use]
    pub fn new() -> Self {
        let folder = TempDir::with_prefix("claviger-e2e-").expect("a temporary folder");
        fs::create_dir(folder.path().join("home")).expect("a home");
        Self { folder }
    }

    /// The server's data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The folder with the audit log's segments.
    #[must_use]
    pub fn audit(&self) -> PathBuf {
        self.data().join("audit")
    }

    /// What every server of this test wrote to its standard error, one after the other.
    #[must_use]
    pub fn stderr(&self) -> PathBuf {
        self.path("stderr.log")
    }

    /// A path of this name in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file for a client to read.
    #[must_use]
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path
    }

    /// Makes a certification authority (`ca.pem`), which every client trusts from then on, and a server's certificate under it
    /// (`server.pem`, `server.key`).
    ///
    /// # Panics
    /// When OpenSSL fails.
    pub fn certificates(&self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tls/certificates.sh");
        let made = Command::new("bash")
            .arg(script)
            .arg(self.folder.path())
            .output();
        let made = made.expect("bash");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
    }

    /// The events of calls in the audit log, oldest first.
    ///
    /// # Panics
    /// As [`events`].
    #[must_use]
    pub fn calls(&self) -> Vec<Value> {
        let mut calls = events(&self.audit());
        calls.retain(|event| event["eventType"] == "AwsApiCall");
        calls
    }

    /// Every file below the data folder, with its bytes.
    #[must_use]
    pub fn data_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.data(), &mut files);
        files
    }
}

impl Default for Ground {
    fn default() -> Self {
        Self::new()
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if let Ok(bytes) = fs::read(&path) {
            files.push((path, bytes));
        }
    }
}
