//! The service: pipeline, operations, records and jobs. It knows no protocol and names no engine.

pub mod call;
pub mod error;
