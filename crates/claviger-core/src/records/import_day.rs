//! The key under which one day's import tokens are sealed.

use claviger_model::Secret;

use super::{Fault, Record};

/// 32 random bytes of one UTC day. Never derived and destroyed after 48 hours, so that a wrap recorded on the wire
/// stays closed even to someone who later learns every other key.
pub struct ImportDayRecord {
    /// The day's key.
    pub key: Secret,
}

impl Record for ImportDayRecord {
    const TABLE: &'static str = "import-day";
    const FORMAT: u8 = 1;

    fn write(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        // EXPOSE: the plaintext of a record, sealed by whoever called.
        out.extend_from_slice(self.key.expose());
        Ok(())
    }

    fn read(format: u8, bytes: &[u8]) -> Result<Self, Fault> {
        if format != Self::FORMAT || bytes.len() != DAY_KEY_BYTES {
            return Err(Fault::Format(Self::TABLE));
        }
        Ok(Self {
            key: Secret::copy_of(bytes),
        })
    }
}

impl ImportDayRecord {
    /// The id of the day: days since the epoch, so that ids sort by age.
    pub fn id(day: u32) -> String {
        format!("{day:010}")
    }

    /// The day of an id.
    pub fn day_of(id: &str) -> Option<u32> {
        id.parse().ok()
    }
}

/// The length of a day's key.
pub const DAY_KEY_BYTES: usize = 32;
