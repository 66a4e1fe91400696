//! The wire codec against AWS's texts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod answers;
mod any_bytes;
mod forms;
mod refusals;
mod requests;
mod results;
mod violations;
