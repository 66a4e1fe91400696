//! Black-box tests: the built binaries, driven by the clients that people use.
//!
//! Nothing here links the product. A [`Server`] is a process on a free loopback port with a data folder of its own; tests reach
//! it through the AWS CLI, boto3, the AWS SDK for Rust, and, where a real client would never send such a thing, through
//! [`Client`], which signs whatever bytes it is given. `cargo xtask test e2e` builds and installs what these tests need.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and takes its settings from the command that starts it"
)]

mod client;
mod ground;
mod journal;
mod material;
mod server;
mod state;
mod tools;

pub use client::{Answer, Client};
pub use ground::Ground;
pub use journal::{events, security_log};
pub use material::ImportParameters;
pub use server::{Credentials, Server};
pub use state::State;
pub use tools::{Output, binary, end, mortal, setting};
