//! Records of the deployment itself.

use serde::{Deserialize, Serialize};

use crate::json_record;

/// How far `dev --test-clock` has moved the service's clock.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ClockRecord {
    /// Milliseconds ahead of real time.
    pub offset_ms: i64,
}

json_record!(ClockRecord, "clock");

/// Something was deleted that no pass has erased yet. It comes with the deletion, so that a killed process owes it still.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ErasureRecord {}

json_record!(ErasureRecord, "erasure");

impl ErasureRecord {
    /// The only id of the table.
    pub(crate) const ID: &'static str = "owed";
}

impl ClockRecord {
    /// The only id of the table.
    pub(crate) const ID: &'static str = "offset";
}
