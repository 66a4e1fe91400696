//! A listener on a port of its own, before a service that knows a handful of operations.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use claviger_core::{
    call::{Answer, Call, Caller},
    error::Error,
};
use claviger_model::{AccountId, Region, Secret, sts::GetCallerIdentityOutput, wire::WireOutput};
use claviger_policy::{Principal, PrincipalKind};
use claviger_server::{
    listen::{Credential, Pending, Readiness, Service, Settings, listen},
    protocol::QueryService,
};
use tokio::sync::oneshot;

pub(crate) const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const DATE: &str = "20150830T123600Z";

/// What the service saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) calls: AtomicU64,
    pub(crate) slow_calls_done: AtomicU64,
    pub(crate) not_ready: AtomicBool,
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
            credential: credential(),
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
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Route {
    number: u16,
    detached: bool,
}

const ECHO: Route = Route {
    number: 0,
    detached: false,
};
const SLOW: Route = Route {
    number: 1,
    detached: true,
};
const PANIC: Route = Route {
    number: 2,
    detached: false,
};
const PANIC_DETACHED: Route = Route {
    number: 3,
    detached: true,
};
const REFUSE: Route = Route {
    number: 4,
    detached: false,
};
const IDENTITY: Route = Route {
    number: 5,
    detached: false,
};

impl Service for Fake {
    type Route = Route;

    fn refuse(&self, _: Call, refusal: Error) -> Pending<Answer> {
        Box::pin(async move { Err(refusal) })
    }

    fn find_kms(&self, operation: &str) -> Option<Route> {
        match operation {
            "Echo" => Some(ECHO),
            "Slow" => Some(SLOW),
            "Panic" => Some(PANIC),
            "PanicDetached" => Some(PANIC_DETACHED),
            "Refuse" => Some(REFUSE),
            _ => None,
        }
    }

    fn find_query(&self, service: QueryService, action: &str) -> Option<Route> {
        (service == QueryService::Sts && action == "GetCallerIdentity").then_some(IDENTITY)
    }

    fn region(&self, name: &str) -> Option<Region> {
        matches!(name, "us-east-1" | "eu-central-1").then(|| Region::parse(name).unwrap())
    }

    fn cached_credential(&self, _access_key_id: &str) -> Option<Arc<Credential>> {
        None
    }

    fn credential(&self, access_key_id: String) -> Pending<Result<Option<Arc<Credential>>, Error>> {
        let credential = (access_key_id == ACCESS_KEY_ID).then(|| Arc::clone(&self.credential));
        Box::pin(async move { Ok(credential) })
    }

    fn handle(&self, route: Route, call: Call) -> Pending<Answer> {
        let seen = Arc::clone(&self.seen);
        seen.calls.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match route {
                SLOW => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    seen.slow_calls_done.fetch_add(1, Ordering::SeqCst);
                    Ok(b"{}".to_vec())
                }
                PANIC | PANIC_DETACHED => panic!("the operation panicked, as this test wants"),
                REFUSE => Err(Error::new("NotFoundException", "Key 'a\"b' does not exist")),
                IDENTITY => {
                    let account = Some(call.caller.account.to_string());
                    Ok(GetCallerIdentityOutput {
                        account,
                        ..Default::default()
                    }
                    .encode())
                }
                _ => Ok(format!(
                    "{{\"bytes\":{},\"region\":\"{}\",\"from\":\"{}\",\"host\":\"{}\"}}",
                    call.body.len(),
                    call.region.as_str(),
                    call.origin.source_ip,
                    call.origin.host.unwrap_or_default()
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

fn credential() -> Arc<Credential> {
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
        access_key_id: ACCESS_KEY_ID.into(),
        identity_policies: Vec::new(),
        boundary: None,
        session: None,
        tags: std::collections::BTreeMap::new(),
        verified: true,
    };
    Arc::new(Credential {
        secret: Secret::copy_of(SECRET.as_bytes()),
        caller: Arc::new(caller),
        version: 1,
    })
}
