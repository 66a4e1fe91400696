//! Drives a real listener with raw sockets, as well-behaved and as hostile clients do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod client;
mod hostile;
mod mutations;
mod served;
mod server;
mod sessions;

#[path = "../../src/sigv4/signer.rs"]
mod signer;
