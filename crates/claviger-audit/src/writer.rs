//! The end of the log: where the next line goes.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use crate::checkpoint::Position;
use crate::error::Error;
use crate::frame::{self, Chain};

/// The last segment, open at its end. Its owner holds a lock around it: one line after the other.
pub(crate) struct Writer {
    pub(crate) tail: Tail,
    /// Kept between lines, so that a line costs no allocation.
    buffer: Vec<u8>,
    /// Bytes of a failed write may stand after the last whole line.
    damaged: bool,
}

/// The end of the log as a value: chain, file and place.
#[derive(Clone)]
pub(crate) struct Tail {
    pub(crate) chain: Chain,
    pub(crate) file: Arc<File>,
    pub(crate) position: Position,
}

impl Writer {
    pub(crate) fn new(tail: Tail) -> Self {
        Self {
            tail,
            buffer: Vec::new(),
            damaged: false,
        }
    }

    /// Writes the events as the next lines: all of them, or none of them stays.
    pub(crate) fn append(&mut self, events: &[&[u8]]) -> Result<u64, Error> {
        let mut chain = self.tail.chain;
        self.buffer.clear();
        for event in events {
            let start = self.buffer.len();
            let seq = chain.size.saturating_add(1);
            frame::write_into(&mut self.buffer, seq, &chain.head, event);
            let line = self.buffer.get(start..self.buffer.len().saturating_sub(1));
            chain = Chain {
                size: seq,
                head: frame::head_of(line.unwrap_or_default()),
            };
        }
        let buffer = std::mem::take(&mut self.buffer);
        let written = self.write(&buffer);
        let bytes = u64::try_from(buffer.len()).unwrap_or(u64::MAX);
        self.buffer = buffer;
        written.map_err(Error::Unwritable)?;
        self.tail.chain = chain;
        self.tail.position.bytes = self.tail.position.bytes.saturating_add(bytes);
        Ok(chain.size)
    }

    /// Finds out whether the log can be written again, and leaves it as it was.
    pub(crate) fn probe(&mut self) -> io::Result<()> {
        self.write(&PROBE)?;
        self.damaged = true;
        self.repair()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.repair()?;
        let written = (&*self.tail.file).write_all(bytes);
        if written.is_err() {
            self.damaged = true;
            // What cannot be cut now is cut before the next write.
            let _later = self.repair();
        }
        written
    }

    /// Cuts what a failed write has left behind the last whole line.
    pub(crate) fn repair(&mut self) -> io::Result<()> {
        if self.damaged {
            self.tail.file.set_len(self.tail.position.bytes)?;
            self.damaged = false;
        }
        Ok(())
    }
}

/// As much as a long line. No line break is in it, so a death in the middle leaves a partial line, which recovery cuts.
const PROBE: [u8; 4096] = [b' '; 4096];
