//! What every call writes, kept apart for each thread: no thread waits for another, and no cache line travels between
//! processors because two of them count.

use std::sync::{Mutex, MutexGuard, PoisonError};

use thread_local::ThreadLocal;

/// A value for each thread that asked for one. Who takes all of them misses nothing that was written before.
pub struct PerThread<T: Send>(ThreadLocal<Apart<T>>);

/// Processors fetch cache lines in pairs of 64 bytes.
#[repr(align(128))]
#[derive(Default)]
struct Apart<T>(Mutex<T>);

impl<T: Send> Default for PerThread<T> {
    fn default() -> Self {
        Self(ThreadLocal::new())
    }
}

impl<T: Default + Send> PerThread<T> {
    /// The value of this thread. Hold no two at once.
    pub fn own(&self) -> MutexGuard<'_, T> {
        self.0.get_or_default().lock()
    }

    /// The values of all threads, one after the other.
    pub fn all(&self) -> impl Iterator<Item = MutexGuard<'_, T>> {
        self.0.iter().map(Apart::lock)
    }
}

impl<T> Apart<T> {
    // A panic elsewhere must not turn every later request into one.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_write_apart_and_are_read_together() {
        let counts = PerThread::<u32>::default();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..100).for_each(|_| *counts.own() += 1));
            }
        });
        // Values outlive their threads.
        *counts.own() += 1;
        assert_eq!(counts.all().map(|count| *count).sum::<u32>(), 801);
    }
}
