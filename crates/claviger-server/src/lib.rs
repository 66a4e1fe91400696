//! clavigerd's parts.

pub mod listen;
pub mod protocol;
pub mod sigv4;

mod health;
