//! Every parser of bytes that strangers send, as a function that must end well whatever it is given.
//!
//! `cargo xtask fuzz` drives them with libFuzzer (`fuzz/libfuzzer`); the inputs in `fuzz/corpus` are replayed by the ordinary tests.
//! A target fails by a panic: of the parser, or of an assertion about what it gave.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a target reports by panicking"
)]

mod audit;
mod crypto;
mod requests;
mod service;
mod texts;
mod web_identity;

/// A target: its name, which is also its folder in `fuzz/corpus`, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 16] = [
    ("audit_log", audit::log),
    ("authorization", requests::authorization),
    ("ciphertext_blob", crypto::ciphertext_blob),
    ("encryption_context", crypto::encryption_context),
    ("identifiers", texts::identifiers),
    ("import_token", crypto::import_token),
    ("json_inputs", requests::json_inputs),
    ("marker", service::marker),
    ("policy_document", texts::policy_document),
    ("private_key", crypto::private_key),
    ("query_inputs", requests::query_inputs),
    ("request_router", requests::router),
    ("sealed_tokens", service::sealed_tokens),
    ("stored_record", service::stored_record),
    ("web_identity", web_identity::token),
    ("wrapped_material", crypto::wrapped_material),
];

/// Runs the target of this name; for the programs in `fuzz/libfuzzer`.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|(own, _)| *own == name);
    target.expect("a target of this name").1(input);
}
