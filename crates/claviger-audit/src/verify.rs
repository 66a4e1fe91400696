//! The offline verifier: the log's files and the public key, no server, no secrets.
//!
//! Every line is followed by the chain and compared with every checkpoint; the first bad line of each node is named. Three
//! kinds of damage are told apart, since they have different causes:
//!
//! - **torn**: a partial last line or checkpoint. A killed process leaves one; the next start cuts it.
//! - **truncated**: lines are missing at an end of the log although a checkpoint covers them.
//! - **altered**: anything else: a changed, dropped, added or moved line or checkpoint, or a bad signature.

mod ledger;
mod lines;
mod node;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

pub use lines::{Line, Lines, lines};

use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::note::{Note, VerifierKey};
use crate::segment::nodes;

/// Verifies every log in the folder.
///
/// With `keys` the checkpoints must be signed by one of them or by an announced successor; without, the log can at best be
/// consistent. `since` is the text of a checkpoint that was kept elsewhere: its node's log must contain it.
///
/// # Errors
/// [`Error::Io`] when files cannot be read; [`Error::Invalid`] when the folder holds no log or `since` is not a checkpoint.
/// Damage is no error: the report tells it.
pub fn verify(dir: &Path, keys: &[VerifierKey], since: Option<&str>) -> Result<Report, Error> {
    let since = since.map(Since::parse).transpose()?;
    let mut names = nodes(dir)?;
    names.extend(since.iter().map(|since| since.checkpoint.node.clone()));
    if names.is_empty() {
        return Err(Error::Invalid(format!(
            "{} holds no audit log",
            dir.display()
        )));
    }
    let mut reports = Vec::new();
    for name in names {
        let since = since.as_ref().filter(|since| since.checkpoint.node == name);
        reports.push(node::examine(dir, name, keys, since)?);
    }
    Ok(Report { nodes: reports })
}

/// What verifying a folder found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// One for each node, by name.
    pub nodes: Vec<NodeReport>,
}

impl Report {
    /// The gravest verdict of all nodes.
    pub fn verdict(&self) -> Verdict {
        self.nodes
            .iter()
            .map(NodeReport::verdict)
            .max()
            .unwrap_or(Verdict::Unproven)
    }
}

/// What verifying one node's log found.
#[derive(Clone, Debug, Serialize)]
pub struct NodeReport {
    /// The node.
    pub node: String,
    /// Lines that follow the chain, up to the first bad one.
    pub lines: u64,
    /// How many of them carry each event name.
    pub events: BTreeMap<String, u64>,
    /// Checkpoints that are in order, up to the first bad one.
    pub checkpoints: u64,
    /// The last of them.
    pub last_checkpoint: Option<Covered>,
    /// Lines after it: chained but unsigned.
    pub unsigned_lines: u64,
    /// Whether the checkpoints' signatures were verified with a trusted key.
    pub origin_proven: bool,
    /// The first bad line and the first bad checkpoint.
    pub findings: Vec<Finding>,
}

impl NodeReport {
    /// The verdict on this node.
    pub fn verdict(&self) -> Verdict {
        let damage = self
            .findings
            .iter()
            .map(|finding| finding.damage.verdict())
            .max();
        let intact = if self.origin_proven {
            Verdict::Proven
        } else {
            Verdict::Unproven
        };
        damage.unwrap_or(intact)
    }
}

/// The reach of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// The number of lines covered.
    pub size: u64,
    /// When it was signed, in milliseconds since 1970.
    pub time_ms: i64,
}

/// A bad line of a segment or a checkpoint file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The kind of damage.
    pub damage: Damage,
    /// The file.
    pub file: PathBuf,
    /// The line in the file, counted from 1; one past the last for a missing one.
    pub line: u64,
    /// The line in the log that should stand there, counted from 1; `None` for a checkpoint.
    pub seq: Option<u64>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}, line {}",
            self.damage.verdict(),
            self.file.display(),
            self.line
        )?;
        if let Some(seq) = self.seq {
            write!(f, " (s = {seq})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Kinds of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Damage {
    /// A partial line after the last checkpoint, or a partial last checkpoint.
    Torn,
    /// Lines are missing that a checkpoint covers.
    Truncated,
    /// A line or checkpoint is not what was written.
    Altered,
}

impl Damage {
    fn verdict(self) -> Verdict {
        match self {
            Self::Torn => Verdict::Torn,
            Self::Truncated => Verdict::Truncated,
            Self::Altered => Verdict::Altered,
        }
    }
}

/// The outcome, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Complete and unchanged up to the last checkpoint, which a trusted key signed.
    Proven,
    /// Consistent, but no trusted key has signed it.
    Unproven,
    /// As [`Damage::Torn`].
    Torn,
    /// As [`Damage::Truncated`].
    Truncated,
    /// As [`Damage::Altered`].
    Altered,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proven => "proven",
            Self::Unproven => "consistent, origin unproven",
            Self::Torn => "torn",
            Self::Truncated => "truncated",
            Self::Altered => "altered",
        })
    }
}

/// A checkpoint that was kept elsewhere.
struct Since<'a> {
    note: Note<'a>,
    checkpoint: Checkpoint,
}

impl<'a> Since<'a> {
    /// Reads one checkpoint; blank lines around it, as copying leaves them, do not matter.
    fn parse(text: &'a str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\n');
        let end = text.trim_end_matches('\n').len().saturating_add(1);
        let note = text.get(..end).and_then(Note::parse);
        let parsed = note.and_then(|note| Some((Checkpoint::parse(note.text)?, note)));
        let (checkpoint, note) = parsed.ok_or_else(|| {
            Error::Invalid("the text to verify since is not one checkpoint".into())
        })?;
        Ok(Self { note, checkpoint })
    }
}
