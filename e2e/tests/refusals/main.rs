//! Every operation refuses whoever may not call it, by whatever form of identifier, and nothing changes.
//!
//! The callers: nobody, a forged signature, a session that expired, an access key that nobody has, a user without rights,
//! one with all rights and an explicit deny, and users of another account that have only one side of the permission.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail loudly"
)]

mod callers;
mod operations;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use claviger_e2e::{Answer, Ground, State};
use serde_json::Value;

use callers::{Caller, Kind, Scene};
use operations::{Names, OPERATIONS};

#[test]
fn every_operation_of_the_model_has_its_row() {
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/../model/kms.json");
    let facts: Value = serde_json::from_str(&fs::read_to_string(facts).unwrap()).unwrap();
    let modelled: BTreeSet<&str> = facts["operations"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let listed: BTreeSet<&str> = OPERATIONS.iter().map(|row| row.name).collect();
    assert_eq!(listed, modelled);
    assert_eq!(listed.len(), OPERATIONS.len(), "a row is there twice");
}

#[test]
fn whoever_may_not_is_refused_and_nothing_changes() {
    let ground = Ground::new();
    let scene = Scene::set(&ground);
    let before = State::of(&scene.owner);
    let mut wrong = Vec::new();
    let mut sent = Vec::new();
    for caller in &scene.callers {
        let names = scene.names(caller);
        for row in OPERATIONS.iter().filter(|row| caller.meets(row)) {
            for form in row.forms() {
                let answer = caller.send(row.name, &row.body(&names, *form));
                wrong.extend(complaint(caller, row, *form, &answer));
                sent.push((answer.request_id, caller.authentic, row.name));
            }
        }
        assert_eq!(
            State::of(&scene.owner),
            before,
            "changed by {}",
            caller.what
        );
    }
    println!("{} requests, {} answered wrongly", sent.len(), wrong.len());
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    each_left_its_trace(&ground, scene, &sent);
}

fn complaint(
    caller: &Caller,
    row: &operations::Row,
    form: operations::Form,
    answer: &Answer,
) -> Option<String> {
    let right = answer.status == 400
        && !answer.request_id.is_empty()
        && caller.errors(row, form).contains(&answer.error());
    (!right).then(|| {
        let expected = caller.errors(row, form).join(" or ");
        format!(
            "{} as {} by {form:?}: expected {expected}, got {answer:?}",
            row.name, caller.what
        )
    })
}

/// Who was authenticated stands in the audit log exactly once; who was not stands there not at all, but is counted.
fn each_left_its_trace(ground: &Ground, scene: Scene, sent: &[(String, bool, &str)]) {
    scene.server.stop();
    let mut events: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in claviger_e2e::events(&ground.audit()) {
        if let Some(id) = event["requestID"].as_str() {
            let name = event["eventName"].as_str().unwrap().to_owned();
            events.entry(id.to_owned()).or_default().push(name);
        }
    }
    for (request_id, authentic, operation) in sent {
        let found = events
            .get(request_id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if *authentic {
            assert_eq!(found, [*operation], "{request_id}");
        } else {
            assert!(found.is_empty(), "{request_id}: {found:?}");
        }
    }
    let refused = sent.iter().filter(|(_, authentic, _)| !authentic).count();
    let logged = claviger_e2e::security_log(ground);
    assert!(!logged.is_empty(), "the security log is empty");
    assert!(
        logged.len() < refused,
        "{} lines for {refused} requests: the log has no limit",
        logged.len()
    );
}

impl Scene {
    /// The owner's names, of the key that this caller is tried on.
    fn names(&self, caller: &Caller) -> Names<'_> {
        let open = caller.kind == Kind::ForeignWithoutIdentity;
        let (key_id, alias, blob) = if open {
            (&self.open_key_id, "alias/open", &self.blobs[1])
        } else {
            (&self.key_id, "alias/own", &self.blobs[0])
        };
        Names {
            account: &self.account,
            key_id,
            alias,
            blob,
            grant_id: &self.grant_id,
        }
    }
}
