//! Every operation through boto3: successes, errors, and the errors' exact words. The tables stand in `boto3/*.py`.

use claviger_e2e::{Ground, Server};

#[test]
fn lifecycle() {
    passes("boto3/lifecycle.py");
}

#[test]
fn encryption() {
    passes("boto3/encryption.py");
}

#[test]
fn names() {
    passes("boto3/names.py");
}

#[test]
fn importing() {
    passes("boto3/importing.py");
}

/// Every importable spec by every wrapping.
#[test]
fn import_matrix() {
    passes("boto3/import_matrix.py");
}

#[test]
fn import_forms() {
    passes("boto3/import_forms.py");
}

#[test]
fn rotating() {
    passes("boto3/rotating.py");
}

#[test]
fn regions() {
    passes("boto3/regions.py");
}

#[test]
fn key_stores() {
    passes("boto3/key_stores.py");
}

#[test]
fn throttling() {
    let ground = Ground::new();
    let server = Server::start(&ground, &["--request-quotas"]);
    server.python(&ground, "boto3/throttling.py", &[]);
    server.stop();
}

#[test]
fn a_restart_keeps_everything() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let before = server.credentials().clone();
    let left = server.python(&ground, "boto3/before_restart.py", &[]);
    server.stop();

    let server = Server::start(&ground, &[]);
    let after = server.credentials();
    assert_eq!(after.access_key_id, before.access_key_id);
    assert_eq!(after.secret_access_key, before.secret_access_key);
    server.python(&ground, "boto3/after_restart.py", &[&left]);
    server.stop();
}

fn passes(script: &str) {
    let ground = Ground::new();
    let server = Server::start(&ground, &["--test-clock"]);
    server.python(&ground, script, &[]);
    server.stop();
}
