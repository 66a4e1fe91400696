//! When an access key was used last.

use claviger_core::{json_record, records::Records};
use serde::{Deserialize, Serialize};

/// The last use of an access key that is known. It decides nothing.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct KeyUseRecord {
    /// When, epoch milliseconds.
    pub at_ms: i64,
    /// The service that was called, such as `kms`.
    pub service: String,
    /// The Region of the call.
    pub region: String,
}

json_record!(KeyUseRecord, "key-use");

impl KeyUseRecord {
    /// The id within the table; the store does not learn the access key id.
    pub(crate) fn id(records: &Records, access_key_id: &str) -> String {
        records.index("access-key-use", &[access_key_id.as_bytes()])
    }
}
