//! Request ids: random UUIDs, one draw of randomness for thirty-two.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use uuid::{Builder, Uuid};

/// One connection's supply of request ids.
#[derive(Default)]
pub(super) struct RequestIds(Mutex<Vec<[u8; 16]>>);

impl RequestIds {
    /// The next id.
    pub(super) fn draw(&self) -> Uuid {
        let mut supply = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if supply.is_empty() {
            let mut drawn = [0; DRAWN_TOGETHER * 16];
            // aws-lc ends the process when the system has no randomness, so the other branch is never taken.
            if SystemRandom::new().fill(&mut drawn).is_ok() {
                supply.extend(drawn.as_chunks::<16>().0);
            }
        }
        supply.pop().map_or(Uuid::nil(), |bytes| {
            Builder::from_random_bytes(bytes).into_uuid()
        })
    }
}

const DRAWN_TOGETHER: usize = 32;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_random_uuids_and_never_repeat() {
        let ids = RequestIds::default();
        let drawn: HashSet<Uuid> = (0..1000).map(|_| ids.draw()).collect();
        assert_eq!(drawn.len(), 1000);
        assert!(drawn.iter().all(|id| id.get_version_num() == 4));
    }
}
