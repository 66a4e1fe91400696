//! The checkpoint file of an open log.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::frame::{Head, sha256};
use crate::ledger::{ENTRY_BYTES_MAX, Entries};
use crate::locked::Locked;
use crate::note::{Note, VerifierKey};
use crate::segment::FILE_MODE;

/// The checkpoint file, open at the end of its last whole checkpoint.
pub(crate) struct CheckpointFile {
    pub(crate) file: Locked,
    pub(crate) end: u64,
    pub(crate) previous: Option<Head>,
    pub(crate) last: Option<Checkpoint>,
}

impl CheckpointFile {
    /// Opens the file or makes it, and cuts the rest of a checkpoint that was not written whole.
    pub(crate) fn open(path: &Path, key: &VerifierKey) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        let opened = options
            .create(true)
            .append(true)
            .read(true)
            .mode(FILE_MODE)
            .open(path);
        let opened = opened.map_err(Error::io(path))?;
        let file = Locked::new(opened).map_err(|_| Error::Locked(path.to_owned()))?;
        let length = file.metadata().map_err(Error::io(path))?.len();
        let start = length.saturating_sub(ENTRY_BYTES_MAX);
        let mut bytes = Vec::new();
        (&*file)
            .seek(SeekFrom::Start(start))
            .map_err(Error::io(path))?;
        (&*file).read_to_end(&mut bytes).map_err(Error::io(path))?;
        let mut entries = if start == 0 {
            Entries::new(bytes.as_slice())
        } else {
            Entries::resume(&bytes)
        };
        let mut last = None;
        for entry in entries.by_ref() {
            last = Some(entry.map_err(Error::io(path))?);
        }
        let torn = u64::try_from(entries.rest().len()).unwrap_or(u64::MAX);
        let end = length.saturating_sub(torn);
        if torn > 0 {
            file.set_len(end).map_err(Error::io(path))?;
        }
        let Some(entry) = last else {
            return Ok(Self {
                file,
                end,
                previous: None,
                last: None,
            });
        };
        let checkpoint =
            trusted(&entry.bytes, key).map_err(|reason| Error::refused(path, 0, reason))?;
        Ok(Self {
            file,
            end,
            previous: Some(sha256(&entry.bytes)),
            last: Some(checkpoint),
        })
    }
}

/// The last checkpoint is the opener's own, or hands over to the opener's key.
fn trusted(entry: &[u8], key: &VerifierKey) -> Result<Checkpoint, String> {
    let note = str::from_utf8(entry).ok().and_then(Note::parse);
    let note = note.ok_or("the last checkpoint is not a signed note")?;
    let checkpoint = Checkpoint::parse(note.text).ok_or("the last note is not a checkpoint")?;
    let trusted = match &checkpoint.successor {
        Some(successor) => successor == key,
        None => note.is_signed_by(key),
    };
    if trusted {
        Ok(checkpoint)
    } else {
        Err(format!(
            "the last checkpoint neither verifies with {key} nor names it as successor"
        ))
    }
}
