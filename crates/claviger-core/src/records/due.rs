//! What the jobs must do, and when: one small record a due date, ordered by time.

use claviger_model::{MaterialId, Region, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::json_record;

/// A date at which a job looks at a key. It says nothing on its own: the job re-reads the key and acts only when the
/// key itself says that the time has come, so a stale or replayed due record does no harm.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Due {
    /// When, epoch milliseconds.
    pub at_ms: i64,
    /// What.
    pub kind: DueKind,
    /// The key's Region.
    pub region: String,
    /// The key.
    pub key: Uuid,
    /// The material that expires, in hex.
    pub material: Option<String>,
}

/// The kinds of due work.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum DueKind {
    /// Imported material expires.
    Expiry,
    /// The waiting period of a key ends.
    Deletion,
    /// A key is gone, and its grants must follow.
    Grants,
    /// A key rotates on its own.
    Rotation,
}

json_record!(Due, "due");

impl Due {
    /// The expiry of one material.
    pub(crate) fn expiry(at: Timestamp, region: &Region, key: Uuid, material: &MaterialId) -> Self {
        Self {
            at_ms: at.epoch_ms(),
            kind: DueKind::Expiry,
            region: region.to_string(),
            key,
            material: Some(material.to_string()),
        }
    }

    /// The end of a waiting period.
    pub(crate) fn deletion(at: Timestamp, region: &Region, key: Uuid) -> Self {
        Self {
            at_ms: at.epoch_ms(),
            kind: DueKind::Deletion,
            region: region.to_string(),
            key,
            material: None,
        }
    }

    /// The end of a deleted key's grants.
    pub(crate) fn grants(at: Timestamp, region: &Region, key: Uuid) -> Self {
        Self {
            kind: DueKind::Grants,
            ..Self::deletion(at, region, key)
        }
    }

    /// The next rotation of a key.
    pub(crate) fn rotation(at: Timestamp, region: &Region, key: Uuid) -> Self {
        Self {
            kind: DueKind::Rotation,
            ..Self::deletion(at, region, key)
        }
    }

    /// The id within the table: sorts by date.
    pub(crate) fn id(&self) -> String {
        let kind = match self.kind {
            DueKind::Expiry => "expiry",
            DueKind::Deletion => "deletion",
            DueKind::Grants => "grants",
            DueKind::Rotation => "rotation",
        };
        let material = self.material.as_deref().unwrap_or("-");
        format!(
            "{:016x}/{kind}/{}/{}/{material}",
            self.at_ms.max(0),
            self.region,
            self.key
        )
    }
}
