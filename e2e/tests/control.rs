//! The operator's commands to a running server: accounts, status; and what a refused authentication leaves behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::{fs, os::unix::fs::PermissionsExt};

use claviger_e2e::{Credentials, Ground, Output, Server, end};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

#[test]
fn an_account_is_created_listed_and_separate() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let socket = fs::metadata(ground.data().join("control.sock")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);

    let created = command(&ground, &["account", "create", "444455556666"]);
    let exports = created.expect_success("account create").stdout;
    let other = Credentials::from_exports(&exports).unwrap();
    assert_eq!(other.endpoint, server.credentials().endpoint);
    let caller = server
        .aws_as(&other, &ground, &["sts", "get-caller-identity"])
        .expect_success("get-caller-identity");
    assert_eq!(caller.json()["Arn"], "arn:aws:iam::444455556666:root");
    let key_id = server.client().create_key("AWS_KMS");
    let described =
        claviger_e2e::Client::new(&other).send("DescribeKey", &json!({ "KeyId": key_id }));
    assert_eq!(described.error(), "NotFoundException", "{described:?}");

    for (arguments, text) in [
        (
            ["account", "create", "444455556666"].as_slice(),
            "exists already",
        ),
        (&["account", "create", "12345"], "twelve digits"),
        (
            &[
                "account",
                "create",
                "777788889999",
                "--access-key-id",
                &other.access_key_id,
                "--secret-access-key",
                "x",
            ],
            "exists already",
        ),
    ] {
        let refused = command(&ground, arguments);
        assert!(
            !refused.success && refused.stderr.contains(text),
            "{refused:?}"
        );
    }
    let listed = command(&ground, &["account", "list"])
        .expect_success("account list")
        .stdout;
    let ids: Vec<&str> = listed
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(ids, ["111122223333", "444455556666"]);
    assert!(!listed.contains(&other.secret_access_key));
    server.stop();

    let log = audit_text(&ground);
    assert_eq!(log.matches("\"CreateAccount\"").count(), 2);
    assert!(!log.contains(&other.secret_access_key));
    assert!(!ground.data().join("control.sock").exists());
    let alone = command(&ground, &["account", "list"]);
    assert!(
        !alone.success && alone.stderr.contains("no server runs on the data folder"),
        "{alone:?}"
    );
}

#[test]
fn a_killed_servers_socket_is_no_obstacle() {
    let ground = Ground::new();
    Server::start(&ground, &[]).kill();
    assert!(ground.data().join("control.sock").exists());
    let alone = command(&ground, &["status"]);
    assert!(
        alone.stderr.contains("no server runs on the data folder"),
        "{alone:?}"
    );
    let server = Server::start(&ground, &[]);
    let _ = command(&ground, &["status"]).expect_success("status");
    server.stop();
}

#[test]
fn a_server_that_is_stopped_is_told_from_one_that_is_not_there() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let process = Pid::from_raw(server.id().try_into().unwrap()).unwrap();
    kill_process(process, Signal::STOP).unwrap();
    let status = command(&ground, &["status"]);
    kill_process(process, Signal::CONT).unwrap();
    assert!(
        !status.success && status.stderr.contains("does not answer"),
        "{status:?}"
    );
    let _ = command(&ground, &["status"]).expect_success("status");
    server.stop();
}

/// A wrong secret, an unknown access key, an unsigned payload and two presigned URLs of boto3, and nobody at all.
#[test]
fn what_fails_authentication_is_counted_and_logged_beside_the_audit_log() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let before = ground.calls().len();
    server.python(&ground, "boto3/refused.py", &[]);
    let status = command(&ground, &["status"])
        .expect_success("status")
        .stdout;
    for (count, reason) in [
        (1, "MissingToken"),
        (2, "QuerySigned"),
        (1, "UnsignedPayload"),
        (1, "UnknownCredential"),
        (1, "Mismatch"),
        (0, "Scope"),
    ] {
        let line = format!("{count}  {reason}");
        assert!(
            status.lines().any(|own| own.trim() == line),
            "{line}: {status}"
        );
    }
    // The service's own events may come between: once a minute it writes down which access keys were used.
    assert_eq!(
        ground.calls().len() - before,
        1,
        "only the script's first call belongs into the audit log"
    );
    let secret = server.credentials().secret_access_key.clone();
    server.stop();

    let path = ground.data().join("security.log");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let refused = lines
        .iter()
        .filter(|line| line["event"] == "AuthenticationRefused");
    assert_eq!(refused.count(), 6, "{text}");
    assert_eq!(lines.last().unwrap()["counts"]["QuerySigned"], 2);
    assert!(
        !text.contains(&secret) && !text.contains("Signature="),
        "{text}"
    );
}

fn command(ground: &Ground, arguments: &[&str]) -> Output {
    let data = ground.data();
    let folder = ["--data-dir", data.to_str().unwrap()];
    end("clavigerd", [arguments, &folder].concat())
}

fn audit_text(ground: &Ground) -> String {
    let mut files: Vec<_> = fs::read_dir(ground.audit())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|own| own == "jsonl"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}
