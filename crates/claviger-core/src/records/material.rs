//! The secret bytes of one key material.

use claviger_model::Secret;
use uuid::Uuid;

use super::{Fault, Record};

/// Material stands apart from its key's record, so that it can be destroyed while the key lives on. The key's record
/// lists which materials it must have: one that is absent makes the key unusable, never usable without it.
pub(crate) struct MaterialRecord {
    /// The bytes.
    pub bytes: Secret,
}

impl Record for MaterialRecord {
    const TABLE: &'static str = "material";
    const FORMAT: u8 = 1;

    fn write(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        out.reserve_exact(self.bytes.len());
        // EXPOSE: the plaintext of a record, sealed by whoever called.
        out.extend_from_slice(self.bytes.expose());
        Ok(())
    }

    fn read(format: u8, bytes: &[u8]) -> Result<Self, Fault> {
        if format != Self::FORMAT {
            return Err(Fault::Format(Self::TABLE));
        }
        Ok(Self {
            bytes: Secret::copy_of(bytes),
        })
    }
}

impl MaterialRecord {
    /// The id within the table.
    pub(crate) fn id(region: &str, key: Uuid, material: &str) -> String {
        format!("{region}/{key}/{material}")
    }
}
