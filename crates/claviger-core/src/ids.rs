//! Ids that must be unique but not secret, without a draw from the system for each.

use claviger_crypto::Rng;
use uuid::Uuid;

use crate::per_thread::PerThread;

/// Random ids from a buffer that is refilled a few kilobytes at a time. Never for secrets.
#[derive(Default)]
pub(crate) struct Ids(PerThread<Buffer>);

struct Buffer {
    bytes: Box<[u8; BUFFER_BYTES]>,
    used: usize,
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            bytes: Box::new([0; BUFFER_BYTES]),
            used: BUFFER_BYTES,
        }
    }
}

impl Ids {
    /// A random (version 4) UUID.
    pub(crate) fn next(&self, rng: &dyn Rng) -> Result<Uuid, claviger_crypto::Error> {
        let mut buffer = self.0.own();
        if buffer.used == BUFFER_BYTES {
            rng.fill(&mut *buffer.bytes)?;
            buffer.used = 0;
        }
        let from = buffer.used;
        buffer.used = from.saturating_add(ID_BYTES);
        let bytes = buffer
            .bytes
            .get(from..)
            .and_then(|rest| rest.first_chunk())
            .ok_or(claviger_crypto::Error::Engine)?;
        Ok(uuid::Builder::from_random_bytes(*bytes).into_uuid())
    }
}

const ID_BYTES: usize = 16;
const BUFFER_BYTES: usize = 256 * ID_BYTES;
