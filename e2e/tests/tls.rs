//! TLS: real clients over HTTPS, what the audit event tells of the connection, and handshakes that fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    time::Duration,
};

use claviger_e2e::{Ground, Server, end};
use serde_json::Value;

#[test]
fn the_audit_event_tells_how_the_connection_is_encrypted() {
    let ground = Ground::new();
    ground.certificates();
    let server = Server::start_tls(&ground, &[]);
    assert!(server.credentials().endpoint.starts_with("https://"));
    // By TLS 1.2 the curve of the server's certificate must be among the groups.
    for (limit, call) in [
        ("Groups = X25519", "kms list-keys"),
        ("Groups = P-256", "sts get-caller-identity"),
        (
            "Groups = X25519:P-256\nMaxProtocol = TLSv1.2",
            "kms list-aliases",
        ),
    ] {
        let limits = ground.file(
            "openssl.cnf",
            format!("{OPENSSL_LIMITS}{limit}\n").as_bytes(),
        );
        let variables = [("OPENSSL_CONF", limits.to_str().unwrap()), ("CALL", call)];
        let _ = server.shell(&ground, "tls/call.sh", &variables);
    }
    // The AWS SDK for Rust offers a hybrid key exchange.
    let key = server
        .aws(&ground, &["kms", "create-key"])
        .expect_success("create-key")
        .json();
    let key_id = key["KeyMetadata"]["KeyId"].as_str().unwrap();
    let root = "arn:aws:iam::111122223333:root";
    let explain = [
        "policy",
        "explain",
        "--caller",
        root,
        "--action",
        "kms:Encrypt",
        "--key",
        key_id,
    ];
    let _ = server
        .claviger(&ground, &explain)
        .expect_success("claviger policy explain");
    let host = server.credentials().endpoint.replace("https://", "");
    server.stop();

    let events = ground.calls();
    for (name, version, exchange) in [
        ("ListKeys", "TLSv1.3", "x25519"),
        ("GetCallerIdentity", "TLSv1.3", "secp256r1"),
        ("ListAliases", "TLSv1.2", "x25519"),
        ("DescribeKey", "TLSv1.3", "X25519MLKEM768"),
    ] {
        let event = events
            .iter()
            .find(|event| event["eventName"] == name)
            .unwrap_or_else(|| panic!("no {name} in {events:#?}"));
        let tls = &event["tlsDetails"];
        assert_eq!(tls["tlsVersion"], version, "{name}: {tls}");
        assert_eq!(tls["keyExchange"], exchange, "{name}: {tls}");
        assert_eq!(tls["clientProvidedHostHeader"], host, "{name}: {tls}");
        let suite = tls["cipherSuite"].as_str().unwrap();
        let own_names = if version == "TLSv1.2" {
            "ECDHE-ECDSA-"
        } else {
            "TLS_"
        };
        assert!(suite.starts_with(own_names), "{name}: {tls}");
    }
}

#[test]
fn a_handshake_that_fails_is_counted_and_logged_and_leaves_no_event() {
    let ground = Ground::new();
    ground.certificates();
    let server = Server::start_tls(&ground, &[]);
    let address = server.credentials().endpoint.replace("https://", "");
    let mut silent = TcpStream::connect(&address).unwrap();
    silent
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let before = ground.calls().len();

    fs::rename(ground.path("ca.pem"), ground.path("hidden.pem")).unwrap();
    let unknown_authority = server.aws(&ground, &["kms", "list-keys"]);
    assert!(
        !unknown_authority.success
            && unknown_authority
                .stderr
                .contains("CERTIFICATE_VERIFY_FAILED"),
        "{unknown_authority:?}"
    );
    fs::rename(ground.path("hidden.pem"), ground.path("ca.pem")).unwrap();
    assert!(!s_client(
        &address,
        &["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
    ));
    assert!(!s_client(&address, &["-groups", "P-521"]));
    assert!(s_client(&address, &["-tls1_2"]));
    assert!(s_client(&address, &["-tls1_3", "-groups", "P-256"]));
    let mut plain = TcpStream::connect(&address).unwrap();
    plain
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(
        silent.read_to_end(&mut Vec::new()).unwrap(),
        0,
        "who says nothing is sent away"
    );
    let _ = server
        .aws(&ground, &["kms", "list-keys"])
        .expect_success("the next client");

    let data = ground.data();
    let status = ["status".as_ref(), "--data-dir".as_ref(), data.as_os_str()];
    let status = end("clavigerd", status)
        .expect_success("clavigerd status")
        .stdout;
    assert!(
        status.contains("failed TLS handshakes since the start: 5\n"),
        "{status}"
    );
    server.stop();

    assert_eq!(
        ground.calls().len(),
        before + 1,
        "only the call that was served"
    );
    let log = fs::read_to_string(data.join("security.log")).unwrap();
    let reasons: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["event"] == "TlsHandshakeFailed")
        .collect();
    assert_eq!(reasons.len(), 5, "{log}");
    assert!(reasons.iter().all(
        |line| line["sourceIp"] == "127.0.0.1" && !line["reason"].as_str().unwrap().is_empty()
    ));
}

#[test]
fn shutdown_waits_for_no_handshake() {
    let ground = Ground::new();
    ground.certificates();
    let server = Server::start_tls(&ground, &[]);
    let address = server.credentials().endpoint.replace("https://", "");
    let mut silent = TcpStream::connect(&address).unwrap();
    // Connections are accepted one after the other, so that one is open by now.
    assert!(s_client(&address, &[]));
    server.stop();
    assert_eq!(silent.read_to_end(&mut Vec::new()).unwrap(), 0);
    let log = fs::read_to_string(ground.data().join("security.log")).unwrap_or_default();
    assert!(
        !log.contains("TlsHandshakeFailed"),
        "its time ran out: {log}"
    );
}

#[test]
fn files_that_do_not_fit_are_named() {
    let ground = Ground::new();
    ground.certificates();
    for (certificate, key, complaint) in [
        ("absent.pem", "server.key", "absent.pem: No such file"),
        ("server.pem", "absent.key", "absent.key: No such file"),
        (
            "server.key",
            "server.key",
            "server.key: there is no certificate in it",
        ),
        (
            "server.pem",
            "server.pem",
            "server.pem: there is no private key in it",
        ),
        (
            "server.pem",
            "encrypted.key",
            "encrypted.key: the private key in it is encrypted",
        ),
        (
            "server.pem",
            "other.key",
            "is not the private key of the first certificate in",
        ),
    ] {
        let files = [ground.path(certificate), ground.path(key)];
        let refused = Server::try_start(
            &ground,
            &[],
            &[
                "--tls-cert",
                files[0].to_str().unwrap(),
                "--tls-key",
                files[1].to_str().unwrap(),
            ],
        );
        let error = refused.err().expect("a refusal");
        assert!(error.contains(complaint), "{certificate} {key}: {error}");
    }
    assert!(!ground.data().join("keyring").exists(), "nothing was begun");
}

fn s_client(address: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new("openssl");
    command
        .args(["s_client", "-connect", address])
        .args(arguments);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().unwrap().success()
}

/// What OpenSSL, and so the AWS CLI, is limited to; by itself each version of it offers other groups.
const OPENSSL_LIMITS: &str = "openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = limits
[limits]
";
