//! The service when what surrounds it fails: nobody reads what it prints, its files vanish or are lost, clients hold more
//! connections than it may have files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use claviger_e2e::{Ground, Output, Server, end};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};
use serde_json::json;

#[test]
fn a_service_whose_words_nobody_reads_serves_on() {
    // The pipe's reader is gone; it is there, but never reads; the disk below the file is full.
    let gone = "exec 3<>$0; exec \"$@\" >$0 2>&1 3>&-";
    let idle = "exec 3<>$0; head -c 61440 /dev/zero >&3; exec \"$@\" >$0 2>&1";
    let full = "exec \"$@\" >/dev/full 2>&1";
    for output in [gone, idle, full] {
        let ground = Ground::new();
        let pipe = ground.path("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let under = ["sh", "-c", output, pipe.to_str().unwrap()];
        let server = Server::try_start(&ground, &under, &[]).unwrap();
        make_it_complain(&server);
        let client = server.client();
        let key = client.call("CreateKey", &json!({}))["KeyMetadata"]["KeyId"].clone();
        let _ = client.call("Encrypt", &json!({ "KeyId": key, "Plaintext": "aGk=" }));
        server.stop();
        let _ = checked(&ground).expect_success("clavigerd check");
    }
}

/// Lets it have no further file for a while, which it has something to say about twenty times a second.
fn make_it_complain(server: &Server) {
    let process = pid(server);
    let handles = format!("/proc/{}/fd", server.id());
    let files = fs::read_dir(handles).unwrap().count();
    let limit = Rlimit {
        current: Some(files.try_into().unwrap()),
        ..getrlimit(Resource::Nofile)
    };
    let before = prlimit(Some(process), Resource::Nofile, limit).unwrap();
    let waiting = silent_connections(server, 8);
    sleep(Duration::from_secs(3));
    prlimit(Some(process), Resource::Nofile, before).unwrap();
    drop(waiting);
}

#[test]
fn a_folder_that_vanishes_ends_the_process() {
    let files = ["claviger.db", "claviger.db-wal", "audit/node.checkpoints"];
    for lost in ["", "audit"].into_iter().chain(files) {
        let ground = Ground::new();
        let mut server = Server::start(&ground, &[]);
        let path = ground.data().join(lost);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        let status = server.wait(Duration::from_secs(10));
        let status = status.unwrap_or_else(|| panic!("it serves on without {}", path.display()));
        assert_eq!(status.code(), Some(74), "{}", server.journal());
        let named = ground.data().display().to_string();
        assert!(server.journal().contains(&named), "{}", server.journal());
    }
}

#[test]
fn an_audit_log_that_is_replaced_by_a_copy_of_it_ends_the_process() {
    let ground = Ground::new();
    let mut server = Server::start(&ground, &[]);
    let [log, aside] = ["audit", "aside"].map(|name| ground.data().join(name));
    fs::rename(&log, &aside).unwrap();
    fs::create_dir(&log).unwrap();
    for file in fs::read_dir(&aside).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), log.join(file.file_name())).unwrap();
    }
    let status = server.wait(Duration::from_secs(10)).expect("an end");
    assert_eq!(status.code(), Some(74), "{}", server.journal());
    let named = log.display().to_string();
    assert!(server.journal().contains(&named), "{}", server.journal());
}

#[test]
fn what_was_lost_is_not_begun_anew() {
    type Loss = fn(&Path);
    let losses: [(&str, Loss); 5] = [
        ("audit/node.checkpoints", |data| {
            fs::remove_file(data.join("audit/node.checkpoints")).unwrap();
        }),
        ("claviger.db", |data| {
            fs::remove_file(data.join("claviger.db")).unwrap();
        }),
        ("claviger.db", |data| {
            fs::write(data.join("claviger.db"), "").unwrap();
        }),
        ("audit", |data| {
            fs::remove_dir_all(data.join("audit")).unwrap();
        }),
        // A file system of its own that is not mounted.
        ("audit", |data| {
            fs::remove_dir_all(data.join("audit")).unwrap();
            fs::create_dir(data.join("audit")).unwrap();
        }),
    ];
    for (part, lose) in losses {
        let ground = Ground::new();
        Server::start(&ground, &[]).stop();
        lose(&ground.data());
        let check = checked(&ground);
        assert!(!check.success, "{check:?}");
        let started = Server::try_start(&ground, &[], &[]);
        let refused = started.err().expect("a refusal");
        let named = ground.data().join(part).display().to_string();
        assert!(refused.contains(&named), "{refused}");
    }
}

#[test]
fn what_stands_in_the_way_of_a_start_is_named() {
    let ground = Ground::new();
    Server::start(&ground, &[]).stop();
    for name in ["security.log", "control.sock", "audit.pub", "lock"] {
        let path = ground.data().join(name);
        let aside = fs::rename(&path, ground.path(name)).is_ok();
        fs::create_dir(&path).unwrap();
        let refused = Server::try_start(&ground, &[], &[])
            .err()
            .expect("a refusal");
        assert!(refused.contains(path.to_str().unwrap()), "{refused}");
        fs::remove_dir(&path).unwrap();
        if aside {
            fs::rename(ground.path(name), &path).unwrap();
        }
    }
    Server::start(&ground, &[]).stop();
}

#[test]
fn clients_cannot_take_every_file_that_the_service_may_have() {
    let ground = Ground::new();
    let limited = ["prlimit", "--nofile=150:150"];
    let server = Server::try_start(&ground, &limited, &["--threads", "2"]).unwrap();
    let held = silent_connections(&server, 200);
    sleep(Duration::from_secs(1));
    let handles = fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap();
    assert!(handles.count() < 145);
    drop(held);
    assert_eq!(server.client().send("ListKeys", &json!({})).status, 200);
    let journal = server.journal();
    assert!(!journal.contains("could not be accepted"), "{journal}");
    server.stop();
}

#[test]
fn bodies_that_are_announced_and_never_come_take_no_memory() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let before = resident_kib(&server);
    let head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: TrentService.ListKeys\r\nContent-Length: 250000\r\n\r\n{";
    let mut held = silent_connections(&server, 400);
    for stream in &mut held {
        stream.write_all(head.as_bytes()).unwrap();
    }
    sleep(Duration::from_secs(1));
    assert_eq!(server.client().send("ListKeys", &json!({})).status, 200);
    let grown = resident_kib(&server).saturating_sub(before);
    assert!(grown < 60_000, "{grown} KiB for {} bodies", held.len());
    drop(held);
    server.stop();
}

fn resident_kib(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().trim().strip_suffix(" kB").unwrap();
    number.parse().unwrap()
}

#[test]
fn a_small_limit_on_files_that_may_be_raised_is_raised() {
    let ground = Ground::new();
    let limited = ["prlimit", "--nofile=150:8192"];
    let server = Server::try_start(&ground, &limited, &["--threads", "2"]).unwrap();
    let _held = silent_connections(&server, 400);
    let begun = Instant::now();
    assert_eq!(server.client().send("ListKeys", &json!({})).status, 200);
    // Otherwise it waits until the silent connections are given up.
    assert!(begun.elapsed() < Duration::from_secs(30));
    server.stop();
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_end() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let none = Rlimit {
        current: Some(0),
        ..getrlimit(Resource::Fsize)
    };
    let before = prlimit(Some(pid(&server)), Resource::Fsize, none).unwrap();
    let refused = server.client().send("ListKeys", &json!({}));
    assert_eq!(refused.status, 500, "{refused:?}");
    prlimit(Some(pid(&server)), Resource::Fsize, before).unwrap();
    // The log looks once in a while whether it can be written again.
    let deadline = Instant::now() + Duration::from_secs(30);
    while server.client().send("ListKeys", &json!({})).status != 200 {
        assert!(Instant::now() < deadline, "{}", server.journal());
        sleep(Duration::from_millis(50));
    }
    server.stop();
    let _ = checked(&ground).expect_success("clavigerd check");
}

#[test]
fn a_terminal_that_is_closed_stops_the_service_in_order_unless_it_is_to_outlive_it() {
    let ground = Ground::new();
    // The tests themselves may run under `nohup`.
    let in_a_terminal = ["env", "--default-signal=HUP"];
    let mut server = Server::try_start(&ground, &in_a_terminal, &[]).unwrap();
    kill_process(pid(&server), Signal::HUP).unwrap();
    let status = server.wait(Duration::from_secs(30)).expect("an end");
    assert!(status.success(), "{status}");
    assert!(!ground.data().join("control.sock").exists());

    let mut server = Server::try_start(&ground, &["nohup"], &[]).unwrap();
    kill_process(pid(&server), Signal::HUP).unwrap();
    assert!(server.wait(Duration::from_secs(1)).is_none());
    assert_eq!(server.client().send("ListKeys", &json!({})).status, 200);
    server.stop();
}

/// Connections of clients that have said nothing yet.
fn silent_connections(server: &Server, count: usize) -> Vec<TcpStream> {
    let address = server.credentials().endpoint.replace("http://", "");
    let connect = |_| TcpStream::connect(&address).unwrap();
    (0..count).map(connect).collect()
}

fn pid(server: &Server) -> Pid {
    Pid::from_raw(server.id().try_into().unwrap()).unwrap()
}

fn checked(ground: &Ground) -> Output {
    let data = ground.data();
    let arguments = ["check".as_ref(), "--data-dir".as_ref(), data.as_os_str()];
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let output = end("clavigerd", arguments);
        if output.success || !output.stderr.contains("in use") || Instant::now() > deadline {
            return output;
        }
        sleep(Duration::from_millis(50));
    }
}
