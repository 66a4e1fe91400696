//! The server is killed at random moments under mixed load. Nothing that it acknowledged may be lost or half there, and the
//! audit log holds every acknowledged call exactly once.
//!
//! Each worker owns keys that no other worker touches and keeps a [`Realm`]: what it was told that they are. It has at most one
//! call in flight when the server dies, so after the restart its keys are as before that call or as after it, and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod audit;
mod realm;
mod worker;

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use claviger_e2e::{Ground, Server, end, setting};
use fastrand::Rng;

use crate::audit::Acknowledged;
use crate::worker::Worker;

#[test]
fn no_acknowledged_call_is_lost_when_the_server_is_killed() {
    let rounds: u32 = setting("CLAVIGER_KILL_ROUNDS", 50);
    let seed: u64 = setting("CLAVIGER_SEED", fastrand::u64(..));
    println!("{rounds} rounds, CLAVIGER_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let ground = Ground::new();
    let mut workers: Vec<Worker> = (0..WORKERS)
        .map(|number| Worker::new(number, rng.fork()))
        .collect();
    let mut acknowledged = Acknowledged::default();

    let mut calls = 0;
    for round in 0..rounds {
        let delay = Duration::from_millis(rng.u64(0..=KILL_AFTER_MS_MAX));
        acknowledged.extend(loaded_until_killed(&ground, &mut workers, delay));

        let server = Server::start(&ground, &[]);
        let found = realm::all(&server.client());
        for worker in &mut workers {
            worker
                .recognise(&found, &server.client())
                .unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
        server.stop();
        calls = acknowledged
            .check(&ground.audit())
            .unwrap_or_else(|error| panic!("round {round}: {error}"));
        offline_checks(&ground);
    }
    println!("{calls} acknowledged calls");
    assert!(calls >= u64::from(rounds), "only {calls} calls: no load");
    report(&workers);
}

/// Starts the server, loads it, kills it after this time, and answers what it acknowledged.
fn loaded_until_killed(
    ground: &Ground,
    workers: &mut [Worker],
    delay: Duration,
) -> Vec<(String, &'static str)> {
    let server = Server::start(ground, &[]);
    let start = Barrier::new(workers.len() + 1);
    thread::scope(|scope| {
        let mut running = Vec::new();
        for worker in workers {
            let (client, start) = (server.client(), &start);
            running.push(scope.spawn(move || {
                start.wait();
                worker.call_until_refused(&client)
            }));
        }
        start.wait();
        thread::sleep(delay);
        server.kill();
        running
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker"))
            .collect()
    })
}

/// The operator's own checks agree.
fn offline_checks(ground: &Ground) {
    let data = ground.data();
    let _ = end(
        "clavigerd",
        ["check".as_ref(), "--data-dir".as_ref(), data.as_os_str()],
    )
    .expect_success("clavigerd check");
    let verified = end(
        "claviger",
        [
            "audit".as_ref(),
            "verify".as_ref(),
            ground.audit().as_os_str(),
            "--key".as_ref(),
            data.join("audit.pub").as_os_str(),
        ],
    );
    let _ = verified.expect_success("claviger audit verify");
}

fn report(workers: &[Worker]) {
    let mut totals: BTreeMap<&str, u32> = BTreeMap::new();
    for (operation, count) in workers.iter().flat_map(Worker::counts) {
        *totals.entry(operation).or_default() += count;
    }
    println!("{totals:?}");
}

const WORKERS: usize = 4;
const KILL_AFTER_MS_MAX: u64 = 400;
