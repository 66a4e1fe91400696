//! The service: pipeline, operations, records and jobs. It knows no protocol and names no engine.

pub mod cache;
pub mod call;
pub mod check;
pub mod clock;
pub mod core;
pub mod cx;
mod erasure;
pub mod error;
mod grants;
mod heavy;
mod ids;
pub mod jobs;
mod key;
mod lanes;
mod managed;
pub mod notes;
pub mod ops;
mod outbox;
pub mod per_thread;
pub mod pipeline;
mod principals;
mod quotas;
pub mod records;
mod request_quotas;
pub mod rule;
mod seconds;
pub mod staged;
pub mod step;
mod uses;

pub use crate::{
    core::{Core, Parts},
    principals::{Asked, Principals},
};
