//! Accounts, credentials and the STS operations, on a store in memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod absent;
mod access_keys;
mod accounts;
mod aws_managed;
mod calls;
mod client;
mod coverage;
mod credentials;
mod idp;
mod managed_policies;
mod namesakes;
mod policies;
mod providers;
mod quotas;
mod roles;
mod scene;
mod session_rights;
mod sessions;
mod simulations;
mod sts;
mod sts_client;
mod users;
mod web_identity;
mod web_sessions;
