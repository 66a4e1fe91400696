//! The lines of one node, followed from the first to the last.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ledger::Ledger;
use super::{Damage, Finding, NodeReport, Since};
use crate::checkpoint::{Mark, Position};
use crate::error::Error;
use crate::frame::Chain;
use crate::note::VerifierKey;
use crate::segment::{RawLine, Segment, checkpoints_path, segments};

pub(super) fn examine(
    dir: &Path,
    node: String,
    keys: &[VerifierKey],
    since: Option<&Since<'_>>,
) -> Result<NodeReport, Error> {
    // The checkpoints first: on a running server lines are only added meanwhile.
    let path = checkpoints_path(dir, &node);
    let mut ledger = Ledger::read(&path, &node, keys)?;
    if let Some(since) = since {
        ledger.require(since);
    }
    let mut walk = Walk::new(path, &ledger.marks);
    walk.all(&segments(dir, &node)?)?;
    let (chain, events, finding) = (walk.chain, walk.events, walk.finding);
    if chain.size > 0 {
        ledger.demand_one();
    }
    let covered = ledger.last.as_ref().map_or(0, |last| last.size);
    Ok(NodeReport {
        lines: chain.size,
        events,
        checkpoints: ledger.count,
        unsigned_lines: chain.size.saturating_sub(covered),
        origin_proven: !keys.is_empty() && ledger.last.is_some(),
        last_checkpoint: ledger.last,
        findings: finding.into_iter().chain(ledger.finding).collect(),
        node,
    })
}

/// The way along the lines, up to the first bad one.
struct Walk<'a> {
    chain: Chain,
    /// The checkpoints not yet reached, in order.
    marks: &'a [Mark],
    covered: u64,
    events: BTreeMap<String, u64>,
    /// Where the next line belongs, for a finding about it.
    file: PathBuf,
    next_line: u64,
    next_seq: u64,
    finding: Option<Finding>,
}

impl<'a> Walk<'a> {
    fn new(file: PathBuf, marks: &'a [Mark]) -> Self {
        let covered = marks.last().map_or(0, |mark| mark.size);
        let events = BTreeMap::new();
        let chain = Chain::START;
        Self {
            chain,
            marks,
            covered,
            events,
            file,
            next_line: 1,
            next_seq: 1,
            finding: None,
        }
    }

    fn all(&mut self, segments: &[Segment]) -> Result<(), Error> {
        self.compare(Position {
            segment: 1,
            bytes: 0,
        });
        for segment in segments {
            let is_last = Some(segment) == segments.last();
            self.segment(segment, is_last)?;
            if self.finding.is_some() {
                return Ok(());
            }
        }
        if self.chain.size < self.covered {
            let reason = format!(
                "the log ends here, but a checkpoint covers {} lines",
                self.covered
            );
            self.find(Damage::Truncated, reason);
        }
        Ok(())
    }

    fn segment(&mut self, segment: &Segment, is_last: bool) -> Result<(), Error> {
        self.file.clone_from(&segment.path);
        self.next_line = 1;
        let expected = self.chain.size.saturating_add(1);
        if segment.first != expected {
            let damage = if self.chain.size == 0 {
                Damage::Truncated
            } else {
                Damage::Altered
            };
            let reason = format!(
                "the segment starts with line {}, not {expected}",
                segment.first
            );
            self.find(damage, reason);
            return Ok(());
        }
        for raw in segment.lines()? {
            let raw = raw?;
            self.next_line = raw.number;
            self.line(&raw, segment, is_last);
            if self.finding.is_some() {
                return Ok(());
            }
            self.next_line = raw.number.saturating_add(1);
            self.next_seq = self.next_seq.saturating_add(1);
        }
        Ok(())
    }

    fn line(&mut self, raw: &RawLine, segment: &Segment, is_last: bool) {
        let is_covered = self.chain.size < self.covered;
        if is_last && !is_covered && raw.is_damaged() {
            return self.find(Damage::Torn, "a partial line");
        }
        if !raw.whole {
            let damage = if is_last {
                Damage::Truncated
            } else {
                Damage::Altered
            };
            return self.find(damage, "a partial line");
        }
        match self.chain.follow(&raw.bytes) {
            Err(broken) => self.find(Damage::Altered, broken.to_string()),
            Ok(frame) => match serde_json::from_slice::<EventName<'_>>(frame.event) {
                Err(_) => self.find(
                    Damage::Altered,
                    "its event is not a JSON object with a name",
                ),
                Ok(EventName { event_name }) => {
                    self.count(event_name);
                    self.compare(Position {
                        segment: segment.first,
                        bytes: raw.end,
                    });
                }
            },
        }
    }

    fn count(&mut self, event_name: Cow<'_, str>) {
        match self.events.get_mut(event_name.as_ref()) {
            Some(count) => *count = count.saturating_add(1),
            None => {
                self.events.insert(event_name.into_owned(), 1);
            }
        }
    }

    /// Compares the chain with the checkpoints over exactly these lines.
    fn compare(&mut self, position: Position) {
        while let Some((mark, later)) = self.marks.split_first() {
            if mark.size != self.chain.size {
                return;
            }
            if !mark.fits(&self.chain, position) {
                return self.find(Damage::Altered, "not the line that a checkpoint covers");
            }
            self.marks = later;
        }
    }

    fn find(&mut self, damage: Damage, reason: impl Into<String>) {
        self.finding.get_or_insert_with(|| Finding {
            damage,
            file: self.file.clone(),
            line: self.next_line,
            seq: Some(self.next_seq),
            reason: reason.into(),
        });
    }
}

#[derive(Deserialize)]
struct EventName<'a> {
    #[serde(rename = "eventName", borrow)]
    event_name: Cow<'a, str>,
}
