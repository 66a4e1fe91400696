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
fn a_failed_sync_of_any_file_ends_the_process() {
    each_fault(&Disk {
        ack: "write",
        files: &[],
    });
    each_fault(&Disk {
        ack: "fsync",
        files: &[],
    });
}

// strace counts each thread's syncs by themselves, and the first fault ends the session. So that one file's syncs do not hide
// another's, each has sessions of its own too.

#[test]
fn a_failed_sync_of_the_audit_log_ends_the_process() {
    let files = &[
        "audit/node-00000000000000000001.jsonl",
        "audit/node.checkpoints",
    ];
    each_fault(&Disk {
        ack: "fsync",
        files,
    });
}

#[test]
fn a_failed_sync_of_the_store_ends_the_process() {
    each_fault(&Disk {
        ack: "fsync",
        files: &["claviger.db", "claviger.db-wal"],
    });
}

/// Which syncs fail.
struct Disk {
    ack: &'static str,
    /// Below the data folder; all when there are none.
    files: &'static [&'static str],
}

fn each_fault(disk: &Disk) {
    let faults = (1..SYNCS_MAX)
        .take_while(|number| fault_fires(*number, disk))
        .count();
    println!(
        "--audit-ack {} {:?}: {faults} faults, each survived",
        disk.ack, disk.files
    );
    assert!(
        faults >= 3,
        "only {faults} faults fired: the injection does not reach the server"
    );
}

/// One session whose syncs with this number fail. Answers whether any did.
fn fault_fires(number: u32, disk: &Disk) -> bool {
    let ground = Ground::new();
    let trace = ground.path("trace");
    let text = |path: std::path::PathBuf| path.to_str().expect("a name").to_owned();
    // With -D the server stays this test's own child, so that ending it ends everything.
    let mut strace: Vec<String> = ["strace", "-D", "-f", "-ttt", "-o"]
        .map(str::to_owned)
        .into();
    strace.push(text(trace.clone()));
    strace.extend(["-e".to_owned(), "trace=fdatasync,fsync".to_owned()]);
    strace.extend([
        "-e".to_owned(),
        format!("inject=fdatasync,fsync:error=EIO:when={number}"),
    ]);
    for file in disk.files {
        strace.extend(["-P".to_owned(), text(ground.data().join(file))]);
    }
    let strace: Vec<&str> = strace.iter().map(String::as_str).collect();
    let session = match Server::try_start(&ground, &strace, &["--audit-ack", disk.ack]) {
        Ok(mut server) => {
            let session = Session::run(&server.client());
            // A fault that came meanwhile ends it; otherwise it is asked to end, which syncs once more.
            let status = match fault_time(&trace) {
                Some(_) => server.wait(DEATH_AT_MOST),
                None => Some(server.terminate()),
            };
            let status = status
                .unwrap_or_else(|| panic!("fault {number}: it lives on\n{}", server.journal()));
            let faulty = fault_time(&trace).is_some();
            assert_eq!(
                status.success(),
                !faulty,
                "fault {number}: {status}\n{}",
                server.journal()
            );
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

const DEATH_AT_MOST: Duration = Duration::from_secs(20);
const ROUNDS: u32 = 3;
const SYNCS_MAX: u32 = 500;
