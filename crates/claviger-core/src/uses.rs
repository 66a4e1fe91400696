//! When keys were used last: noted in memory as calls succeed, written down by a job, for a call that uses a key changes no
//! record.
//!
//! Whoever asks this process is told exactly. A killed process forgets the last few minutes.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use claviger_model::Timestamp;

use crate::{
    key::Key,
    records::{KeyPlace, LastUse},
};

/// The uses that are not written down yet.
#[derive(Default)]
pub(crate) struct Uses(Mutex<HashMap<KeyPlace, Unwritten>>);

struct Unwritten {
    last: LastUse,
    since_ms: i64,
}

impl Uses {
    /// Notes that a call used the key at `place`.
    pub(crate) fn note(&self, place: &KeyPlace, last: LastUse) {
        let mut uses = self.lock();
        if let Some(known) = uses.get_mut(place) {
            known.last = later(known.last, last);
        } else if uses.len() < KEYS_NOTED_MAX {
            let since_ms = last.at_ms;
            uses.insert(place.clone(), Unwritten { last, since_ms });
        }
    }

    /// The last use of a key.
    pub(crate) fn last(&self, key: &Key) -> Option<LastUse> {
        let uses = self.lock();
        let noted = uses.get(&key.place).map(|unwritten| unwritten.last);
        match (noted, key.record.last_use) {
            (Some(noted), Some(written)) => Some(later(written, noted)),
            (noted, written) => noted.or(written),
        }
    }

    /// The uses that are unwritten since `since` or longer.
    pub(crate) fn unwritten_since(&self, since: Timestamp) -> Vec<(KeyPlace, LastUse)> {
        let uses = self.lock();
        let old = uses
            .iter()
            .filter(|(_, unwritten)| unwritten.since_ms <= since.epoch_ms());
        old.map(|(place, unwritten)| (place.clone(), unwritten.last))
            .collect()
    }

    /// Forgets a use that is written down, unless another came meanwhile.
    pub(crate) fn written(&self, place: &KeyPlace, written: &LastUse) {
        let mut uses = self.lock();
        if let Some(unwritten) = uses.get_mut(place) {
            if unwritten.last == *written {
                uses.remove(place);
            } else {
                unwritten.since_ms = unwritten.last.at_ms;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyPlace, Unwritten>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that began earlier may end later, and another node may know of a later one.
fn later(one: LastUse, other: LastUse) -> LastUse {
    if one.at_ms > other.at_ms { one } else { other }
}

/// The uses of further keys are not noted until some are written down.
const KEYS_NOTED_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use claviger_model::{KeyLastUsageTrackingOperation, Region};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_last_use_never_goes_back() {
        let uses = Uses::default();
        let place = KeyPlace {
            region: Region::parse("us-east-1").unwrap(),
            key: Uuid::nil(),
        };
        let used = |at_ms| LastUse {
            at_ms,
            operation: KeyLastUsageTrackingOperation::Sign,
            event_id: Uuid::nil(),
            request_id: Uuid::nil(),
        };
        // A slow signature that began first ends last.
        for at_ms in [20, 10] {
            uses.note(&place, used(at_ms));
        }
        let noted = uses.unwritten_since(Timestamp::from_epoch_ms(20));
        assert_eq!(noted, [(place.clone(), used(20))]);
        uses.written(&place, &used(20));
        assert!(
            uses.unwritten_since(Timestamp::from_epoch_ms(30))
                .is_empty()
        );
    }
}
