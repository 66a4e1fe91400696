//! When keys were used last: noted in memory as calls succeed, written down by a job, for a call that uses a key changes no
//! record.
//!
//! Whoever asks this process is told exactly. A killed process forgets the last few minutes.

use std::collections::HashMap;

use claviger_model::Timestamp;

use crate::{
    key::Key,
    per_thread::PerThread,
    records::{KeyPlace, LastUse},
};

/// The uses that are not written down yet, as each thread has seen them.
#[derive(Default)]
pub(crate) struct Uses(PerThread<HashMap<KeyPlace, Unwritten>>);

#[derive(Clone, Copy)]
struct Unwritten {
    last: LastUse,
    since_ms: i64,
}

impl Uses {
    /// Notes that a call used the key at `place`.
    pub(crate) fn note(&self, place: &KeyPlace, last: LastUse) {
        let mut uses = self.0.own();
        if let Some(known) = uses.get_mut(place) {
            known.last = later(known.last, last);
            known.since_ms = known.since_ms.min(last.at_ms);
        } else if uses.len() < KEYS_NOTED_MAX {
            let since_ms = last.at_ms;
            uses.insert(place.clone(), Unwritten { last, since_ms });
        }
    }

    /// The last use of a key.
    pub(crate) fn last(&self, key: &Key) -> Option<LastUse> {
        let uses = self.0.all();
        let noted = uses.filter_map(|uses| uses.get(&key.place).map(|unwritten| unwritten.last));
        key.record.last_use.into_iter().chain(noted).reduce(later)
    }

    /// The uses that are unwritten since `since` or longer.
    pub(crate) fn unwritten_since(&self, since: Timestamp) -> Vec<(KeyPlace, LastUse)> {
        let mut all: HashMap<KeyPlace, Unwritten> = HashMap::new();
        for uses in self.0.all() {
            for (place, seen) in uses.iter() {
                let known = all.entry(place.clone()).or_insert(*seen);
                known.last = later(known.last, seen.last);
                known.since_ms = known.since_ms.min(seen.since_ms);
            }
        }
        all.into_iter()
            .filter(|(_, unwritten)| unwritten.since_ms <= since.epoch_ms())
            .map(|(place, unwritten)| (place, unwritten.last))
            .collect()
    }

    /// Forgets a use that is written down, and those before it, unless another came meanwhile.
    pub(crate) fn written(&self, place: &KeyPlace, written: &LastUse) {
        for mut uses in self.0.all() {
            let Some(unwritten) = uses.get_mut(place) else {
                continue;
            };
            if unwritten.last == *written || unwritten.last.at_ms < written.at_ms {
                uses.remove(place);
            } else {
                unwritten.since_ms = unwritten.last.at_ms;
            }
        }
    }
}

/// A call that began earlier may end later, and another node may know of a later one.
fn later(one: LastUse, other: LastUse) -> LastUse {
    if one.at_ms > other.at_ms { one } else { other }
}

/// For each thread. The uses of further keys are not noted until some are written down.
const KEYS_NOTED_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use claviger_model::{KeyLastUsageTrackingOperation, Region};
    use uuid::Uuid;

    use super::*;

    fn place() -> KeyPlace {
        KeyPlace {
            region: Region::parse("us-east-1").unwrap(),
            key: Uuid::nil(),
        }
    }

    fn used(at_ms: i64) -> LastUse {
        LastUse {
            at_ms,
            operation: KeyLastUsageTrackingOperation::Sign,
            event_id: Uuid::nil(),
            request_id: Uuid::nil(),
        }
    }

    #[test]
    fn what_threads_have_seen_is_one_use() {
        let (uses, place) = (Uses::default(), place());
        std::thread::scope(|scope| {
            for at_ms in [10, 30, 20] {
                let (uses, place) = (&uses, &place);
                scope.spawn(move || uses.note(place, used(at_ms)));
            }
        });
        let since = |at_ms| uses.unwritten_since(Timestamp::from_epoch_ms(at_ms));
        assert!(since(9).is_empty());
        assert_eq!(since(10), [(place.clone(), used(30))]);
        // One that came while the one before it was written down waits for its own turn.
        uses.note(&place, used(40));
        uses.written(&place, &used(30));
        assert!(since(39).is_empty());
        assert_eq!(since(40), [(place.clone(), used(40))]);
        uses.written(&place, &used(40));
        assert!(since(40).is_empty());
    }

    #[test]
    fn a_last_use_never_goes_back() {
        let (uses, place) = (Uses::default(), place());
        // A slow signature that began first ends last, and has waited longest.
        for at_ms in [20, 10] {
            uses.note(&place, used(at_ms));
        }
        let noted = uses.unwritten_since(Timestamp::from_epoch_ms(10));
        assert_eq!(noted, [(place.clone(), used(20))]);
        uses.written(&place, &used(20));
        assert!(
            uses.unwritten_since(Timestamp::from_epoch_ms(30))
                .is_empty()
        );
    }
}
