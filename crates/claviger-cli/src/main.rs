//! `claviger`, the key owner's tool.
fn main() {}
