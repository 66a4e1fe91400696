//! The keys of one multi-Region key.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Which keys belong together: at most one a Region, one of them the primary. Each of the keys has this in its own
/// record, all the same, and a change of it is a change of all of them: no record is needed to make sense of another.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Related {
    /// The Region of the primary key.
    pub primary: String,
    /// The Regions of its replicas.
    pub replicas: BTreeSet<String>,
}

impl Related {
    /// A primary key of which there is no replica.
    pub fn alone(primary: &str) -> Self {
        Self {
            primary: primary.to_owned(),
            replicas: BTreeSet::new(),
        }
    }

    /// All Regions that have a key, the primary's first.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.primary)
            .chain(&self.replicas)
            .map(String::as_str)
    }

    /// Whether there is a key in this Region.
    pub fn has(&self, region: &str) -> bool {
        self.regions().any(|other| other == region)
    }

    /// With the replica in `region` and the primary key in each other's place.
    #[must_use]
    pub fn promoting(&self, region: &str) -> Self {
        let mut replicas = self.replicas.clone();
        replicas.remove(region);
        replicas.insert(self.primary.clone());
        Self {
            primary: region.to_owned(),
            replicas,
        }
    }
}
