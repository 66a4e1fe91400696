//! What only the assembled service takes: what it hands out to be shown again, and what the barrier opened.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use claviger_audit::{Ack, Log, Settings};
use claviger_core::{
    Asked, Core, Parts, Principals,
    call::{Call, Caller},
    check,
    clock::Clock,
    ops,
    pipeline::Audited,
    records::Records,
};
use claviger_crypto::{
    SystemRng,
    barrier::Barrier,
    import::{KeyPool, PoolLimits},
    keyring::Keyring,
};
use claviger_iam::{Authentication, Iam, Presented};
use claviger_model::{AccountId, Operation, Region, Timestamp};
use claviger_policy::{Policy, PolicyKind, Principal, PrincipalKind, PrincipalRef};
use claviger_store::Memory;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::web_identity::Published;

/// A marker that no list gave out. It is refused, whatever it says.
pub(crate) fn marker(input: &[u8]) {
    let service = Service::shared();
    let marker = String::from_utf8_lossy(input);
    for operation in [Operation::ListKeys, Operation::ListAliases] {
        let body = serde_json::json!({ "Marker": marker }).to_string();
        assert!(!service.serves(operation, body), "{marker}");
    }
}

/// The token of a session or of a grant, as a stranger shows it, and as if the service had sealed it.
pub(crate) fn sealed_tokens(input: &[u8]) {
    let service = Service::shared();
    for shown in [
        String::from_utf8_lossy(input).into_owned(),
        STANDARD.encode(input),
    ] {
        assert!(!service.knows_session(&shown), "{shown}");
        assert!(!service.retires_grant(&shown), "{shown}");
    }
    let sealed = |purpose| {
        let sealed = service.core.records.seal_token(purpose, input, &SystemRng);
        STANDARD.encode(sealed.expect("a token"))
    };
    // A root's session needs no record; a grant does.
    service.knows_session(&sealed("session"));
    assert!(!service.retires_grant(&sealed("grant")));
}

/// The first byte chooses the table, the second the format, the others are what stood behind them under the seal.
pub(crate) fn stored_record(input: &[u8]) {
    let [table, format, bytes @ ..] = input else {
        return;
    };
    let readers: Vec<_> = check::READERS
        .iter()
        .chain(&claviger_iam::READERS)
        .collect();
    let reader = readers.get(usize::from(*table) % readers.len());
    let _ = reader.expect("a table").reads(*format, bytes);
}

struct Service {
    core: Arc<Core>,
    iam: Arc<Iam>,
    caller: Arc<Caller>,
    runtime: Runtime,
    _log: TempDir,
}

impl Service {
    fn shared() -> &'static Self {
        static SERVICE: OnceLock<Service> = OnceLock::new();
        SERVICE.get_or_init(Self::start)
    }

    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let keyring = Keyring::generate(&SystemRng).expect("a keyring");
        let seed = keyring.audit_seed().expose().to_vec();
        let fatal = |text: &str| panic!("{text}");
        let settings = Settings::new(
            folder.path().join("audit"),
            "n1",
            "claviger.example/audit",
            Ack::Write,
            fatal,
        );
        let limits = PoolLimits {
            depth: 1,
            waiters_max: 1,
        };
        let parts = Parts {
            records: Records::new(Arc::new(Memory::new()), Arc::new(Barrier::new(keyring))),
            audit: Log::open(settings, &seed, || NOW_MS).expect("a log"),
            clock: Arc::new(Clock::new(|| NOW_MS, || 0)),
            rng: Arc::new(SystemRng),
            pool: Arc::new(KeyPool::start(limits).expect("a pool")),
            principals: Arc::new(Nobody),
            regions: |_| true,
            request_quotas: false,
        };
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let core = runtime.block_on(Core::open(parts)).expect("a service");
        let iam = Iam::new(
            core.records.clone(),
            Authentication::Verified,
            Arc::new(Published(Vec::new())),
        );
        Self {
            core,
            iam: iam.expect("identities"),
            caller: root(),
            runtime,
            _log: folder,
        }
    }

    fn knows_session(&self, token: &str) -> bool {
        let now = Timestamp::from_epoch_ms(NOW_MS);
        let presented = self.iam.presented(SESSION_KEY_ID, Some(token), now);
        matches!(self.runtime.block_on(presented), Ok(Presented::Known(_)))
    }

    fn retires_grant(&self, token: &str) -> bool {
        let body = serde_json::json!({ "GrantToken": token }).to_string();
        self.serves(Operation::RetireGrant, body)
    }

    fn serves(&self, operation: Operation, body: String) -> bool {
        let call = Call {
            caller: Arc::clone(&self.caller),
            region: Region::parse("us-east-1").expect("a Region"),
            body: Bytes::from(body),
            request_id: Uuid::nil(),
            origin: Arc::default(),
        };
        self.runtime
            .block_on(self.core.handle(ops::route(operation), call))
            .is_ok()
    }
}

/// Accounts and nobody in them.
struct Nobody;

impl Principals for Nobody {
    fn resolve<'a>(&'a self, _: &'a PrincipalRef) -> Asked<'a, Option<String>> {
        Box::pin(async { Ok(None) })
    }

    fn arn_of<'a>(&'a self, _: &'a str) -> Asked<'a, Option<String>> {
        Box::pin(async { Ok(None) })
    }

    fn changed(&self) {}
}

fn root() -> Arc<Caller> {
    let account = AccountId::parse("111122223333").expect("an account");
    let everything =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let everything = Policy::parse(everything, PolicyKind::Identity).expect("a policy");
    Arc::new(Caller {
        account,
        principal: Principal {
            account,
            arn: format!("arn:aws:iam::{account}:root"),
            unique_id: account.to_string(),
            kind: PrincipalKind::Root,
        },
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        identity_policies: vec![Arc::new(everything)],
        boundary: None,
        session: None,
        web_identity: None,
        tags: BTreeMap::new(),
        audited: Audited::default(),
        verified: true,
    })
}

const SESSION_KEY_ID: &str = "ASIAIOSFODNN7EXAMPLE";
/// 2026-01-02T03:04:05Z.
const NOW_MS: i64 = 1_767_323_045_000;
