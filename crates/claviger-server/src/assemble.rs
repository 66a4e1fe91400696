//! Puts the service together: the only place where the store's engine is named.

use std::{collections::BTreeMap, error::Error as StdError, path::PathBuf, sync::Arc};

use bytes::Bytes;

use claviger_audit::{Ack, Log, Recovery, Settings};
use claviger_core::{
    Core, Parts,
    call::{Answer, Call, Caller},
    clock::Clock,
    error::Error,
    ops,
    pipeline::Route,
    records::Records,
    rule,
};
use claviger_crypto::{
    Rng, SystemRng,
    barrier::Barrier,
    import::{KeyPool, PoolLimits},
    keyring::Keyring,
};
use claviger_iam::{Authentication, Iam, Presented, iam_route, sts_route};
use claviger_model::{Operation, Region};
use claviger_store::{Sqlite, end_process};
use rustix::time::{ClockId, clock_gettime};

use crate::{
    data::{AUDIT_KEY, DataFolder},
    jwks::{KeySetFiles, Web},
    listen::{Pending, Readiness, Service},
    protocol::QueryService,
};

/// An assembled service.
pub(crate) struct Assembled {
    pub(crate) core: Arc<Core>,
    pub(crate) iam: Arc<Iam>,
    /// Which Regions are served.
    pub(crate) regions: fn(&Region) -> bool,
    /// What a development server offers besides the API.
    pub(crate) extras: Box<dyn Extras>,
    /// The public key that verifies the audit log.
    pub(crate) audit_key: String,
}

/// Paths that are no part of the AWS API.
pub(crate) trait Extras: Send + Sync {
    fn serve(
        &self,
        core: &Arc<Core>,
        request: http::Request<bytes::Bytes>,
    ) -> Option<Pending<http::Response<bytes::Bytes>>>;
}

/// What the operator chose.
pub(crate) struct Choices {
    pub(crate) ack: Ack,
    pub(crate) authentication: Authentication,
    pub(crate) regions: fn(&Region) -> bool,
    pub(crate) extras: Box<dyn Extras>,
    /// Whether request quotas are in force.
    pub(crate) request_quotas: bool,
    /// The keys of identity providers that are not asked over the network: issuer to file.
    pub(crate) key_set_files: BTreeMap<String, PathBuf>,
}

/// Opens everything in the folder and brings the parts together.
pub(crate) async fn assemble(
    folder: &DataFolder,
    choices: Choices,
) -> Result<Assembled, Box<dyn StdError>> {
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let keyring = folder.keyring(&*rng)?;
    let store = open_store(folder)?;
    let clock = Arc::new(Clock::new(real_epoch_ms, passed_ms));
    let audit = open_log(folder, &keyring, choices.ack, &clock)?;
    let audit_key = audit.0.verifier_key();
    folder.write(AUDIT_KEY, format!("{audit_key}\n").as_bytes())?;
    let records = Records::new(Arc::new(store), Arc::new(Barrier::new(keyring)));
    let key_sets = Arc::new(KeySetFiles {
        files: choices.key_set_files,
        web: Web::of_system()?,
    });
    let iam = Iam::new(records.clone(), choices.authentication, key_sets)?;
    let pool = Arc::new(KeyPool::start(PoolLimits::default())?);
    let principals = Arc::clone(&iam);
    let core = Core::open(Parts {
        records,
        audit,
        clock,
        rng,
        pool,
        principals,
        regions: choices.regions,
        request_quotas: choices.request_quotas,
    })
    .await?;
    Ok(Assembled {
        core,
        iam,
        regions: choices.regions,
        extras: choices.extras,
        audit_key,
    })
}

/// The folder's store. A failed sync ends the process.
pub(crate) fn open_store(folder: &DataFolder) -> Result<Sqlite, claviger_store::Error> {
    Sqlite::open(folder.store(), end_process)
}

fn open_log(
    folder: &DataFolder,
    keyring: &Keyring,
    ack: Ack,
    clock: &Arc<Clock>,
) -> Result<(Log, Recovery), Box<dyn StdError>> {
    let settings = Settings::new(folder.audit(), NODE, log_origin(keyring), ack, end_process);
    let clock = Arc::clone(clock);
    // EXPOSE: the checkpoint key lives in the log's notary from here on.
    let seed = keyring.audit_seed().expose();
    Ok(Log::open(settings, seed, move || {
        clock.real_now().epoch_ms()
    })?)
}

/// The name that the log's checkpoints are signed under.
pub(crate) fn log_origin(keyring: &Keyring) -> String {
    format!("claviger/{}", uuid::Uuid::from_bytes(*keyring.cluster()))
}

impl Service for Assembled {
    type Route = Route;

    fn find_kms(&self, operation: &str) -> Option<Route> {
        Operation::from_name(operation).map(ops::route)
    }

    fn find_query(&self, service: QueryService, action: &str) -> Option<Route> {
        match service {
            QueryService::Sts => sts_route(action),
            QueryService::Iam => iam_route(action),
        }
    }

    fn refuse(&self, service: QueryService, call: Call, refusal: Error) -> Pending<Answer> {
        let service = match service {
            QueryService::Sts => rule::Service::Sts,
            QueryService::Iam => rule::Service::Iam,
        };
        self.core.refuse(service, call, refusal)
    }

    fn region(&self, name: &str) -> Option<Region> {
        let region = Region::parse(name).ok()?;
        (self.regions)(&region).then_some(region)
    }

    fn cached_credential(&self, access_key_id: &str, token: Option<&str>) -> Option<Presented> {
        let now = self.core.clock.now();
        self.iam.cached_presented(access_key_id, token, now)
    }

    fn credential(
        &self,
        access_key_id: String,
        token: Option<String>,
    ) -> Pending<Result<Presented, Error>> {
        let (iam, now) = (Arc::clone(&self.iam), self.core.clock.now());
        Box::pin(async move { Ok(iam.presented(&access_key_id, token.as_deref(), now).await?) })
    }

    fn web_identity(&self, form: Bytes) -> Pending<Result<Arc<Caller>, Error>> {
        let (iam, now) = (Arc::clone(&self.iam), self.core.clock.real_now());
        Box::pin(async move { iam.web_identity(&form, now).await })
    }

    fn handle(&self, route: Route, call: Call) -> Pending<Answer> {
        let now = self.core.clock.now();
        self.iam.note_use(&call, route.rule.service, now);
        self.core.handle(route, call)
    }

    fn serve_path(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> Option<Pending<http::Response<bytes::Bytes>>> {
        self.extras.serve(&self.core, request)
    }

    fn readiness(&self) -> Readiness {
        if self.core.audit_healthy() {
            Readiness::Ready
        } else {
            Readiness::NotReady("the audit log cannot be written".to_owned())
        }
    }

    fn now_ms_real(&self) -> i64 {
        self.core.clock.real_now().epoch_ms()
    }
}

/// The one place where the time of day is read.
#[allow(
    clippy::disallowed_methods,
    reason = "everything else takes its time from the clock that is made of this"
)]
pub(crate) fn real_epoch_ms() -> i64 {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since the machine started, those of its sleep among them. Setting the time of day does not move it.
fn passed_ms() -> i64 {
    let since_start = clock_gettime(ClockId::Boottime);
    let ms = since_start.tv_nsec / 1_000_000;
    since_start.tv_sec.saturating_mul(1000).saturating_add(ms)
}

/// A deployment on one machine has one node.
const NODE: &str = "node";
