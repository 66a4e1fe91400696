//! A deployment in memory with one account.

use std::sync::Arc;

use claviger_audit::{Ack, Log, Settings, VerifierKey, verify};
use claviger_core::{
    Core, Parts,
    call::{Answer, Call},
    check,
    clock::Clock,
    pipeline::Route,
    records::Records,
};
use claviger_crypto::{
    SystemRng,
    barrier::Barrier,
    import::{KeyPool, PoolLimits},
    keyring::Keyring,
};
use claviger_iam::{Authentication, Credential, Iam, RootCredentials, create_account};
use claviger_model::{AccountId, Region, Secret};
use claviger_store::{Batch, Faulty, Kv, Memory};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::idp::Idp;

pub(crate) struct Scene {
    pub(crate) core: Arc<Core>,
    pub(crate) iam: Arc<Iam>,
    pub(crate) faulty: Arc<Faulty>,
    /// Publishes keys to this deployment.
    pub(crate) idp: Idp,
    store: Arc<Memory>,
    barrier: Arc<Barrier>,
    dir: TempDir,
}

impl Scene {
    /// With [`ACCOUNT`], whose root has [`root_key`].
    pub(crate) async fn new() -> Self {
        let store = Arc::new(Memory::new());
        let barrier = Arc::new(Barrier::new(Keyring::generate(&SystemRng).unwrap()));
        let dir = tempfile::tempdir().unwrap();
        let scene = Self::open(store, barrier, dir, Authentication::Verified).await;
        create_account(&scene.core, &scene.iam, account(ACCOUNT), &root_key())
            .await
            .unwrap();
        scene
    }

    async fn open(
        store: Arc<Memory>,
        barrier: Arc<Barrier>,
        dir: TempDir,
        authentication: Authentication,
    ) -> Self {
        let idp = Idp::new();
        let faulty = Arc::new(Faulty::new(Arc::clone(&store) as Arc<dyn Kv>));
        let records = Records::new(Arc::clone(&faulty) as Arc<dyn Kv>, Arc::clone(&barrier));
        let iam = Iam::new(records.clone(), authentication, Arc::new(idp.clone())).unwrap();
        let settings = Settings::new(dir.path(), "n1", ORIGIN, Ack::Write, |text| {
            panic!("{text}")
        });
        let seed = barrier.keyring().audit_seed().expose();
        // No import here: no wrapping keys.
        let limits = PoolLimits {
            depth: 0,
            waiters_max: 0,
        };
        let core = Core::open(Parts {
            records,
            audit: Log::open(settings, seed, || NOW_MS).unwrap(),
            clock: Arc::new(Clock::new(|| NOW_MS, || 0)),
            rng: Arc::new(SystemRng),
            pool: Arc::new(KeyPool::start(limits).unwrap()),
            principals: Arc::clone(&iam) as _,
            regions: claviger_model::Region::is_in_aws_partition,
            request_quotas: false,
        })
        .await
        .unwrap();
        Self {
            core,
            iam,
            faulty,
            idp,
            store,
            barrier,
            dir,
        }
    }

    /// A new process on the same store and log.
    pub(crate) async fn restart(self) -> Self {
        self.restart_with(Authentication::Verified).await
    }

    pub(crate) async fn restart_with(self, authentication: Authentication) -> Self {
        self.core.close().await;
        let Self {
            store,
            barrier,
            dir,
            core,
            ..
        } = self;
        drop(core);
        Self::open(store, barrier, dir, authentication).await
    }

    /// Calls as whoever has this credential.
    pub(crate) async fn call(&self, route: Route, credential: &Credential, body: &str) -> Answer {
        self.core
            .handle(route, self.call_of(credential, body))
            .await
    }

    /// A call of whoever has this credential.
    pub(crate) fn call_of(&self, credential: &Credential, body: &str) -> Call {
        Call {
            caller: Arc::clone(&credential.caller),
            region: Region::parse("us-east-1").unwrap(),
            body: body.as_bytes().to_vec().into(),
            request_id: Uuid::nil(),
            origin: Arc::default(),
        }
    }

    pub(crate) async fn credential(&self, access_key_id: &str) -> Option<Arc<Credential>> {
        self.iam.credential(access_key_id).await.unwrap()
    }

    /// What `clavigerd check` would say is wrong.
    pub(crate) async fn problems(&self) -> Vec<String> {
        let seed = self.barrier.keyring().audit_seed().expose();
        let key = VerifierKey::of_seed(ORIGIN, seed).unwrap();
        let store = Arc::clone(&self.store) as Arc<dyn Kv>;
        let records = Records::new(store, Arc::clone(&self.barrier));
        let readers: Vec<_> = check::READERS
            .into_iter()
            .chain(claviger_iam::READERS)
            .collect();
        check::run(&records, self.dir.path(), &key, &readers)
            .await
            .unwrap()
            .problems
    }

    pub(crate) async fn paths(&self, table: &str) -> Vec<String> {
        let prefix = format!("{table}/");
        let entries = self
            .store
            .scan(prefix.as_bytes(), None, usize::MAX)
            .await
            .unwrap();
        entries
            .into_iter()
            .map(|entry| String::from_utf8(entry.key).unwrap())
            .collect()
    }

    pub(crate) async fn remove(&self, path: &str) {
        self.store.commit(Batch::new().delete(path)).await.unwrap();
    }

    /// Every stored byte, and the log's text.
    pub(crate) async fn all_bytes(&self) -> (Vec<u8>, String) {
        let entries = self.store.scan(b"", None, usize::MAX).await.unwrap();
        let stored = entries
            .into_iter()
            .flat_map(|entry| [entry.key, entry.value].concat());
        let events = self.events().iter().map(Value::to_string).collect();
        (stored.collect(), events)
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        let lines = verify::lines(self.dir.path()).unwrap();
        lines
            .map(|line| serde_json::from_slice(&line.unwrap().event).unwrap())
            .collect()
    }
}

pub(crate) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

/// The root access key of [`ACCOUNT`].
pub(crate) fn root_key() -> RootCredentials {
    RootCredentials {
        access_key_id: KEY_ID.to_owned(),
        secret: Secret::copy_of(SECRET.as_bytes()),
    }
}

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER_ACCOUNT: &str = "444455556666";
// AWS's own examples.
pub(crate) const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 2026-01-02T03:04:05Z.
const NOW_MS: i64 = 1_767_323_045_000;
const ORIGIN: &str = "claviger.example/audit";
