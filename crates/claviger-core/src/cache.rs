//! A bounded cache that is never older than an acknowledged change.
//!
//! A reader that misses takes a [`Lease`] *before* it reads the store. A change that commits meanwhile publishes its
//! own value and voids the lease, so the slow reader's older value is not kept: a key that was disabled between the
//! read and the insert can't come back enabled. Nor does a slow writer bring back what a newer change has replaced, even
//! when the entry was dropped in between: the cache remembers up to where dropped entries had come.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use claviger_store::Revision;

/// Parsed, unsealed records by their place in the store.
pub struct Cache<K, V> {
    slots: RwLock<Slots<K, V>>,
    capacity: usize,
}

struct Slots<K, V> {
    by_key: HashMap<K, Slot<V>>,
    /// Names leases; never used twice.
    next_lease: u64,
    /// The newest revision of all entries that were dropped.
    dropped: Revision,
}

struct Slot<V> {
    value: Option<Arc<V>>,
    /// The newest revision published for this key: older ones are refused.
    high_water: Revision,
    /// The newest lease that may still fill this slot.
    lease: Option<u64>,
}

/// The right to insert what is read from the store after it was taken.
pub struct Lease(u64);

impl<K: Clone + Eq + Hash, V> Cache<K, V> {
    /// A cache of at most `capacity` entries.
    pub fn new(capacity: usize) -> Self {
        Self {
            slots: RwLock::new(Slots {
                by_key: HashMap::new(),
                next_lease: 0,
                dropped: 0,
            }),
            capacity,
        }
    }

    /// The entry, when it is held.
    pub fn look<Q>(&self, key: &Q) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.read().by_key.get(key)?.value.clone()
    }

    /// What `read` sees of the entry, when it is held: for what is taken from it without keeping all of it.
    pub fn look_into<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.read().by_key.get(key)?.value.as_deref().map(read)
    }

    /// To be taken before the store is read for `key`.
    pub fn lease(&self, key: &K) -> Lease {
        let mut slots = self.write();
        let id = slots.next_lease;
        slots.next_lease = id.wrapping_add(1);
        self.make_room(&mut slots, key);
        let slot = slots.by_key.entry(key.clone()).or_insert(Slot {
            value: None,
            high_water: 0,
            lease: None,
        });
        slot.lease = Some(id);
        Lease(id)
    }

    /// Keeps what was read under `lease`, unless a change or another reader came in between.
    pub fn fill(&self, key: &K, lease: Lease, revision: Revision, value: Arc<V>) {
        let mut slots = self.write();
        if let Some(slot) = slots.by_key.get_mut(key)
            && slot.lease == Some(lease.0)
            && revision >= slot.high_water
        {
            *slot = Slot {
                value: Some(value),
                high_water: revision,
                lease: None,
            };
        }
    }

    /// Gives a lease back when there was nothing to read: absent records take no room.
    pub fn release(&self, key: &K, lease: Lease) {
        let mut slots = self.write();
        let unused = slots.by_key.get(key).is_some_and(|slot| {
            slot.lease == Some(lease.0) && slot.value.is_none() && slot.high_water == 0
        });
        if unused {
            slots.by_key.remove(key);
        }
    }

    /// Puts a committed change in force: `None` for a removed record. Outstanding leases are void from here on.
    pub fn publish(&self, key: &K, revision: Revision, value: Option<Arc<V>>) {
        let mut slots = self.write();
        self.make_room(&mut slots, key);
        let held = slots.by_key.get(key).map_or(0, |slot| slot.high_water);
        if held == 0 && revision < slots.dropped {
            // A newer one may have been dropped: the next reader asks the store.
            slots.by_key.remove(key);
        } else if revision >= held {
            let slot = Slot {
                value,
                high_water: revision,
                lease: None,
            };
            slots.by_key.insert(key.clone(), slot);
        }
    }

    /// Puts the outcome of a commit in force. Without a revision it is unknown whether `value` is what is stored: then
    /// nothing is held, and the next reader asks the store.
    pub fn settle(&self, key: &K, committed: Option<Revision>, value: Option<Arc<V>>) {
        match committed {
            Some(revision) => self.publish(key, revision, value),
            None => self.write().drop_entry(key),
        }
    }

    /// An evicted slot also forgets its lease, so whoever holds it fills nothing: safe, merely slower.
    fn make_room(&self, slots: &mut Slots<K, V>, key: &K) {
        if slots.by_key.len() >= self.capacity && !slots.by_key.contains_key(key) {
            let victims: Vec<K> = slots
                .by_key
                .keys()
                .take(self.capacity.div_ceil(EVICTED_SHARE))
                .cloned()
                .collect();
            for victim in &victims {
                slots.drop_entry(victim);
            }
        }
    }

    // A panic elsewhere must not turn every later request into one: the map itself is never left half-changed.
    fn read(&self) -> RwLockReadGuard<'_, Slots<K, V>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Slots<K, V>> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Slots<K, V> {
    fn drop_entry(&mut self, key: &K) {
        if let Some(slot) = self.by_key.remove(key) {
            self.dropped = self.dropped.max(slot.high_water);
        }
    }
}

/// One sixteenth of the entries goes at a time: eviction stays rare and its order is the hash's.
const EVICTED_SHARE: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_reader_does_not_bring_back_what_was_replaced() {
        let cache = Cache::new(4);
        let lease = cache.lease(&"key");
        cache.publish(&"key", 7, Some(Arc::new("disabled")));
        cache.fill(&"key", lease, 3, Arc::new("enabled"));
        assert_eq!(cache.look(&"key").as_deref(), Some(&"disabled"));
    }

    #[test]
    fn a_slow_reader_does_not_bring_back_what_was_removed() {
        let cache = Cache::new(4);
        let lease = cache.lease(&"key");
        cache.publish(&"key", 7, None);
        cache.fill(&"key", lease, 3, Arc::new("enabled"));
        assert_eq!(cache.look(&"key"), None);
    }

    #[test]
    fn an_unknown_outcome_leaves_nothing_held_and_no_lease_valid() {
        let cache = Cache::new(4);
        cache.publish(&"key", 3, Some(Arc::new("enabled")));
        let lease = cache.lease(&"key");
        cache.settle(&"key", None, Some(Arc::new("disabled")));
        assert_eq!(cache.look(&"key"), None);
        cache.fill(&"key", lease, 3, Arc::new("enabled"));
        assert_eq!(cache.look(&"key"), None);
    }

    #[test]
    fn changes_published_out_of_order_leave_the_newest() {
        let cache = Cache::new(4);
        cache.publish(&"key", 9, Some(Arc::new("new")));
        cache.publish(&"key", 8, Some(Arc::new("old")));
        assert_eq!(cache.look(&"key").as_deref(), Some(&"new"));
    }

    #[test]
    fn a_slow_writer_does_not_bring_back_what_was_replaced_and_dropped() {
        let cache = Cache::new(1);
        let late = || Some(Arc::new("enabled"));
        cache.publish(&"key", 9, Some(Arc::new("disabled")));
        cache.publish(&"other", 1, None);
        cache.publish(&"key", 8, late());
        assert_eq!(cache.look(&"key"), None);

        let lease = cache.lease(&"key");
        cache.publish(&"key", 8, late());
        cache.fill(&"key", lease, 9, Arc::new("disabled"));
        assert_eq!(cache.look(&"key"), None, "the lease is void");

        cache.publish(&"key", 9, Some(Arc::new("disabled")));
        cache.settle(&"key", None, None);
        cache.publish(&"key", 8, late());
        assert_eq!(cache.look(&"key"), None);
        cache.publish(&"key", 10, Some(Arc::new("newer")));
        assert_eq!(cache.look(&"key").as_deref(), Some(&"newer"));
    }

    #[test]
    fn an_evicted_slot_voids_its_lease() {
        let cache = Cache::new(1);
        let lease = cache.lease(&1);
        cache.publish(&2, 1, Some(Arc::new("other")));
        cache.fill(&1, lease, 1, Arc::new("late"));
        assert_eq!(cache.look(&1), None);
    }

    #[test]
    fn the_cache_stays_within_its_capacity() {
        let cache = Cache::new(16);
        for key in 0..1000_u32 {
            cache.publish(&key, 1, Some(Arc::new(key)));
            assert!(cache.read().by_key.len() <= 16);
        }
    }
}
