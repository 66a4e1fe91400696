//! The system clock is set under a running service.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and knows what time it is"
)]

use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use claviger_e2e::{Ground, ImportParameters, Server, end, events};
use serde_json::json;

#[test]
fn a_clock_that_was_set_ahead_destroys_nothing_and_is_told() {
    let ground = Ground::new();
    let clock = SystemClock::of(&ground);
    let server = clock.start(&ground);
    let client = server.client();
    let leaving = client.create_key("AWS_KMS");
    let schedule = json!({ "KeyId": leaving, "PendingWindowInDays": 7 });
    let _ = client.call("ScheduleKeyDeletion", &schedule);
    let expiring = client.create_key("EXTERNAL");
    let parameters = ImportParameters::of(&client, &expiring, "RSAES_OAEP_SHA_256");
    let mut import = parameters.import(&expiring, &[7; 32]);
    import["ExpirationModel"] = json!("KEY_MATERIAL_EXPIRES");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    import["ValidTo"] = json!(now.as_secs() + 86_400);
    let _ = client.call("ImportKeyMaterial", &import);

    clock.set_ahead(EIGHT_DAYS);
    until_told(&server, "\"seconds\":691");
    // Two more rounds of the jobs.
    sleep(Duration::from_secs(2));
    let data = ground.data();
    let arguments = ["status".as_ref(), "--data-dir".as_ref(), data.as_os_str()];
    let status = end("clavigerd", arguments).expect_success("clavigerd status");
    assert!(status.stdout.contains("set by +691"), "{status:?}");
    clock.set_ahead(0);
    until_told(&server, "\"seconds\":-691");
    assert_eq!(state(&server, &leaving), "PendingDeletion");
    assert_eq!(state(&server, &expiring), "Enabled");
    let cancel = json!({ "KeyId": leaving });
    let _ = client.call("CancelKeyDeletion", &cancel);
    let _ = client.call("ScheduleKeyDeletion", &schedule);
    server.stop();

    // A start has nothing else to believe, and so a wrong clock that was put right is believed too.
    clock.set_ahead(EIGHT_DAYS);
    let server = clock.start(&ground);
    // Nobody can ask the service meanwhile: signatures of today are old by its clock.
    for done in ["DeleteExpiredKeyMaterial", "DeleteKey"] {
        until(&server, done, || {
            let events = events(&ground.audit());
            events.iter().any(|event| event["eventName"] == done)
        });
    }
    clock.set_ahead(0);
    let describe = json!({ "KeyId": leaving });
    let gone = server.client().send("DescribeKey", &describe);
    assert_eq!(gone.error(), "NotFoundException", "{gone:?}");
    assert_eq!(state(&server, &expiring), "PendingImport");
    server.stop();
}

/// What a service that is started with it takes for the system's clock.
struct SystemClock {
    shim: String,
    ahead: std::path::PathBuf,
}

impl SystemClock {
    fn of(ground: &Ground) -> Self {
        let source = ground.file("clock.c", include_bytes!("../shims/clock.c"));
        let library = ground.path("clock.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]);
        let compiled = compiler.arg(&library).arg(&source).status();
        assert!(compiled.expect("a C compiler").success());
        let ahead = ground.file("ahead", b"0");
        Self {
            shim: library.display().to_string(),
            ahead,
        }
    }

    fn start(&self, ground: &Ground) -> Server {
        let preload = format!("LD_PRELOAD={}", self.shim);
        let ahead = format!("CLOCK_AHEAD={}", self.ahead.display());
        Server::try_start(ground, &["env", &preload, &ahead], &[]).unwrap()
    }

    fn set_ahead(&self, seconds: i64) {
        let whole = self.ahead.with_extension("new");
        fs::write(&whole, seconds.to_string()).unwrap();
        fs::rename(&whole, &self.ahead).unwrap();
    }
}

fn state(server: &Server, key: &str) -> String {
    let describe = json!({ "KeyId": key });
    let described = server.client().call("DescribeKey", &describe);
    let state = described["KeyMetadata"]["KeyState"].as_str();
    state.unwrap().to_owned()
}

/// Waits for a word of the service.
fn until_told(server: &Server, word: &str) {
    until(server, word, || server.journal().contains(word));
}

/// Waits for what the service does by itself.
fn until(server: &Server, what: &str, is_done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_done() {
        assert!(Instant::now() < deadline, "no {what}: {}", server.journal());
        sleep(Duration::from_millis(50));
    }
}

const EIGHT_DAYS: i64 = 8 * 86_400;
