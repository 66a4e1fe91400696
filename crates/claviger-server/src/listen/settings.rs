//! The listener's limits, with the defaults that `clavigerd` runs on.

use std::{sync::Arc, time::Duration};

use super::{refusals::Refusals, tls::Tls};

/// Limits and switches of one listener.
#[derive(Clone, Debug)]
pub struct Settings {
    /// All request headers together, bytes.
    pub header_bytes_max: usize,
    /// The request body, bytes.
    pub body_bytes_max: usize,
    /// How long a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// How long the next request's head may take, or up to a quarter longer; on a connection kept alive this is the idle time.
    pub head_timeout: Duration,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// How long sent bytes may stay unacknowledged before the connection is given up.
    pub write_timeout: Duration,
    /// How long open requests may take once shutdown has begun.
    pub drain_timeout: Duration,
    /// Open connections; further ones wait in the socket's backlog.
    pub connections_max: u32,
    /// How far a signature's date may be from the clock, minutes.
    pub skew_minutes_max: u32,
    /// Whether signatures are verified.
    pub signatures: Signatures,
    /// Which threads serve connections.
    pub threads: Threads,
    /// How connections are encrypted; none: they are not.
    pub tls: Option<Tls>,
    /// Counts what failed authentication.
    pub refusals: Arc<Refusals>,
}

/// What is done with signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// They must be right.
    Verified,
    /// They are read but cannot be verified, and their age does not matter: `dev --any-credentials`.
    ParsedOnly,
}

/// Which threads serve connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The runtime that calls the listener.
    Callers,
    /// So many threads of their own, each with a single-threaded runtime; connections are dealt out in turn.
    Own(usize),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            header_bytes_max: 16 * 1024,
            body_bytes_max: 256 * 1024,
            handshake_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(20),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(25),
            connections_max: 4096,
            skew_minutes_max: 5,
            signatures: Signatures::Verified,
            threads: Threads::Callers,
            tls: None,
            refusals: Arc::default(),
        }
    }
}
