//! The running second as events say it: printed once by each thread, not once in each event.

use std::sync::MutexGuard;

use claviger_model::Timestamp;

use crate::per_thread::PerThread;

/// The last second that each thread has printed.
#[derive(Default)]
pub(crate) struct Seconds(PerThread<Second>);

/// A second and its text.
#[derive(Default)]
pub(crate) struct Second {
    /// Since the epoch; none before the first was printed.
    at: Option<i64>,
    /// CloudTrail's `eventTime`.
    pub(crate) text: String,
}

impl Seconds {
    /// The second of `now`. Hold no two at once.
    pub(crate) fn of(&self, now: Timestamp) -> MutexGuard<'_, Second> {
        let mut second = self.0.own();
        let at = Some(now.epoch_seconds());
        if second.at != at {
            let text = now.to_string();
            *second = Second { at, text };
        }
        second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_moment_has_the_text_of_its_second() {
        let seconds = Seconds::default();
        for ms in [0, 999, 1000, -1, -1000, -1001, 1_767_323_045_678] {
            let now = Timestamp::from_epoch_ms(ms);
            assert_eq!(seconds.of(now).text, now.to_string());
        }
    }
}
