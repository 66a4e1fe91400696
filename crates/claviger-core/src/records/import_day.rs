//! The key under which one day's import tokens are sealed.

use claviger_model::{Secret, Timestamp};

use super::{Fault, Record};

/// 32 random bytes of one UTC day. Never derived and destroyed after 48 hours, so that a wrap recorded on the wire
/// stays closed even to someone who later learns every other key.
pub(crate) struct ImportDayRecord {
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
    /// The id of the day, so that ids sort by age.
    pub(crate) fn id(day: u32) -> String {
        format!("{day:010}")
    }

    /// The UTC day of a moment: days since the epoch.
    pub(crate) fn day_at(now: Timestamp) -> Result<u32, Fault> {
        u32::try_from(now.epoch_ms().div_euclid(DAY_MS)).map_err(|_| Fault::Engine)
    }

    /// The day of an id.
    pub(crate) fn day_of(id: &str) -> Option<u32> {
        id.parse().ok()
    }
}

/// The length of a day's key.
pub(crate) const DAY_KEY_BYTES: usize = 32;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
