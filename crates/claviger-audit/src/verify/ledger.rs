//! The checkpoints of one node, judged before any line is read.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::{Covered, Damage, Finding, Since};
use crate::checkpoint::{Checkpoint, Mark};
use crate::error::Error;
use crate::frame::{GENESIS, Head, sha256};
use crate::ledger::{Entries, Entry};
use crate::note::{Note, VerifierKey};

/// The checkpoints of one node.
pub(super) struct Ledger {
    path: PathBuf,
    node: String,
    /// Who may sign the next checkpoint; empty when signatures do not count.
    trusted: Vec<VerifierKey>,
    /// Who might have signed any so far.
    ever_trusted: Vec<VerifierKey>,
    previous: Head,
    origin: Option<String>,
    pub(super) count: u64,
    pub(super) marks: Vec<Mark>,
    pub(super) last: Option<Covered>,
    pub(super) finding: Option<Finding>,
}

impl Ledger {
    pub(super) fn read(path: &Path, node: &str, keys: &[VerifierKey]) -> Result<Self, Error> {
        let file: Box<dyn Read> = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Box::new(io::empty()),
            opened => Box::new(opened.map_err(Error::io(path))?),
        };
        let mut ledger = Self {
            path: path.to_owned(),
            node: node.to_owned(),
            trusted: keys.to_vec(),
            ever_trusted: keys.to_vec(),
            previous: GENESIS,
            origin: None,
            count: 0,
            marks: Vec::new(),
            last: None,
            finding: None,
        };
        let mut entries = Entries::new(BufReader::new(file));
        for entry in entries.by_ref() {
            let entry = entry.map_err(Error::io(path))?;
            if let Err(reason) = ledger.accept(&entry) {
                ledger.find(Damage::Altered, entry.line, reason);
                return Ok(ledger);
            }
        }
        if !entries.rest().is_empty() {
            ledger.find(Damage::Torn, entries.line(), "a partial checkpoint");
        }
        Ok(ledger)
    }

    /// Adds a checkpoint that was kept elsewhere.
    pub(super) fn require(&mut self, since: &Since<'_>) {
        let checkpoint = &since.checkpoint;
        let signed = self
            .ever_trusted
            .iter()
            .any(|key| since.note.is_signed_by(key));
        if !signed && !self.ever_trusted.is_empty() {
            self.find(
                Damage::Altered,
                0,
                "the checkpoint to verify since is not signed by a trusted key",
            );
        }
        let size = self.last.as_ref().map_or(0, |last| last.size);
        if size < checkpoint.size {
            let reason = "the checkpoints end before the one to verify since";
            self.find(Damage::Truncated, 0, reason);
        }
        let at = self
            .marks
            .partition_point(|mark| mark.size < checkpoint.size);
        self.marks.insert(at, checkpoint.mark());
    }

    /// The log has lines. The first checkpoint was there before them.
    pub(super) fn demand_one(&mut self) {
        let is_altered = |finding: &Finding| finding.damage == Damage::Altered;
        if self.count == 0 && !self.finding.as_ref().is_some_and(is_altered) {
            self.finding = None;
            self.find(
                Damage::Altered,
                1,
                "no checkpoint, but the log has lines: what was signed of them is missing",
            );
        }
    }

    fn accept(&mut self, entry: &Entry) -> Result<(), &'static str> {
        if entry.is_too_long() {
            return Err("longer than any checkpoint");
        }
        let note = str::from_utf8(&entry.bytes).ok().and_then(Note::parse);
        let note = note
            .filter(|note| note.signature_count() == 1)
            .ok_or("not a signed note")?;
        let checkpoint = Checkpoint::parse(note.text).ok_or("not a checkpoint")?;
        if !self.trusted.is_empty() && !self.trusted.iter().any(|key| note.is_signed_by(key)) {
            return Err("not signed by a trusted key");
        }
        if self.count == 0 && checkpoint.size > 0 {
            return Err("the checkpoints before it are missing: the first one covers no line");
        }
        let origin = self.origin.get_or_insert_with(|| checkpoint.origin.clone());
        if *origin != checkpoint.origin || !note.is_named(origin) {
            return Err("of another origin");
        }
        if checkpoint.node != self.node {
            return Err("of another node");
        }
        if checkpoint.previous != self.previous {
            return Err("does not follow the checkpoint before it");
        }
        if self
            .last
            .as_ref()
            .is_some_and(|last| last.size > checkpoint.size)
        {
            return Err("covers fewer lines than the checkpoint before it");
        }
        self.previous = sha256(&entry.bytes);
        self.marks.push(checkpoint.mark());
        self.count = self.count.saturating_add(1);
        self.last = Some(Covered {
            size: checkpoint.size,
            time_ms: checkpoint.time_ms,
        });
        self.succeed(checkpoint.successor);
        Ok(())
    }

    /// After its announcement only the successor signs: an old key that leaks later is worth nothing.
    fn succeed(&mut self, successor: Option<VerifierKey>) {
        if let (false, Some(key)) = (self.trusted.is_empty(), successor) {
            self.ever_trusted.push(key.clone());
            self.trusted = vec![key];
        }
    }

    fn find(&mut self, damage: Damage, line: u64, reason: &str) {
        let finding = Finding {
            damage,
            file: self.path.clone(),
            line,
            seq: None,
            reason: reason.to_owned(),
        };
        self.finding.get_or_insert(finding);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::checkpoint::Position;
    use crate::note::Signer;

    /// What a start leaves that finds none and signs what it finds.
    #[test]
    fn checkpoints_that_were_begun_anew_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n1.checkpoints");
        let signer = Signer::new("claviger.example/audit", &[3; 32]).unwrap();
        for (size, found) in [(0, None), (3, Some(Damage::Altered))] {
            let position = Position {
                segment: 1,
                bytes: 99,
            };
            let first = Checkpoint {
                origin: "claviger.example/audit".into(),
                size,
                head: [7; 32],
                node: "n1".into(),
                time_ms: 0,
                position,
                previous: GENESIS,
                successor: None,
            };
            fs::write(&path, format!("{}\n", signer.sign(&first.to_text()))).unwrap();
            let ledger = Ledger::read(&path, "n1", &[signer.key().clone()]).unwrap();
            assert_eq!(ledger.finding.map(|finding| finding.damage), found);
        }
    }
}
