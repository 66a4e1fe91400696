//! The engine from outside: golden decisions, every operator, documents that must be refused, and properties.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod bindings;
mod condition_keys;
mod conditions;
mod decisions;
mod grants;
mod key_policies;
mod limits;
mod malformed;
mod operators;
mod principals;
mod properties;
mod scene;
mod spellings;
mod trust;
mod variables;
