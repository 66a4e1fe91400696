//! A listener on a port of its own, before a service that knows a handful of operations.

use std::{
    collections::BTreeSet,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use claviger_core::{
    call::{Answer, Call, Caller, SessionFacts},
    error::Error,
};
use claviger_model::{
    AccountId, Region, Secret, Timestamp, sts::GetCallerIdentityOutput, wire::WireOutput,
};
use claviger_policy::{Principal, PrincipalKind};
use claviger_server::{
    listen::{Credential, Pending, Presented, Readiness, Service, Settings, listen},
    protocol::QueryService,
};
use tokio::sync::{Notify, oneshot};

pub(crate) const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
/// A session with the token `token` and the same secret; `old` is the token of one that is over.
pub(crate) const SESSION_KEY_ID: &str = "ASIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const DATE: &str = "20150830T123600Z";

/// What the service saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) calls: AtomicU64,
    pub(crate) slow_calls_done: AtomicU64,
    pub(crate) not_ready: AtomicBool,
    /// The services of calls that named no operation.
    pub(crate) refused: Mutex<Vec<QueryService>>,
    /// The Regions in which those ran.
    pub(crate) refused_in: Mutex<Vec<Region>>,
    /// `Held` is answered once this is notified.
    pub(crate) release: Notify,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(settings: Settings) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let seen = Arc::<Seen>::default();
        let service = Arc::new(Fake {
            seen: Arc::clone(&seen),
            credential: credential(ACCESS_KEY_ID, None),
            session: credential(SESSION_KEY_ID, Some(session())),
        });
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            let shutdown = async move {
                let _ = stopped.await;
            };
            runtime
                .block_on(listen(socket, service, settings, shutdown))
                .unwrap();
        });
        Self {
            address,
            seen,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Waits until so many calls have begun.
    pub(crate) fn await_calls(&self, count: u64) {
        while self.seen.calls.load(Ordering::SeqCst) < count {
            thread::sleep(Duration::from_millis(2));
        }
    }

    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Stops, and waits until open requests are answered.
    pub(crate) fn join(&mut self) {
        self.stop();
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Fake {
    seen: Arc<Seen>,
    credential: Arc<Credential>,
    session: Arc<Credential>,
}

#[derive(Clone, Copy)]
enum Route {
    Echo,
    Slow,
    Held,
    Panic,
    /// Panics when it is polled again.
    PanicLater,
    Refuse,
    Identity,
}

impl Service for Fake {
    type Route = Route;

    fn refuse(&self, service: QueryService, call: Call, refusal: Error) -> Pending<Answer> {
        self.seen.refused.lock().unwrap().push(service);
        self.seen.refused_in.lock().unwrap().push(call.region);
        Box::pin(async move { Err(refusal) })
    }

    fn find_kms(&self, operation: &str) -> Option<Route> {
        match operation {
            "Echo" => Some(Route::Echo),
            "Slow" => Some(Route::Slow),
            "Held" => Some(Route::Held),
            "Panic" => Some(Route::Panic),
            "PanicLater" => Some(Route::PanicLater),
            "Refuse" => Some(Route::Refuse),
            _ => None,
        }
    }

    fn find_query(&self, service: QueryService, action: &str) -> Option<Route> {
        let known = matches!(action, "GetCallerIdentity" | "AssumeRoleWithWebIdentity");
        (service == QueryService::Sts && known).then_some(Route::Identity)
    }

    fn region(&self, name: &str) -> Option<Region> {
        matches!(name, "us-east-1" | "eu-central-1").then(|| Region::parse(name).unwrap())
    }

    fn cached_credential(&self, _: &str, _: Option<&str>) -> Option<Presented> {
        None
    }

    fn credential(
        &self,
        access_key_id: String,
        token: Option<String>,
    ) -> Pending<Result<Presented, Error>> {
        let presented = match (access_key_id.as_str(), token.as_deref()) {
            (ACCESS_KEY_ID, None) => Presented::Known(Arc::clone(&self.credential)),
            (SESSION_KEY_ID, Some("token")) => Presented::Known(Arc::clone(&self.session)),
            (SESSION_KEY_ID, Some("old")) => Presented::Expired,
            _ => Presented::Unknown,
        };
        Box::pin(async move { Ok(presented) })
    }

    fn web_identity(&self, form: Bytes) -> Pending<Result<Arc<Caller>, Error>> {
        let believed = form.ends_with(b"=good");
        let caller = Arc::clone(&self.credential.caller);
        Box::pin(async move {
            let refusal = || Error::new("InvalidIdentityToken", "Incorrect token audience");
            believed.then_some(caller).ok_or_else(refusal)
        })
    }

    fn handle(&self, route: Route, call: Call) -> Pending<Answer> {
        let seen = Arc::clone(&self.seen);
        seen.calls.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match route {
                Route::Slow => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    seen.slow_calls_done.fetch_add(1, Ordering::SeqCst);
                    Ok(b"{}".to_vec())
                }
                Route::Held => {
                    seen.release.notified().await;
                    Ok(b"{}".to_vec())
                }
                Route::Panic => panic!("the operation panicked, as this test wants"),
                Route::PanicLater => {
                    tokio::task::yield_now().await;
                    panic!("the operation panicked, as this test wants")
                }
                Route::Refuse => Err(Error::new("NotFoundException", "Key 'a\"b' does not exist")),
                Route::Identity => {
                    let account = Some(call.caller.account.to_string());
                    Ok(GetCallerIdentityOutput {
                        account,
                        ..Default::default()
                    }
                    .encode())
                }
                Route::Echo => Ok(format!(
                    "{{\"bytes\":{},\"region\":\"{}\",\"from\":\"{}\",\"host\":\"{}\"}}",
                    call.body.len(),
                    call.region.as_str(),
                    call.origin.source_ip,
                    call.origin.host.as_deref().unwrap_or_default()
                )
                .into_bytes()),
            }
        })
    }

    fn readiness(&self) -> Readiness {
        if self.seen.not_ready.load(Ordering::SeqCst) {
            Readiness::NotReady("the audit log cannot be written".into())
        } else {
            Readiness::Ready
        }
    }

    fn now_ms_real(&self) -> i64 {
        1_440_938_160_000
    }
}

fn credential(access_key_id: &str, session: Option<SessionFacts>) -> Arc<Credential> {
    let account = AccountId::parse("111122223333").unwrap();
    let principal = Principal {
        account,
        arn: "arn:aws:iam::111122223333:root".into(),
        unique_id: "111122223333".into(),
        kind: PrincipalKind::Root,
    };
    let caller = Caller {
        account,
        principal,
        access_key_id: access_key_id.into(),
        identity_policies: Vec::new(),
        boundary: None,
        session,
        tags: std::collections::BTreeMap::new(),
        web_identity: None,
        audited: claviger_core::pipeline::Audited::default(),
        verified: true,
    };
    Arc::new(Credential {
        secret: Secret::copy_of(SECRET.as_bytes()),
        caller: Arc::new(caller),
        version: 1,
    })
}

fn session() -> SessionFacts {
    SessionFacts {
        policies: None,
        issued: Timestamp::from_epoch_ms(0),
        expires: Timestamp::from_epoch_ms(i64::MAX),
        issuer: None,
        mfa_authenticated: false,
        source_identity: None,
        federated_provider: None,
        transitive_tags: BTreeSet::new(),
    }
}
