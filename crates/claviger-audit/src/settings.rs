//! Where a log is and how it behaves.

use std::path::PathBuf;

/// Where a log is and how it behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder; made when it does not exist.
    pub dir: PathBuf,
    /// The node's name: 1 to 64 letters, digits, `-`, `_`, `.`.
    pub node: String,
    /// The name of the log and of its key, such as `kms.example.com/audit`: no spaces, no plus signs.
    pub origin: String,
    /// When a line counts as written.
    pub ack: Ack,
    /// A segment that has grown to this size is followed by a new one.
    pub segment_bytes_max: u64,
    /// A segment that is this old by the caller's clock is followed by a new one.
    pub segment_ms_max: i64,
    /// The longest time that a line waits for its checkpoint, in milliseconds.
    pub checkpoint_ms_max: u64,
    /// Called when an fsync failed. What reached the disk is then unknowable, so the process must end; nothing is acknowledged.
    pub fatal: fn(&str) -> !,
}

/// When a line counts as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// When the kernel has it: survives the death of the process.
    Write,
    /// When the disk has it: survives the loss of power.
    Fsync,
}

impl Settings {
    /// Settings with a new segment every 64 MiB or hour, and a checkpoint every second under traffic.
    pub fn new(
        dir: impl Into<PathBuf>,
        node: impl Into<String>,
        origin: impl Into<String>,
        ack: Ack,
        fatal: fn(&str) -> !,
    ) -> Self {
        Self {
            dir: dir.into(),
            node: node.into(),
            origin: origin.into(),
            ack,
            segment_bytes_max: 64 << 20,
            segment_ms_max: 3_600_000,
            checkpoint_ms_max: 1000,
            fatal,
        }
    }
}
