//! A sync that the disk refuses ends the process. After it, nothing is acknowledged; and what was acknowledged before it is there.
//!
//! strace makes the N-th `fsync` or `fdatasync` of each thread fail, for N = 1, 2, 3 … until a whole session passes without one
//! that fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail loudly"
)]

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use claviger_e2e::{Client, Ground, Server, end};
use serde_json::{Value, json};

#[test]
fn a_failed_sync_ends_the_process() {
    for ack in ["write", "fsync"] {
        let faults = (1..SYNCS_MAX)
            .take_while(|number| fault_fires(*number, ack))
            .count();
        println!("--audit-ack {ack}: {faults} faults, each survived");
        assert!(
            faults >= 5,
            "only {faults} faults fired: the injection does not reach the server"
        );
    }
}

/// One session whose syncs with this number fail. Answers whether any did.
fn fault_fires(number: u32, ack: &str) -> bool {
    let ground = Ground::new();
    let trace = ground.path("trace");
    let inject = format!("inject=fdatasync,fsync:error=EIO:when={number}");
    let trace_name = trace.to_str().expect("a name");
    // With -D the server stays this test's own child, so that ending it ends everything.
    let strace = [
        "strace",
        "-D",
        "-f",
        "-ttt",
        "-o",
        trace_name,
        "-e",
        "trace=fdatasync,fsync",
        "-e",
        &inject,
    ];
    let session = match Server::try_start(&ground, &strace, &["--audit-ack", ack]) {
        Ok(mut server) => {
            let session = Session::run(&server.client());
            if fault_time(&trace).is_some() {
                let status = server.wait(Duration::from_secs(20));
                let status = status.unwrap_or_else(|| {
                    panic!("fault {number}: the server lives on\n{}", server.journal())
                });
                assert!(
                    !status.success(),
                    "fault {number}: the server ended as if all were well"
                );
            } else {
                server.stop();
            }
            session
        }
        Err(error) => {
            assert!(fault_time(&trace).is_some(), "fault {number}: {error}");
            Session::default()
        }
    };
    let fault = fault_time(&trace);
    if let Some(fault) = fault {
        let late = session.calls.iter().find(|call| call.started > fault);
        assert!(
            late.is_none(),
            "fault {number} at {fault:?}: acknowledged afterwards: {late:?}"
        );
    }
    restart_is_clean(&ground, &session);
    fault.is_some()
}

/// The calls of one session, one after the other, that were acknowledged.
#[derive(Default)]
struct Session {
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    started: Duration,
    operation: &'static str,
    key_id: String,
}

impl Session {
    /// Creates keys and changes them until the session is long enough for the log's checkpoints too, or the server is gone.
    fn run(client: &Client) -> Self {
        let mut session = Self::default();
        let _ = session.try_run(client);
        session
    }

    fn try_run(&mut self, client: &Client) -> Option<()> {
        for round in 0..ROUNDS {
            let created = self.call(
                client,
                "CreateKey",
                "",
                &json!({ "Description": format!("{round}") }),
            )?;
            let id = created["KeyMetadata"]["KeyId"]
                .as_str()
                .expect("an id")
                .to_owned();
            self.calls
                .last_mut()
                .expect("a call")
                .key_id
                .clone_from(&id);
            self.call(
                client,
                "TagResource",
                &id,
                &json!({ "KeyId": id, "Tags": [{ "TagKey": "a", "TagValue": "1" }] }),
            )?;
            self.call(
                client,
                "GenerateDataKey",
                &id,
                &json!({ "KeyId": id, "KeySpec": "AES_256" }),
            )?;
            self.call(client, "DisableKey", &id, &json!({ "KeyId": id }))?;
            std::thread::sleep(Duration::from_millis(600));
        }
        Some(())
    }

    fn call(
        &mut self,
        client: &Client,
        operation: &'static str,
        key_id: &str,
        input: &Value,
    ) -> Option<Value> {
        let started = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a time after 1970");
        let answer = client.try_send(operation, input).ok()?;
        // A server that can no longer write may still say so before it ends; that is no acknowledgement.
        if answer.status != 200 {
            return None;
        }
        self.calls.push(Call {
            started,
            operation,
            key_id: key_id.to_owned(),
        });
        Some(answer.body)
    }
}

/// When the first fault was injected.
fn fault_time(trace: &Path) -> Option<Duration> {
    let text = fs::read_to_string(trace).unwrap_or_default();
    let line = text.lines().find(|line| line.contains("(INJECTED)"))?;
    // `PID SECONDS.MICROSECONDS call(…) = -1 EIO … (INJECTED)`
    let seconds: f64 = line
        .split_whitespace()
        .find_map(|word| word.contains('.').then(|| word.parse().ok())?)?;
    Some(Duration::from_secs_f64(seconds))
}

fn restart_is_clean(ground: &Ground, session: &Session) {
    let server = Server::start(ground, &[]);
    let client = server.client();
    for call in &session.calls {
        let described =
            client.call("DescribeKey", &json!({ "KeyId": call.key_id }))["KeyMetadata"].clone();
        if call.operation == "DisableKey" {
            assert_eq!(
                described["KeyState"], "Disabled",
                "an acknowledged change is lost"
            );
        }
        if call.operation == "TagResource" {
            let tags = client.call("ListResourceTags", &json!({ "KeyId": call.key_id }));
            assert_eq!(
                tags["Tags"][0]["TagKey"], "a",
                "an acknowledged tag is lost"
            );
        }
    }
    server.stop();
    let data = ground.data();
    let _ = end(
        "clavigerd",
        ["check".as_ref(), "--data-dir".as_ref(), data.as_os_str()],
    )
    .expect_success("clavigerd check");
}

const ROUNDS: u32 = 3;
const SYNCS_MAX: u32 = 500;
