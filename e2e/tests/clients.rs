//! What people build on the API: SDKs, envelope libraries, a database's client-side encryption, configuration management.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use claviger_e2e::{Ground, Server};

#[test]
fn aws_sdk_for_javascript() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    server.node(&ground, "javascript/kms.cjs");
    server.stop();
}

#[test]
fn aws_sdk_for_javascript_over_tls() {
    let ground = Ground::new();
    ground.certificates();
    let server = Server::start_tls(&ground, &[]);
    server.node(&ground, "javascript/kms.cjs");
    server.stop();
}

#[test]
fn aws_encryption_sdk_caches_data_keys_of_an_imported_key() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    server.python(&ground, "clients/encryption_sdk.py", &[]);
    server.stop();
    let calls = ground.calls();
    let served = |name: &str| {
        let of_name = calls.iter().filter(|call| call["eventName"] == name);
        of_name.filter(|call| call["errorCode"].is_null()).count()
    };
    // Ten messages, four to a data key, and one under a suite of its own; each key opened once by the reader, and one again.
    assert_eq!((served("GenerateDataKey"), served("Decrypt")), (4, 5));
}

#[test]
fn aws_encryption_sdk_with_keyrings_of_every_kind() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    server.python(&ground, "clients/keyrings.py", &[]);
    server.stop();
    let calls = ground.calls();
    let of = |name: &str| {
        calls
            .iter()
            .filter(|call| call["eventName"] == name)
            .count()
    };
    // On each of three curves: the sender seals, and sender and recipient open.
    assert_eq!(of("DeriveSharedSecret"), 9);
}

#[test]
fn tink() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    server.python(&ground, "clients/tink_envelope.py", &[]);
    server.stop();
}

#[test]
fn mongodb_client_side_encryption() {
    let ground = Ground::new();
    ground.certificates();
    let server = Server::start_tls(&ground, &[]);
    server.python(&ground, "clients/mongodb.py", &[]);
    server.stop();
}

#[test]
fn ansible_changes_nothing_the_second_time() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let runs = [(); 2].map(|()| server.ansible(&ground, "clients/kms_key.yml"));
    assert_eq!(runs, [1, 0]);
    server.stop();
}

/// Ansible makes a user and removes it, and asks for all that a user can have on AWS before that.
#[test]
fn ansible_keeps_a_user_and_removes_it() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    // The policy, the user, its key and its group, and all but the key taken away again by name.
    assert_eq!(server.ansible(&ground, "clients/iam_user.yml"), 7);
    server.stop();
}
