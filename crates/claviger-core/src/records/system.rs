//! Records of the deployment itself.

use serde::{Deserialize, Serialize};

use crate::json_record;

/// How far `dev --test-clock` has moved the service's clock.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ClockRecord {
    /// Milliseconds ahead of real time.
    pub offset_ms: i64,
}

json_record!(ClockRecord, "clock");

impl ClockRecord {
    /// The only id of the table.
    pub const ID: &'static str = "offset";
}
