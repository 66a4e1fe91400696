//! Wrapping keys, generated ahead of time.
//!
//! Every GetParametersForImport gets a fresh pair, and an RSA_4096 pair takes about a second to find. One thread of low
//! priority keeps some in memory: one RSA_2048 from the start, the full depth of a spec once somebody asked for it.
//! Pairs exist in memory only; a restart forgets them.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::{WrappingKey, WrappingSpec};

/// How large the pool and its queue may grow.
#[derive(Clone, Copy, Debug)]
pub struct PoolLimits {
    /// How many pairs of a spec stand ready, once it was asked for.
    pub depth: usize,
    /// How many callers may wait at a time; the next one is turned away at once.
    pub waiters_max: usize,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            depth: 4,
            waiters_max: 64,
        }
    }
}

/// No pair came in time, or too many wait already. Trying again later helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolEmpty;

impl std::fmt::Display for PoolEmpty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no wrapping key is ready")
    }
}

impl std::error::Error for PoolEmpty {}

/// A pool of wrapping keys. Each pair is handed out once.
pub struct KeyPool(Arc<Shared>);

impl KeyPool {
    /// Starts the pool and its thread, which ends with the pool.
    ///
    /// # Errors
    /// When the operating system grants no thread.
    pub fn start(limits: PoolLimits) -> io::Result<Self> {
        let mut state = State::default();
        state.shelf(WrappingSpec::Rsa2048).target = limits.depth.min(1);
        let shared = Arc::new(Shared {
            limits,
            state: Mutex::new(state),
            wanted: Condvar::new(),
            ready: Condvar::new(),
        });
        let pool = Self(Arc::clone(&shared));
        thread::Builder::new()
            .name("wrapping-keys".to_owned())
            .spawn(move || shared.generate_until_closed())?;
        Ok(pool)
    }

    /// Takes a pair out of the pool, waiting up to `wait_max` for one. Blocks: not for a runtime's thread.
    ///
    /// # Errors
    /// [`PoolEmpty`].
    pub fn take(&self, spec: WrappingSpec, wait_max: Duration) -> Result<WrappingKey, PoolEmpty> {
        let Shared {
            limits,
            wanted,
            ready,
            ..
        } = &*self.0;
        let mut state = self.0.lock();
        state.shelf(spec).target = limits.depth;
        wanted.notify_one();
        if let Some(key) = state.shelf(spec).keys.pop_front() {
            return Ok(key);
        }
        if state.waiting() >= limits.waiters_max {
            return Err(PoolEmpty);
        }
        state.shelf(spec).waiting += 1;
        let (mut state, _) = ready
            .wait_timeout_while(state, wait_max, |state| state.shelf(spec).keys.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        state.shelf(spec).waiting -= 1;
        state.shelf(spec).keys.pop_front().ok_or(PoolEmpty)
    }
}

impl Drop for KeyPool {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.wanted.notify_one();
    }
}

struct Shared {
    limits: PoolLimits,
    state: Mutex<State>,
    /// Something is to be generated, or the pool was closed.
    wanted: Condvar,
    /// A pair was put on a shelf.
    ready: Condvar,
}

impl Shared {
    fn generate_until_closed(&self) {
        // On Linux this lowers the calling thread only. Where it is refused, generation merely competes harder.
        let _ = rustix::process::nice(NICENESS);
        let mut state = self.lock();
        while !state.closed {
            let Some(spec) = state.most_wanted() else {
                state = self
                    .wanted
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(state);
            let generated = WrappingKey::generate(spec);
            if generated.is_err() {
                thread::sleep(PAUSE_AFTER_FAILURE);
            }
            state = self.lock();
            state.shelf(spec).keys.extend(generated);
            self.ready.notify_all();
        }
    }

    /// No code panics with the lock held, so a poisoned state is still a whole one.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct State {
    rsa_2048: Shelf,
    rsa_3072: Shelf,
    rsa_4096: Shelf,
    closed: bool,
}

impl State {
    const fn shelf(&mut self, spec: WrappingSpec) -> &mut Shelf {
        match spec {
            WrappingSpec::Rsa2048 => &mut self.rsa_2048,
            WrappingSpec::Rsa3072 => &mut self.rsa_3072,
            WrappingSpec::Rsa4096 => &mut self.rsa_4096,
        }
    }

    const fn waiting(&self) -> usize {
        self.rsa_2048.waiting + self.rsa_3072.waiting + self.rsa_4096.waiting
    }

    /// The spec that lacks a pair, first where callers wait; the smaller one first, since it is done sooner.
    fn most_wanted(&mut self) -> Option<WrappingSpec> {
        let lacking = |shelf: &Shelf| {
            (
                shelf.waiting > shelf.keys.len(),
                shelf.keys.len() < shelf.target,
            )
        };
        let lacks = WrappingSpec::ALL.map(|spec| (spec, lacking(self.shelf(spec))));
        let awaited = lacks.iter().find(|(_, (awaited, _))| *awaited);
        awaited
            .or_else(|| lacks.iter().find(|(_, (_, low))| *low))
            .map(|(spec, _)| *spec)
    }
}

/// The pairs of one spec.
#[derive(Default)]
struct Shelf {
    keys: VecDeque<WrappingKey>,
    target: usize,
    waiting: usize,
}

const NICENESS: i32 = 10;

const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_pair_is_handed_out_once() {
        let pool = KeyPool::start(PoolLimits {
            depth: 2,
            waiters_max: 8,
        })
        .unwrap();
        let taken = thread::scope(|scope| {
            let take = || {
                pool.take(WrappingSpec::Rsa2048, LONG)
                    .unwrap()
                    .public_spki_der()
                    .unwrap()
            };
            let takers: Vec<_> = (0..6).map(|_| scope.spawn(take)).collect();
            takers
                .into_iter()
                .map(|taker| taker.join().unwrap())
                .collect::<BTreeSet<_>>()
        });
        assert_eq!(taken.len(), 6);
    }

    #[test]
    fn every_spec_is_served() {
        let pool = KeyPool::start(PoolLimits {
            depth: 1,
            waiters_max: 1,
        })
        .unwrap();
        for spec in WrappingSpec::ALL {
            assert_eq!(pool.take(spec, LONG).unwrap().spec(), spec);
        }
    }

    #[test]
    fn an_empty_pool_turns_callers_away() {
        let pool = KeyPool::start(PoolLimits {
            depth: 1,
            waiters_max: 1,
        })
        .unwrap();
        assert!(matches!(
            pool.take(WrappingSpec::Rsa4096, Duration::ZERO),
            Err(PoolEmpty)
        ));
        let none_may_wait = KeyPool::start(PoolLimits {
            depth: 1,
            waiters_max: 0,
        })
        .unwrap();
        assert!(matches!(
            none_may_wait.take(WrappingSpec::Rsa4096, LONG),
            Err(PoolEmpty)
        ));
    }

    #[test]
    fn callers_are_served_before_shelves_are_filled() {
        let mut state = State::default();
        assert_eq!(state.most_wanted(), None);
        state.shelf(WrappingSpec::Rsa2048).target = 3;
        assert_eq!(state.most_wanted(), Some(WrappingSpec::Rsa2048));
        state.shelf(WrappingSpec::Rsa4096).waiting = 1;
        assert_eq!(state.most_wanted(), Some(WrappingSpec::Rsa4096));
    }

    const LONG: Duration = Duration::from_secs(120);
}
