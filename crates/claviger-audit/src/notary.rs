//! Who signs checkpoints and starts segments.

use std::io::{self, Write};
use std::sync::Arc;

use crate::checkpoint::{Checkpoint, Position};
use crate::checkpoint_file::CheckpointFile;
use crate::frame::{Chain, GENESIS, Head, sha256};
use crate::locked::Locked;
use crate::note::{Signer, VerifierKey};
use crate::segment::{Segment, sync_folder};
use crate::settings::Settings;
use crate::writer::Tail;

pub(crate) struct Notary {
    settings: Settings,
    signer: Signer,
    now_ms: Box<dyn Fn() -> i64 + Send + Sync>,
    /// The checkpoint file, locked for as long as the log is open.
    file: Locked,
    /// Where its last whole checkpoint ends.
    end: u64,
    /// The hash of that checkpoint.
    previous: Head,
    last: Option<Checkpoint>,
    /// When the segment's first line was seen, or the segment opened after a restart.
    segment_started_ms: Option<i64>,
}

impl Notary {
    pub(crate) fn new(
        settings: &Settings,
        signer: Signer,
        checkpoints: CheckpointFile,
        now_ms: Box<dyn Fn() -> i64 + Send + Sync>,
    ) -> Self {
        Self {
            settings: settings.clone(),
            signer,
            segment_started_ms: None,
            now_ms,
            file: checkpoints.file,
            end: checkpoints.end,
            previous: checkpoints.previous.unwrap_or(GENESIS),
            last: checkpoints.last,
        }
    }

    pub(crate) fn key(&self) -> &VerifierKey {
        self.signer.key()
    }

    /// How many lines the last checkpoint covers.
    pub(crate) fn signed_size(&self) -> Option<u64> {
        self.last.as_ref().map(|checkpoint| checkpoint.size)
    }

    /// Whether the segment is due to end by age, which counts from its first line: an idle night makes no segments.
    pub(crate) fn is_old(&mut self, tail: &Tail) -> bool {
        if tail.position.bytes == 0 {
            return false;
        }
        let now_ms = (self.now_ms)();
        let started_ms = *self.segment_started_ms.get_or_insert(now_ms);
        now_ms.saturating_sub(started_ms) >= self.settings.segment_ms_max
    }

    /// Signs the lines up to `tail`, which the disk must have.
    pub(crate) fn sign(&mut self, tail: &Tail) -> io::Result<()> {
        self.write(tail, None)
    }

    /// Signs the lines up to `tail` and names the key that signs from now on.
    pub(crate) fn succeed(&mut self, tail: &Tail, successor: Signer) -> io::Result<()> {
        self.write(tail, Some(successor.key().clone()))?;
        self.signer = successor;
        Ok(())
    }

    /// Makes the segment that begins after `chain`, and its folder entry durable.
    pub(crate) fn start_segment(&mut self, chain: &Chain) -> io::Result<Tail> {
        let first = chain.size.saturating_add(1);
        let dir = &self.settings.dir;
        let file = Segment::new(dir, &self.settings.node, first).open(true)?;
        if let Err(error) = sync_folder(dir) {
            (self.settings.fatal)(&format!("fsync of the audit folder failed: {error}"));
        }
        self.segment_started_ms = None;
        let position = Position {
            segment: first,
            bytes: 0,
        };
        Ok(Tail {
            chain: *chain,
            file: Arc::new(file),
            position,
        })
    }

    fn write(&mut self, tail: &Tail, successor: Option<VerifierKey>) -> io::Result<()> {
        let checkpoint = Checkpoint {
            origin: self.settings.origin.clone(),
            size: tail.chain.size,
            head: tail.chain.head,
            node: self.settings.node.clone(),
            time_ms: (self.now_ms)(),
            position: tail.position,
            previous: self.previous,
            successor,
        };
        let note = self.signer.sign(&checkpoint.to_text());
        // A failed attempt may have left a part behind.
        self.file.set_len(self.end)?;
        (&*self.file).write_all(format!("{note}\n").as_bytes())?;
        if let Err(error) = self.file.sync_data() {
            (self.settings.fatal)(&format!(
                "fdatasync of the audit checkpoints failed: {error}"
            ));
        }
        let bytes = u64::try_from(note.len()).unwrap_or(u64::MAX);
        self.end = self.end.saturating_add(bytes).saturating_add(1);
        self.previous = sha256(note.as_bytes());
        self.last = Some(checkpoint);
        Ok(())
    }
}
