//! Bad input gets AWS's error with status 400, changes nothing, and the server still answers.
//!
//! Three tables: every rule of the API model broken in turn, bodies that are no request at all, and imports that must not
//! succeed. After each request all that a client can see is compared with what it saw before.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail loudly"
)]

mod bodies;
mod imports;
mod model;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_e2e::{Client, Ground, ImportParameters, Server, State};
use serde_json::{Value, json};

/// A request and the error that it gets.
struct Case {
    what: String,
    target: String,
    body: Vec<u8>,
    error: &'static str,
}

impl Case {
    fn of(operation: &str, what: &str, input: &Value, error: &'static str) -> Self {
        Self::raw(
            &format!("TrentService.{operation}"),
            what,
            input.to_string().into_bytes(),
            error,
        )
    }

    fn raw(target: &str, what: &str, body: Vec<u8>, error: &'static str) -> Self {
        Self {
            what: what.to_owned(),
            target: target.to_owned(),
            body,
            error,
        }
    }
}

#[test]
fn every_rule_of_the_model_is_kept() {
    let (ground, server) = populated();
    let cases = model::cases();
    assert!(cases.len() >= 300, "only {} cases", cases.len());
    refuses_all(&server, &cases);
    drop(ground);
}

#[test]
fn what_is_no_request_is_refused() {
    let (ground, server) = populated();
    refuses_all(&server, &bodies::cases());
    drop(ground);
}

#[test]
fn an_import_that_breaks_a_rule_leaves_the_key_as_it_was() {
    let (ground, server) = populated();
    let client = server.client();
    refuses_all(&server, &imports::cases(&client));

    let key_id = client.create_key("EXTERNAL");
    let parameters = ImportParameters::of(&client, &key_id, "RSAES_OAEP_SHA_256");
    let late = parameters.import(&key_id, &[7; 32]);
    server.advance(Duration::from_secs(24 * 60 * 60 + 60));
    let expired = Case::of(
        "ImportKeyMaterial",
        "a token of yesterday",
        &late,
        "ExpiredImportTokenException",
    );
    refuses_all(&server, &[expired]);
    drop(ground);
}

/// A server with a key of each origin, one of them imported, an alias and tags, so that there is something to change.
fn populated() -> (Ground, Server) {
    let ground = Ground::new();
    let server = Server::start(&ground, &["--test-clock"]);
    let client = server.client();
    let tags = json!([{ "TagKey": "a", "TagValue": "1" }]);
    let own = client.call("CreateKey", &json!({ "Description": "own", "Tags": tags }));
    let own = own["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let _ = client.call(
        "CreateAlias",
        &json!({ "AliasName": "alias/own", "TargetKeyId": own }),
    );
    let imported = client.create_key("EXTERNAL");
    let parameters = ImportParameters::of(&client, &imported, "RSAES_OAEP_SHA_256");
    let _ = client.call("ImportKeyMaterial", &parameters.import(&imported, &[1; 32]));
    let _ = client.create_key("EXTERNAL");
    (ground, server)
}

fn refuses_all(server: &Server, cases: &[Case]) {
    let client = server.client();
    let before = State::of(&client);
    let mut wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| wrong_answer(&client, case, &before))
        .collect();
    println!("{} requests, {} answered wrongly", cases.len(), wrong.len());
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn wrong_answer(client: &Client, case: &Case, before: &State) -> Option<String> {
    let answer = match client.send_bytes(&case.target, &case.body) {
        Ok(answer) => answer,
        Err(error) => return Some(format!("{} {}: no answer: {error}", case.target, case.what)),
    };
    let right =
        answer.status == 400 && answer.error() == case.error && !answer.request_id.is_empty();
    if !right {
        return Some(format!(
            "{} {}: expected {}, got {answer:?}",
            case.target, case.what, case.error
        ));
    }
    (State::of(client) != *before)
        .then(|| format!("{} {}: changed something", case.target, case.what))
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
