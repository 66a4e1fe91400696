//! The files of a log: their names, and their lines one after the other.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::frame::{LINE_BYTES_MAX, is_too_long};

/// One segment file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    /// The number of its first line.
    pub(crate) first: u64,
    pub(crate) path: PathBuf,
}

impl Segment {
    pub(crate) fn new(dir: &Path, node: &str, first: u64) -> Self {
        Self {
            first,
            path: dir.join(format!("{node}-{first:020}.jsonl")),
        }
    }

    /// Opens the file for appending; `make` demands that it is new.
    pub(crate) fn open(&self, make: bool) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options
            .append(true)
            .read(true)
            .mode(FILE_MODE)
            .create_new(make);
        options.open(&self.path)
    }

    pub(crate) fn lines(&self) -> Result<RawLines, Error> {
        let file = File::open(&self.path).map_err(Error::io(&self.path))?;
        let reader = BufReader::with_capacity(READ_BYTES, file);
        Ok(RawLines {
            reader,
            path: self.path.clone(),
            number: 0,
            offset: 0,
        })
    }
}

/// The node's segments in order.
pub(crate) fn segments(dir: &Path, node: &str) -> Result<Vec<Segment>, Error> {
    let mut found: Vec<Segment> = file_names(dir)?
        .iter()
        .filter_map(|name| parse_name(name))
        .filter(|(of, _)| *of == node)
        .map(|(_, first)| Segment::new(dir, node, first))
        .collect();
    found.sort();
    Ok(found)
}

/// Every node that has a segment or a checkpoint file in the folder.
pub(crate) fn nodes(dir: &Path) -> Result<BTreeSet<String>, Error> {
    Ok(file_names(dir)?
        .iter()
        .filter_map(|name| match parse_name(name) {
            Some((node, _)) => Some(node.to_owned()),
            None => name.strip_suffix(CHECKPOINTS_SUFFIX).map(str::to_owned),
        })
        .collect())
}

/// The file of the node's checkpoints.
pub(crate) fn checkpoints_path(dir: &Path, node: &str) -> PathBuf {
    dir.join(format!("{node}{CHECKPOINTS_SUFFIX}"))
}

/// Whether the name can stand in a file name and in a line of a checkpoint.
pub(crate) fn is_node_name(node: &str) -> bool {
    (1..=64).contains(&node.len())
        && !node.starts_with('.')
        && node
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Makes the entries of a folder survive a power loss.
pub(crate) fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// One line as it stands in the file.
pub(crate) struct RawLine {
    /// Without its line break; of one that is too long, [`LINE_BYTES_MAX`] and one more.
    pub(crate) bytes: Vec<u8>,
    /// Whether it does not just end with the file; only the last line of a file can.
    pub(crate) whole: bool,
    /// Counted from 1.
    pub(crate) number: u64,
    /// Where it ends, line break included.
    pub(crate) end: u64,
}

impl RawLine {
    /// Whether a crash may have left it: cut short, or with a hole of zeros where the file system lost what was not synced. No
    /// written line holds a zero byte.
    pub(crate) fn is_damaged(&self) -> bool {
        !self.whole || self.bytes.contains(&0)
    }
}

/// The lines of one file.
pub(crate) struct RawLines {
    reader: BufReader<File>,
    path: PathBuf,
    number: u64,
    offset: u64,
}

impl Iterator for RawLines {
    type Item = Result<RawLine, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = Vec::new();
        let mut bounded = (&mut self.reader).take(LINE_BYTES_MAX.saturating_add(1));
        match bounded.read_until(b'\n', &mut bytes) {
            Ok(0) => None,
            Ok(count) => {
                let count = u64::try_from(count).unwrap_or(u64::MAX);
                self.offset = self.offset.saturating_add(count);
                self.number = self.number.saturating_add(1);
                let whole = bytes.pop_if(|last| *last == b'\n').is_some() || is_too_long(&bytes);
                Some(Ok(RawLine {
                    bytes,
                    whole,
                    number: self.number,
                    end: self.offset,
                }))
            }
            Err(source) => Some(Err(Error::io(&self.path)(source))),
        }
    }
}

fn file_names(dir: &Path) -> Result<Vec<String>, Error> {
    let entries = fs::read_dir(dir).map_err(Error::io(dir))?;
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(Error::io(dir))?.file_name().into_string());
    }
    Ok(names)
}

fn parse_name(name: &str) -> Option<(&str, u64)> {
    let (node, digits) = name.strip_suffix(".jsonl")?.rsplit_once('-')?;
    let padded = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((node, digits.parse().ok().filter(|_| padded)?))
}

/// Only the owner reads the log: it holds encryption contexts and names.
pub(crate) const FILE_MODE: u32 = 0o600;
pub(crate) const FOLDER_MODE: u32 = 0o700;
const CHECKPOINTS_SUFFIX: &str = ".checkpoints";
const READ_BYTES: usize = 1 << 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_node_and_first_line() {
        let segment = Segment::new(Path::new("d"), "n-1", 42);
        assert_eq!(segment.path, Path::new("d/n-1-00000000000000000042.jsonl"));
        assert_eq!(
            parse_name("n-1-00000000000000000042.jsonl"),
            Some(("n-1", 42))
        );
        for other in [
            "n-42.jsonl",
            "n-0000000000000000004x.jsonl",
            "n.checkpoints",
            "n-00000000000000000042.json",
        ] {
            assert_eq!(parse_name(other), None, "{other}");
        }
    }

    #[test]
    fn node_names_are_plain() {
        assert!(is_node_name("node-1.example_a"));
        for bad in ["", ".n", "a/b", "a b", "a\nb", &"n".repeat(65)] {
            assert!(!is_node_name(bad), "{bad}");
        }
    }
}
