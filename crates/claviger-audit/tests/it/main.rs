//! The log from the outside: what it writes, what it survives, what the verifier sees.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::string_slice,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod chain;
mod checkpoints;
mod durability;
mod golden;
mod health;
mod recovery;
mod rounds;
mod scene;
mod tamper;
