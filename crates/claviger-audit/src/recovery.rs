//! What opening a log finds, mends and refuses.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use crate::checkpoint::{Checkpoint, Position};
use crate::checkpoint_file::CheckpointFile;
use crate::error::Error;
use crate::frame::{Chain, parse};
use crate::note::VerifierKey;
use crate::place::Place;
use crate::segment::{
    FOLDER_MODE, RawLine, Segment, checkpoints_path, is_node_name, segments, sync_folder,
};
use crate::settings::Settings;
use crate::writer::Tail;

/// What opening the log found.
#[derive(Debug)]
pub struct Recovery {
    /// How many bytes of a partial last line were cut; when not 0, the caller writes an event about it.
    pub cut_bytes: u64,
    /// How many lines the log holds.
    pub lines: u64,
    /// The ids of the events in the last two segments.
    pub tail_event_ids: HashSet<Uuid>,
    /// The last checkpoint before the opening.
    pub last_checkpoint: Option<Checkpoint>,
}

/// All that the log needs to go on.
pub(crate) struct Recovered {
    pub(crate) report: Recovery,
    pub(crate) checkpoints: CheckpointFile,
    /// Of the checkpoint file.
    pub(crate) place: Place,
    pub(crate) tail: Tail,
}

pub(crate) fn recover(settings: &Settings, key: &VerifierKey) -> Result<Recovered, Error> {
    if !is_node_name(&settings.node) {
        let text = format!(
            "{:?} is no name for a node: letters, digits, - _ . only",
            settings.node
        );
        return Err(Error::Invalid(text));
    }
    make_folder(&settings.dir)?;
    let path = checkpoints_path(&settings.dir, &settings.node);
    let checkpoints = CheckpointFile::open(&path, key)?;
    let place = Place::of(&checkpoints.file, &path).map_err(Error::io(&path))?;
    let mut scan = Scan::new(path, checkpoints.last.clone());
    let found = segments(&settings.dir, &settings.node)?;
    for segment in found
        .iter()
        .skip(found.len().saturating_sub(SEGMENTS_SCANNED))
    {
        scan.segment(segment, Some(segment) == found.last())?;
    }
    let last_checkpoint = scan.checkpoint.clone();
    refuse_unsigned(&scan)?;
    let tail = open_tail(settings, found.last(), &scan)?;
    let report = Recovery {
        cut_bytes: scan.cut_bytes,
        lines: tail.chain.size,
        tail_event_ids: scan.event_ids,
        last_checkpoint,
    };
    Ok(Recovered {
        report,
        checkpoints,
        place,
        tail,
    })
}

fn make_folder(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    let made = DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(dir);
    made.map_err(Error::io(dir))?;
    match dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync_folder(parent).map_err(Error::io(parent)),
        None => Ok(()),
    }
}

/// The way through the last segments.
struct Scan {
    checkpoints: PathBuf,
    checkpoint: Option<Checkpoint>,
    /// None until the first line is known, when the scan begins in the middle of the log.
    chain: Option<Chain>,
    /// Where the last whole line ends in the last segment.
    end: u64,
    cut_bytes: u64,
    event_ids: HashSet<Uuid>,
}

impl Scan {
    fn new(checkpoints: PathBuf, checkpoint: Option<Checkpoint>) -> Self {
        Self {
            checkpoints,
            checkpoint,
            chain: None,
            end: 0,
            cut_bytes: 0,
            event_ids: HashSet::new(),
        }
    }

    fn segment(&mut self, segment: &Segment, is_last: bool) -> Result<(), Error> {
        let before = segment.first.saturating_sub(1);
        let mut chain = match (self.chain, &self.checkpoint) {
            (Some(chain), _) => Some(chain),
            (None, _) if before == 0 => Some(Chain::START),
            (None, Some(signed)) if signed.size == before => Some(Chain {
                size: before,
                head: signed.head,
            }),
            (None, _) => None,
        };
        if chain.is_some_and(|chain| chain.size != before) {
            return Err(Error::refused(
                &segment.path,
                0,
                "does not follow the segment before it",
            ));
        }
        self.end = 0;
        for raw in segment.lines()? {
            let raw = raw?;
            if is_last && raw.is_damaged() {
                let length = fs::metadata(&segment.path)
                    .map_err(Error::io(&segment.path))?
                    .len();
                self.cut_bytes = length.saturating_sub(self.end);
                break;
            }
            self.line(&raw, segment, &mut chain)?;
        }
        self.chain = chain;
        Ok(())
    }

    fn line(
        &mut self,
        raw: &RawLine,
        segment: &Segment,
        at: &mut Option<Chain>,
    ) -> Result<(), Error> {
        let refuse = |reason: &dyn fmt::Display| Error::refused(&segment.path, raw.number, reason);
        let frame = parse(&raw.bytes).map_err(|broken| refuse(&broken))?;
        let before = Chain {
            size: segment.first.saturating_sub(1),
            head: frame.previous,
        };
        let chain = at.get_or_insert(before);
        chain.follow(&raw.bytes).map_err(|broken| refuse(&broken))?;
        self.end = raw.end;
        let position = Position {
            segment: segment.first,
            bytes: raw.end,
        };
        let mark = self.checkpoint.as_ref().map(Checkpoint::mark);
        if mark.is_some_and(|mark| mark.size == chain.size && !mark.fits(chain, position)) {
            return Err(refuse(&"is not the line that the last checkpoint covers"));
        }
        if let Ok(EventId { event_id }) = serde_json::from_slice(frame.event) {
            self.event_ids.extend(Uuid::parse_str(&event_id));
        }
        Ok(())
    }

    /// Where the log ends; it must not end before its last checkpoint.
    fn finish(&self, last: Option<&Segment>) -> Result<Chain, Error> {
        let chain = match (self.chain, last) {
            (Some(chain), _) => chain,
            (None, None) => Chain::START,
            (None, Some(segment)) => {
                return Err(Error::refused(
                    &segment.path,
                    0,
                    "neither a line nor a checkpoint says what precedes it",
                ));
            }
        };
        let covered = self.checkpoint.as_ref().map_or(0, |signed| signed.size);
        if chain.size < covered {
            let reason = format!(
                "covers {covered} lines but the log ends after {}",
                chain.size
            );
            return Err(Error::refused(&self.checkpoints, 0, reason));
        }
        Ok(chain)
    }
}

/// No line is written before the first checkpoint is: where there are lines alone, all that was ever signed is lost.
fn refuse_unsigned(scan: &Scan) -> Result<(), Error> {
    let has_lines = scan.chain.is_some_and(|chain| chain.size > 0);
    if has_lines && scan.checkpoint.is_none() {
        let reason = "holds no checkpoint, but the log has lines: what was signed of them is lost";
        return Err(Error::refused(&scan.checkpoints, 0, reason));
    }
    Ok(())
}

fn open_tail(settings: &Settings, last: Option<&Segment>, scan: &Scan) -> Result<Tail, Error> {
    let chain = scan.finish(last)?;
    let Some(segment) = last else {
        let segment = Segment::new(&settings.dir, &settings.node, 1);
        let file = segment.open(true).map_err(Error::io(&segment.path))?;
        sync_folder(&settings.dir).map_err(Error::io(&settings.dir))?;
        let position = Position {
            segment: 1,
            bytes: 0,
        };
        return Ok(Tail {
            chain,
            file: Arc::new(file),
            position,
        });
    };
    let file = segment.open(false).map_err(Error::io(&segment.path))?;
    if scan.cut_bytes > 0 {
        file.set_len(scan.end).map_err(Error::io(&segment.path))?;
    }
    let position = Position {
        segment: segment.first,
        bytes: scan.end,
    };
    Ok(Tail {
        chain,
        file: Arc::new(file),
        position,
    })
}

#[derive(Deserialize)]
struct EventId<'a> {
    #[serde(rename = "eventID", borrow)]
    event_id: Cow<'a, str>,
}

/// Enough to find again every event that the store may still want to hand over.
const SEGMENTS_SCANNED: usize = 2;
