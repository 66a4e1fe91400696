//! The lines of a log, for readers.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::frame::{head_of, parse};
use crate::segment::{RawLine, RawLines, Segment, nodes, segments};

/// The lines of every log in the folder, node by node in order, for readers that trust the chain already.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be read.
pub fn lines(dir: &Path) -> Result<Lines, Error> {
    let mut files = Vec::new();
    for node in nodes(dir)? {
        files.extend(segments(dir, &node)?);
    }
    Ok(Lines {
        files: files.into_iter(),
        current: None,
    })
}

/// What a line says and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The segment file.
    pub file: PathBuf,
    /// The line in that file, counted from 1.
    pub number: u64,
    /// The line in the log, counted from 1.
    pub seq: u64,
    /// The SHA-256 of the line before it, as it claims.
    pub previous: [u8; 32],
    /// The SHA-256 of this line.
    pub head: [u8; 32],
    /// The event's JSON text.
    pub event: Vec<u8>,
}

/// The lines of a folder; see [`lines`]. A torn last line is an [`Error::Refused`], and so is what is not a line at all.
pub struct Lines {
    files: std::vec::IntoIter<Segment>,
    current: Option<(PathBuf, RawLines)>,
}

impl Iterator for Lines {
    type Item = Result<Line, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((file, lines)) = &mut self.current
                && let Some(raw) = lines.next()
            {
                return Some(raw.and_then(|raw| line(file, &raw)));
            }
            let segment = self.files.next()?;
            match segment.lines() {
                Ok(lines) => self.current = Some((segment.path, lines)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn line(file: &Path, raw: &RawLine) -> Result<Line, Error> {
    let refused = |reason: &dyn ToString| Error::Refused {
        file: file.to_owned(),
        line: raw.number,
        reason: reason.to_string(),
    };
    if !raw.whole {
        return Err(refused(&"not a whole line"));
    }
    let frame = parse(&raw.bytes).map_err(|broken| refused(&broken))?;
    Ok(Line {
        file: file.to_owned(),
        number: raw.number,
        seq: frame.seq,
        previous: frame.previous,
        head: head_of(&raw.bytes),
        event: frame.event.to_vec(),
    })
}
