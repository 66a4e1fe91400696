//! `clavigerd`, the service.
fn main() {}
