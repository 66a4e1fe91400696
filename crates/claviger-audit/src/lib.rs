//! The audit log: CloudTrail-shaped events, hash-chained lines, signed checkpoints, and the offline verifier.
//!
//! Each node appends to segment files of its own, `<node>-<number of the first line>.jsonl`. One line is one event:
//!
//! ```text
//! {"s":1,"p":"<hex SHA-256 of the previous line>","e":{"eventVersion":"1.11",...}}
//! ```
//!
//! Lines are counted from 1 and chained across segments; the first line's `p` is 64 zeros. So the hash of the last line, the
//! *head*, stands for everything before it, and a checkpoint that signs a head signs the whole log up to there. Checkpoints
//! are C2SP signed notes in `<node>.checkpoints`, about one a second under traffic, and cover only bytes that reached the disk.
//!
//! ```text
//! kms.example.com/audit                              the origin, which is the name of the key
//! 12                                                 the number of lines covered
//! BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=       the head after them
//! node n1
//! time 1767323045000                                 milliseconds since 1970
//! segment 1 10234                                    where the last covered line ends: segment and byte
//! previous <hex SHA-256 of the checkpoint before>
//! successor <verifier key>                           only when the key hands over
//!
//! — kms.example.com/audit <base64 of key hash and Ed25519 signature>
//! ```
//!
//! The first checkpoint is signed before the first line is written, so a log with lines and without checkpoints has lost them.
//! Who has the folder but not the key can do two things unseen: rewrite the lines after the last checkpoint, and take away the
//! end of the log together with the checkpoints over it. Hence `--since`: keep a checkpoint elsewhere, and the log must contain
//! what it covers.
//!
//! - [`event`] is what a line says, [`identity`] who called;
//!   [`Log`] writes lines, [`verify`] reads and judges them without server or secrets.

mod checkpoint;
mod checkpoint_file;
mod error;
pub mod event;
mod frame;
pub mod identity;
mod json;
mod ledger;
mod locked;
mod log;
mod notary;
mod note;
mod place;
mod recovery;
mod round;
mod segment;
mod settings;
mod shared;
pub mod verify;
mod writer;

pub use checkpoint::{Checkpoint, Position};
pub use error::Error;
pub use json::Parameters;
pub use log::{Log, Ticket};
pub use note::VerifierKey;
pub use place::Place;
pub use recovery::Recovery;
pub use settings::{Ack, Settings};
