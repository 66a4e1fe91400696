//! The service's clock: real time, plus an offset that only `dev --test-clock` moves, forward only.

use std::sync::atomic::{AtomicI64, Ordering};

use claviger_model::Timestamp;

/// Where the service reads the time. Calls follow [`Clock::now`], expiry among them; the freshness of signatures follows
/// [`Clock::real_now`], so that real clients go on working while a test moves the clock; jobs follow
/// [`Clock::earliest_now`], so that a wall clock that was set wrongly destroys nothing.
///
/// From its making on it has two witnesses: the wall clock, and the time that passed since by a clock that nobody sets.
pub struct Clock {
    wall: fn() -> i64,
    passed: fn() -> i64,
    /// What the wall clock showed when `passed` showed 0, both believed as this clock was made.
    origin_ms: i64,
    offset_ms: AtomicI64,
    /// The lead that [`Clock::jump_ms`] last knew.
    told_ms: AtomicI64,
}

impl Clock {
    /// A clock over `wall`, which gives real epoch milliseconds, and `passed`, which counts milliseconds from any moment on: those
    /// in which the machine slept too, and whatever the wall clock is set to.
    pub fn new(wall: fn() -> i64, passed: fn() -> i64) -> Self {
        Self {
            wall,
            passed,
            origin_ms: wall().saturating_sub(passed()),
            offset_ms: AtomicI64::new(0),
            told_ms: AtomicI64::new(0),
        }
    }

    /// The service's time, by the wall clock.
    pub fn now(&self) -> Timestamp {
        self.at_ms((self.wall)())
    }

    /// The earliest time that it may be: by whichever witness is behind. What can't be undone is due by this.
    pub fn earliest_now(&self) -> Timestamp {
        self.at_ms((self.wall)().min(self.counted_ms()))
    }

    /// The latest time that it may be. A waiting period that begins now ends no earlier than it should after this.
    pub fn latest_now(&self) -> Timestamp {
        self.at_ms((self.wall)().max(self.counted_ms()))
    }

    /// The real time.
    pub fn real_now(&self) -> Timestamp {
        Timestamp::from_epoch_ms((self.wall)())
    }

    /// How far the wall clock has been set ahead (or back, when negative) since this clock was made, in milliseconds.
    pub fn lead_ms(&self) -> i64 {
        (self.wall)().saturating_sub(self.counted_ms())
    }

    /// By how much it was set since this was last asked, if that is worth telling.
    pub(crate) fn jump_ms(&self) -> Option<i64> {
        let lead_ms = self.lead_ms();
        let jump_ms = lead_ms.saturating_sub(self.told_ms.load(Ordering::Acquire));
        let is_told = jump_ms.saturating_abs() > JUMP_MS_MIN;
        is_told.then(|| {
            self.told_ms.store(lead_ms, Ordering::Release);
            jump_ms
        })
    }

    /// How far the service's time runs ahead of the real one, in milliseconds.
    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Acquire)
    }

    /// Moves the offset forward; a smaller one than today's is ignored.
    pub(crate) fn advance_to_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.fetch_max(offset_ms, Ordering::AcqRel);
    }

    /// The real time if nobody had set the wall clock since.
    fn counted_ms(&self) -> i64 {
        self.origin_ms.saturating_add((self.passed)())
    }

    fn at_ms(&self, real_ms: i64) -> Timestamp {
        Timestamp::from_epoch_ms(real_ms.saturating_add(self.offset_ms()))
    }
}

/// A clock that a time service keeps is slewed, which both witnesses follow alike; what is set by less than this is not worth a word.
const JUMP_MS_MIN: i64 = 1000;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static WALL_MS: Cell<i64> = const { Cell::new(1_000_000) };
        static PASSED_MS: Cell<i64> = const { Cell::new(500) };
    }

    fn clock() -> Clock {
        Clock::new(|| WALL_MS.get(), || PASSED_MS.get())
    }

    fn pass(ms: i64) {
        WALL_MS.set(WALL_MS.get() + ms);
        PASSED_MS.set(PASSED_MS.get() + ms);
    }

    fn set(by_ms: i64) {
        WALL_MS.set(WALL_MS.get() + by_ms);
    }

    fn readings(clock: &Clock) -> [i64; 3] {
        [clock.earliest_now(), clock.now(), clock.latest_now()].map(Timestamp::epoch_ms)
    }

    #[test]
    fn while_nobody_sets_it_all_readings_agree_and_a_test_moves_all() {
        let clock = clock();
        pass(40_000);
        assert_eq!(readings(&clock), [1_040_000; 3]);
        clock.advance_to_offset_ms(7_000);
        assert_eq!(readings(&clock), [1_047_000; 3]);
        assert_eq!(clock.real_now().epoch_ms(), 1_040_000);
        assert_eq!(clock.jump_ms(), None);
    }

    #[test]
    fn it_is_never_earlier_nor_later_than_either_witness_says() {
        let clock = clock();
        set(900_000);
        pass(1_000);
        assert_eq!(readings(&clock), [1_001_000, 1_901_000, 1_901_000]);
        set(-1_800_000);
        assert_eq!(readings(&clock), [101_000, 101_000, 1_001_000]);
        set(900_000);
        assert_eq!(readings(&clock), [1_001_000; 3]);
    }

    #[test]
    fn each_jump_is_told_once_and_what_is_slewed_is_not() {
        let clock = clock();
        set(900);
        assert_eq!(clock.jump_ms(), None);
        set(8_000);
        assert_eq!(clock.jump_ms(), Some(8_900));
        pass(1_000_000);
        assert_eq!(clock.jump_ms(), None);
        set(-8_900);
        assert_eq!(clock.jump_ms(), Some(-8_900));
        assert_eq!(clock.jump_ms(), None);
    }
}
