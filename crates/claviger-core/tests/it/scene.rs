//! A deployment in memory, with its audit log in a folder of its own.

use std::{
    cell::Cell,
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
};

use claviger_audit::{Ack, Log, Recovery, Settings, VerifierKey, verify};
use claviger_core::{
    Core, Parts, Principals,
    call::{Call, Caller, Origin},
    check,
    clock::Clock,
    error::Error,
    jobs, ops,
    pipeline::Route,
    records::Records,
};
use claviger_crypto::{
    Rng, SystemRng,
    barrier::{Barrier, RecordId},
    import::{KeyPool, PoolLimits},
    keyring::Keyring,
};
use claviger_model::{Operation, Region};
use claviger_store::{Batch, Faulty, Kv, Memory};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::people::People;
pub(crate) use crate::people::{powerless, root};

/// The output as JSON, or the refusal.
pub(crate) type Answer = Result<Value, Error>;

/// A running service.
pub(crate) struct Scene {
    pub(crate) core: Arc<Core>,
    pub(crate) at_rest: Deployment,
}

/// What is left of it when it does not run.
pub(crate) struct Deployment {
    pub(crate) store: Arc<Memory>,
    pub(crate) faulty: Arc<Faulty>,
    pub(crate) people: Arc<People>,
    pub(crate) draws: Arc<Draws>,
    barrier: Arc<Barrier>,
    dir: TempDir,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Deployment::new().start().await
    }

    /// Ends the service in order.
    pub(crate) async fn stop(self) -> Deployment {
        self.core.close().await;
        self.at_rest
    }

    /// The same store and log under a new process: nothing is cached.
    pub(crate) async fn restart(self) -> Self {
        self.stop().await.start().await
    }

    /// The same without a farewell: the outbox keeps what it has.
    pub(crate) async fn crash(self) -> Self {
        let Self { core, at_rest } = self;
        drop(core);
        at_rest.start().await
    }

    /// A call of [`root`] in [`REGION`].
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Answer {
        self.send(&root(ACCOUNT), operation, body.to_string()).await
    }

    /// A call that must succeed.
    pub(crate) async fn ok(&self, operation: &str, body: Value) -> Value {
        let shown = body.to_string();
        let answer = self.call(operation, body).await;
        answer.unwrap_or_else(|error| panic!("{operation} {shown}: {error}"))
    }

    pub(crate) async fn send(&self, caller: &Arc<Caller>, operation: &str, body: String) -> Answer {
        self.send_as(Uuid::nil(), caller, operation, body).await
    }

    pub(crate) async fn send_as(
        &self,
        request_id: Uuid,
        caller: &Arc<Caller>,
        operation: &str,
        body: String,
    ) -> Answer {
        self.send_to(REGION, request_id, caller, operation, body)
            .await
    }

    /// A call of [`root`] in another Region.
    pub(crate) async fn call_in(&self, region: &str, operation: &str, body: Value) -> Answer {
        let caller = root(ACCOUNT);
        self.send_to(region, Uuid::nil(), &caller, operation, body.to_string())
            .await
    }

    /// One that must succeed.
    pub(crate) async fn ok_in(&self, region: &str, operation: &str, body: Value) -> Value {
        let shown = body.to_string();
        let answer = self.call_in(region, operation, body).await;
        answer.unwrap_or_else(|error| panic!("{operation} {shown} in {region}: {error}"))
    }

    pub(crate) async fn send_to(
        &self,
        region: &str,
        request_id: Uuid,
        caller: &Arc<Caller>,
        operation: &str,
        body: String,
    ) -> Answer {
        let (route, call) = call_of(region, request_id, caller, operation, body);
        let output = self.core.handle(route, call).await?;
        Ok(match output.as_slice() {
            [] => Value::Null,
            json => serde_json::from_slice(json).unwrap(),
        })
    }

    /// A call of [`root`] that may run beside others.
    pub(crate) fn handling(
        &self,
        region: &str,
        operation: &str,
        body: Value,
    ) -> impl Future<Output = claviger_core::call::Answer> + Send + 'static {
        let caller = root(ACCOUNT);
        let (route, call) = call_of(region, Uuid::nil(), &caller, operation, body.to_string());
        self.core.handle(route, call)
    }

    /// Moves the clock and does what became due.
    pub(crate) async fn advance(&self, seconds: u32) {
        jobs::advance_clock(&self.core, seconds).await.unwrap();
    }

    pub(crate) async fn key_state(&self, key: &str) -> String {
        let described = self
            .ok("DescribeKey", serde_json::json!({"KeyId": key}))
            .await;
        described["KeyMetadata"]["KeyState"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A new key; gives its ARN.
    pub(crate) async fn new_key(&self, body: Value) -> String {
        let created = self.ok("CreateKey", body).await;
        created["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        self.at_rest.events()
    }
}

/// Scenes that this test makes from here on have request quotas in force.
pub(crate) fn with_request_quotas() {
    REQUEST_QUOTAS.set(true);
}

impl Deployment {
    fn new() -> Self {
        let store = Arc::new(Memory::new());
        let keyring = Keyring::generate(&SystemRng).unwrap();
        Self {
            faulty: Arc::new(Faulty::new(Arc::clone(&store) as Arc<dyn Kv>)),
            store,
            people: Arc::default(),
            draws: Arc::default(),
            barrier: Arc::new(Barrier::new(keyring)),
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) async fn start(self) -> Scene {
        self.try_start().await.unwrap()
    }

    pub(crate) async fn try_start(self) -> Result<Scene, Error> {
        let core = Core::open(Parts {
            records: self.records(),
            audit: self.open_log(),
            clock: Arc::new(Clock::new(|| NOW_MS.get(), || PASSED_MS.get())),
            rng: Arc::clone(&self.draws) as Arc<dyn Rng>,
            pool: pool(),
            principals: Arc::clone(&self.people) as Arc<dyn Principals>,
            regions: Region::is_in_aws_partition,
            request_quotas: REQUEST_QUOTAS.get(),
        })
        .await?;
        Ok(Scene {
            core,
            at_rest: self,
        })
    }

    fn open_log(&self) -> (Log, Recovery) {
        let fatal = |text: &str| panic!("{text}");
        let settings = Settings::new(self.audit_dir(), "n1", ORIGIN, Ack::Write, fatal);
        let seed = self.barrier.keyring().audit_seed().expose();
        Log::open(settings, seed, || START_MS).unwrap()
    }

    /// Another deployment with the same content.
    pub(crate) async fn fork(&self) -> Self {
        let fork = self.over(Arc::new(Memory::new()));
        fork.adopt(self).await;
        std::fs::create_dir(fork.audit_dir()).unwrap();
        for file in std::fs::read_dir(self.audit_dir()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), fork.audit_dir().join(file.file_name())).unwrap();
        }
        fork
    }

    /// Takes over what `other` has stored, in the order in which it was committed; the log stays as it is.
    pub(crate) async fn adopt(&self, other: &Self) {
        let mut entries = other.store.scan(b"", None, usize::MAX).await.unwrap();
        entries.sort_by_key(|entry| entry.revision);
        for entry in entries {
            let batch = Batch::new().put(entry.key, entry.value);
            self.store.commit(batch).await.unwrap();
        }
    }

    /// Another node on the same store: its log is its own.
    pub(crate) fn twin(&self) -> Self {
        self.over(Arc::clone(&self.store))
    }

    fn over(&self, store: Arc<Memory>) -> Self {
        Self {
            faulty: Arc::new(Faulty::new(Arc::clone(&store) as Arc<dyn Kv>)),
            store,
            people: Arc::clone(&self.people),
            draws: Arc::default(),
            barrier: Arc::clone(&self.barrier),
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// Replaces a record of [`ACCOUNT`] by another content in its first format, sealed as the service seals it.
    pub(crate) async fn forge(&self, path: &str, version: u64, content: &[u8]) {
        let (table, id) = path.split_once('/').unwrap();
        let at = RecordId {
            account: ACCOUNT.parse().unwrap(),
            table,
            id: id.as_bytes(),
        };
        let plaintext = [&[1], content].concat();
        let sealed = self.barrier.seal(&at, version, &plaintext, &SystemRng);
        self.put(path, &sealed.unwrap()).await;
    }

    /// What `clavigerd check` would say is wrong.
    pub(crate) async fn problems(&self) -> Vec<String> {
        let key = VerifierKey::of_seed(ORIGIN, self.barrier.keyring().audit_seed().expose());
        let (records, dir) = (self.records(), self.audit_dir());
        let findings = check::run(&records, &dir, &key.unwrap(), &check::READERS).await;
        findings.unwrap().problems
    }

    /// Every stored value by its path.
    pub(crate) async fn dump(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = self.store.scan(b"", None, usize::MAX).await.unwrap();
        let entries = entries.into_iter();
        entries
            .map(|entry| (String::from_utf8(entry.key).unwrap(), entry.value))
            .collect()
    }

    /// The paths of a table.
    pub(crate) async fn paths(&self, table: &str) -> Vec<String> {
        let all = self.dump().await.into_keys();
        all.filter(|path| path.split('/').next() == Some(table))
            .collect()
    }

    pub(crate) async fn remove(&self, path: &str) {
        self.store.commit(Batch::new().delete(path)).await.unwrap();
    }

    pub(crate) async fn fill(&self, batch: Batch) {
        self.store.commit(batch).await.unwrap();
    }

    pub(crate) async fn put(&self, path: &str, value: &[u8]) {
        self.store
            .commit(Batch::new().put(path, value))
            .await
            .unwrap();
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        let lines = verify::lines(&self.audit_dir()).unwrap();
        lines
            .map(|line| serde_json::from_slice(&line.unwrap().event).unwrap())
            .collect()
    }

    /// How many whole lines the log has; what stands behind them is none yet, or none any more.
    pub(crate) fn count_lines(&self) -> usize {
        let lines = verify::lines(&self.audit_dir()).unwrap();
        lines.map_while(Result::ok).count()
    }

    fn records(&self) -> Records {
        Records::new(
            Arc::clone(&self.faulty) as Arc<dyn Kv>,
            Arc::clone(&self.barrier),
        )
    }

    fn audit_dir(&self) -> PathBuf {
        self.dir.path().join("audit")
    }
}

/// The system's randomness, and how many bytes each draw took.
#[derive(Default)]
pub(crate) struct Draws(Mutex<Vec<usize>>);

impl Draws {
    /// The draws since the last time that somebody asked.
    pub(crate) fn take(&self) -> Vec<usize> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Rng for Draws {
    fn fill(&self, out: &mut [u8]) -> Result<(), claviger_crypto::Error> {
        self.0.lock().unwrap().push(out.len());
        SystemRng.fill(out)
    }
}

fn call_of(
    region: &str,
    request_id: Uuid,
    caller: &Arc<Caller>,
    operation: &str,
    body: String,
) -> (Route, Call) {
    let route = ops::route(Operation::from_name(operation).unwrap());
    let call = Call {
        caller: Arc::clone(caller),
        region: Region::parse(region).unwrap(),
        body: body.into(),
        request_id,
        origin: Arc::new(Origin {
            source_ip: "192.0.2.1".to_owned(),
            ..Origin::default()
        }),
    };
    (route, call)
}

/// Moves the test's own clock: the service finds itself later, and no job has run.
pub(crate) fn wait_seconds(seconds: i64) {
    set_clock_ahead(seconds);
    PASSED_MS.set(PASSED_MS.get() + seconds * 1000);
}

/// The wall clock is set ahead, or back, although no time has passed.
pub(crate) fn set_clock_ahead(seconds: i64) {
    NOW_MS.set(NOW_MS.get() + seconds * 1000);
}

/// The end of an answer that must be a refusal.
pub(crate) fn refusal(answer: Answer) -> (String, Option<String>) {
    let error = answer.expect_err("a refusal");
    (error.code().to_owned(), error.message().map(str::to_owned))
}

/// The code of a refusal, or an empty text for success.
pub(crate) fn code(answer: &Answer) -> &str {
    answer.as_ref().map_or_else(Error::code, |_| "")
}

/// The ARN of a key that there is not.
pub(crate) fn absent(arn: &str) -> String {
    arn.replace(key_id(arn), "00000000-0000-4000-8000-000000000000")
}

pub(crate) fn key_id(arn: &str) -> &str {
    arn.rsplit_once('/').unwrap().1
}

/// Finding an RSA pair takes a tenth of a second, so all tests of the process share one pool.
fn pool() -> Arc<KeyPool> {
    static POOL: OnceLock<Arc<KeyPool>> = OnceLock::new();
    let limits = PoolLimits {
        depth: 2,
        waiters_max: 64,
    };
    Arc::clone(POOL.get_or_init(|| Arc::new(KeyPool::start(limits).unwrap())))
}

thread_local! {
    /// Each test has a thread, and so a clock, of its own.
    static REQUEST_QUOTAS: Cell<bool> = const { Cell::new(false) };
    static NOW_MS: Cell<i64> = const { Cell::new(START_MS) };
    static PASSED_MS: Cell<i64> = const { Cell::new(0) };
}

/// 2026-01-02T03:04:05Z.
pub(crate) const START_MS: i64 = 1_767_323_045_000;
pub(crate) const HOUR: u32 = 3600;
pub(crate) const DAY: u32 = 24 * HOUR;
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER_ACCOUNT: &str = "444455556666";
pub(crate) const REGION: &str = "us-east-1";
const ORIGIN: &str = "claviger.example/audit";
