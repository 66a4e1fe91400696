//! Audit events that were committed with their change and may not have reached the log yet.

use super::{Fault, Record};

/// One event, as the JSON text of the log line's `e` member.
pub(crate) struct OutboxRecord {
    /// The event.
    pub event: Vec<u8>,
}

impl Record for OutboxRecord {
    const TABLE: &'static str = "outbox";
    const FORMAT: u8 = 1;

    fn write(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        out.extend_from_slice(&self.event);
        Ok(())
    }

    fn read(format: u8, bytes: &[u8]) -> Result<Self, Fault> {
        if format != Self::FORMAT {
            return Err(Fault::Format(Self::TABLE));
        }
        Ok(Self {
            event: bytes.to_vec(),
        })
    }
}
