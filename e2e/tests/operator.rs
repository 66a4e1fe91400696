//! What an operator meets: one process a data folder, fixed credentials, and checks that see what was done to the files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::fs;

use claviger_e2e::{Ground, Output, Server, end};
use serde_json::json;

#[test]
fn a_second_process_on_the_same_folder_says_why_it_ends() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let data = ground.data();
    let dev = [
        "dev".as_ref(),
        "--listen".as_ref(),
        "127.0.0.1:0".as_ref(),
        "--data-dir".as_ref(),
        data.as_os_str(),
    ];
    let second = end("clavigerd", dev);
    assert!(!second.success);
    assert!(second.stderr.contains(data.to_str().unwrap()), "{second:?}");
    let check = checked(&ground);
    assert!(!check.success, "a folder in use was checked: {check:?}");
    assert_eq!(server.client().send("ListKeys", &json!({})).status, 200);
    server.stop();
    let _ = checked(&ground).expect_success("clavigerd check");
}

#[test]
fn the_first_start_may_fix_account_region_and_credentials() {
    let ground = Ground::new();
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let fixed = [
        "--access-key-id",
        "AKIAIOSFODNN7EXAMPLE",
        "--secret-access-key",
        secret,
    ];
    let flags = [
        &["--account", "444455556666", "--region", "eu-west-3"],
        fixed.as_slice(),
    ]
    .concat();
    let server = Server::start(&ground, &flags);
    assert_eq!(server.credentials().access_key_id, "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(server.credentials().secret_access_key, secret);
    assert_eq!(server.credentials().region, "eu-west-3");
    let caller = server
        .aws(&ground, &["sts", "get-caller-identity"])
        .expect_success("get-caller-identity")
        .json();
    assert_eq!(caller["Arn"], "arn:aws:iam::444455556666:root");
    // The client signs for its own Region for IAM too, since it was told the endpoint.
    let users = server
        .aws(&ground, &["iam", "list-users"])
        .expect_success("list-users")
        .json();
    assert_eq!(users["Users"].as_array().unwrap().len(), 0);
    server.stop();
}

#[test]
fn a_record_that_was_put_back_is_found() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let key_id = server.client().create_key("AWS_KMS");
    server.stop();
    let database = ground.data().join("claviger.db");
    let older = fs::read(&database).unwrap();

    let server = Server::start(&ground, &[]);
    let _ = server
        .client()
        .call("DisableKey", &json!({ "KeyId": key_id }));
    server.stop();
    let _ = checked(&ground).expect_success("clavigerd check");

    // The disabled key would be enabled again.
    fs::write(&database, older).unwrap();
    let check = checked(&ground);
    assert!(!check.success, "an older record passes: {check:?}");
}

#[test]
fn an_edited_line_of_the_log_is_found() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let _ = server.client().create_key("AWS_KMS");
    server.stop();
    let segment = ground.audit().join("node-00000000000000000001.jsonl");
    let text = fs::read_to_string(&segment).unwrap();
    fs::write(&segment, text.replacen("CreateKey", "CreateKex", 1)).unwrap();

    assert!(!checked(&ground).success);
    let (log, key) = (ground.audit(), ground.data().join("audit.pub"));
    let verify = [
        "audit".as_ref(),
        "verify".as_ref(),
        log.as_os_str(),
        "--key".as_ref(),
        key.as_os_str(),
    ];
    let verified = end("claviger", verify);
    assert!(!verified.success, "an edited line passes: {verified:?}");
}

fn checked(ground: &Ground) -> Output {
    let data = ground.data();
    end(
        "clavigerd",
        ["check".as_ref(), "--data-dir".as_ref(), data.as_os_str()],
    )
}
