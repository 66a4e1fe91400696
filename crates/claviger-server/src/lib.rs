//! clavigerd's parts: the listener and its protocols, the data folder, and the assembly of the service.

pub mod account;
mod assemble;
pub mod check;
mod control;
mod data;
pub mod dev;
mod environment;
mod journal;
pub mod jwks;
pub mod listen;
mod open_files;
pub mod protocol;
mod security_log;
pub mod sigv4;

use std::io;

use rustix::{
    fs::Mode,
    process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask},
};

/// Keeps the memory of this process, which holds keys, out of core files and out of other processes' reach, and what
/// it writes out of other users' reach.
///
/// # Errors
/// The system refuses.
pub fn harden() -> io::Result<()> {
    umask(Mode::from_raw_mode(0o077));
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}
