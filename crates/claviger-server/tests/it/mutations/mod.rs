//! One change of a signed request, and it is not served.
//!
//! Each round signs a request of its own, changes one thing that its signature vouches for, and sends the bytes to a
//! listener. Changes that say the same in other letters are drawn again: what counts as the same stands in `Spoken::meaning`.

mod change;
mod spoken;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use claviger_server::listen::Settings;
use fastrand::Rng;

use crate::{client::Client, server::Server};
use spoken::Spoken;

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the test command's parameters come by the environment"
)]
fn no_changed_request_is_served() {
    let setting =
        |name, default: u64| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let rounds = setting("CLAVIGER_SIGV4_MUTATIONS", ROUNDS);
    let seed = setting("CLAVIGER_SEED", 4);
    let by_kind = change::KINDS.map(|(name, _)| (name, AtomicU64::new(0)));
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let by_kind = &by_kind;
            scope.spawn(move || {
                let mut listener = Listener::start();
                for round in (worker..rounds).step_by(usize::try_from(WORKERS).unwrap()) {
                    let rng = &mut Rng::with_seed(seed ^ (round << 20));
                    let kind = listener.refuses_a_change(rng, round);
                    by_kind[kind].1.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    println!("{rounds} changes from seed {seed}, none served: {by_kind:?}");
    for (name, count) in by_kind {
        let fair_share = rounds / u64::try_from(change::KINDS.len()).unwrap();
        assert!(count.into_inner() > fair_share / 2, "{name} is too rare");
    }
}

/// A listener with one client.
struct Listener {
    server: Server,
    client: Client,
    served: u64,
}

impl Listener {
    fn start() -> Self {
        let server = Server::start(Settings::default());
        let client = Client::connect(server.address);
        Self {
            server,
            client,
            served: 0,
        }
    }

    /// Answers the kind of the change.
    fn refuses_a_change(&mut self, rng: &mut Rng, round: u64) -> usize {
        let original = Spoken::signed(rng);
        if round.is_multiple_of(CONTROL_EVERY) {
            self.serves(&original);
        }
        let (kind, changed) = change::one(&original, rng);
        let (name, _) = change::KINDS[kind];
        let bytes = changed.bytes();
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        self.client.send(&bytes);
        match self.client.answer() {
            Some(answer) => {
                assert_ne!(answer.status, 200, "round {round}, {name}: {}", text());
                if answer.status == 400 && answer.body.is_empty() {
                    self.reconnect();
                }
            }
            None => self.reconnect(),
        }
        let served = self.server.seen.calls.load(Ordering::SeqCst);
        assert_eq!(served, self.served, "round {round}, {name}: {}", text());
        kind
    }

    /// The unchanged request is served: what is refused is refused for its change.
    fn serves(&mut self, original: &Spoken) {
        let answer = self.client.ask(&original.bytes());
        assert_eq!(answer.status, 200, "{answer:?}");
        self.served += 1;
    }

    fn reconnect(&mut self) {
        self.client = Client::connect(self.server.address);
    }
}

/// How many changes are tried, unless the test command says more.
const ROUNDS: u64 = 100_000;
const WORKERS: u64 = 4;
const CONTROL_EVERY: u64 = 100;
