//! Who may do what, as its users set it up: with the AWS CLI in shell scripts and with boto3.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use claviger_e2e::{Credentials, Ground, Server, end};

#[test]
fn administrators_and_users_are_separated() {
    passes("authorization/administrators-and-users.sh");
}

#[test]
fn a_chain_of_grants_is_retired() {
    passes("authorization/grants.sh");
}

#[test]
fn namesakes_inherit_nothing() {
    passes("authorization/namesakes.sh");
}

#[test]
fn another_account_uses_a_key() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let other = other_account(&ground);
    let variables = [
        ("OTHER_ACCESS_KEY_ID", other.access_key_id.as_str()),
        ("OTHER_SECRET_ACCESS_KEY", other.secret_access_key.as_str()),
    ];
    let _ = server.shell(&ground, "authorization/another-account.sh", &variables);
    server.stop();
}

#[test]
fn a_role_is_assumed_by_a_web_identity() {
    let ground = Ground::new();
    let jwks = ground.path("jwks.json");
    let jwks = jwks.to_str().expect("a path");
    let server = Server::start(&ground, &["--jwks", &format!("{ISSUER}={jwks}")]);
    let variables = [("ISSUER", ISSUER), ("JWKS", jwks)];
    let _ = server.shell(&ground, "authorization/web-identity.sh", &variables);
    server.stop();
}

/// The same scenes through boto3, and what only a program does: paginators, sessions that expire, simulation.
#[test]
fn boto3_manages_identities_and_sessions() {
    let ground = Ground::new();
    let jwks = ground.path("jwks.json");
    let jwks = jwks.to_str().expect("a path");
    let flags = ["--test-clock", "--jwks", &format!("{ISSUER}={jwks}")];
    let server = Server::start(&ground, &flags);
    let other = other_account(&ground);
    let arguments = [
        other.access_key_id.as_str(),
        &other.secret_access_key,
        ISSUER,
        jwks,
    ];
    let _ = server.python(&ground, "boto3/identities.py", &arguments);
    server.stop();
}

fn passes(script: &str) {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let _ = server.shell(&ground, script, &[]);
    server.stop();
}

fn other_account(ground: &Ground) -> Credentials {
    let data = ground.data();
    let data = data.to_str().expect("a path");
    let arguments = ["account", "create", "444455556666", "--data-dir", data];
    let made = end("clavigerd", arguments).expect_success("account create");
    Credentials::from_exports(&made.stdout).expect("credentials")
}

const ISSUER: &str = "https://idp.example.org";
