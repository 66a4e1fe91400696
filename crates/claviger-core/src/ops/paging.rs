//! Pages and their markers.
//!
//! A marker is opaque and bound to the account, Region, operation and list that it was given out for: another list does
//! not take it, and nobody can make one up.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    cx::Cx,
    error::{self, Error},
};

/// Which part of a list is asked for.
pub(super) struct Page {
    /// At most so many entries.
    pub(super) limit: usize,
    /// Behind the entry of this id.
    pub(super) after: Option<String>,
    list: List,
}

/// What a marker is bound to.
pub(super) struct List {
    operation: &'static str,
    /// What distinguishes lists of one operation: a key, for instance.
    of: String,
}

/// What an operation's `Limit` may be.
pub(super) struct Limits {
    pub(super) default: usize,
    pub(super) max: usize,
}

impl Page {
    /// Reads `Limit` and `Marker` of a request.
    pub(super) fn read(
        cx: &Cx<'_>,
        operation: &'static str,
        of: &str,
        limits: &Limits,
        limit: Option<i32>,
        marker: Option<&str>,
    ) -> Result<Self, Error> {
        let list = List {
            operation,
            of: of.to_owned(),
        };
        let after = marker.map(|marker| list.open(cx, marker)).transpose()?;
        Ok(Self {
            limit: limits.of(limit),
            after,
            list,
        })
    }

    /// Cuts `entries`, which were read with one more than the limit, and gives the marker of the rest.
    pub(super) fn cut<T>(
        &self,
        cx: &Cx<'_>,
        entries: &mut Vec<T>,
        id: impl Fn(&T) -> String,
    ) -> Option<String> {
        if entries.len() <= self.limit {
            return None;
        }
        entries.truncate(self.limit);
        entries.last().map(|last| self.list.seal(cx, &id(last)))
    }

    /// The entries of a list that is in memory, in order, behind the marker and one more than the limit.
    pub(super) fn of_sorted<T>(
        &self,
        all: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> String,
    ) -> Vec<T> {
        let behind = |entry: &T| self.after.as_ref().is_none_or(|after| id(entry) > *after);
        all.into_iter()
            .filter(behind)
            .take(self.limit.saturating_add(1))
            .collect()
    }
}

impl Limits {
    pub(super) const UP_TO_100: Self = Self {
        default: 50,
        max: 100,
    };

    pub(super) const UP_TO_1000: Self = Self {
        default: 100,
        max: 1000,
    };

    /// Whether a request may ask for so many. The shape allows 1 to 1000 for every operation; most allow less.
    pub(super) fn check(&self, limit: Option<i32>) -> Result<(), Error> {
        match limit {
            Some(limit) if self.of(Some(limit)) > self.max => Err(error::constraint(
                limit,
                "limit",
                &format!("Member must have value less than or equal to {}", self.max),
            )),
            Some(_) | None => Ok(()),
        }
    }

    fn of(&self, limit: Option<i32>) -> usize {
        limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(self.default)
    }
}

impl List {
    fn seal(&self, cx: &Cx<'_>, after: &str) -> String {
        let mut bytes = self.tag(cx, after);
        bytes.extend_from_slice(after.as_bytes());
        STANDARD.encode(bytes)
    }

    fn open(&self, cx: &Cx<'_>, marker: &str) -> Result<String, Error> {
        let bytes = STANDARD
            .decode(marker)
            .map_err(|_| error::invalid_marker())?;
        let (tag, after) = bytes
            .split_at_checked(TAG_BYTES)
            .ok_or_else(error::invalid_marker)?;
        let after = std::str::from_utf8(after).map_err(|_| error::invalid_marker())?;
        if claviger_crypto::constant_time_eq(tag, &self.tag(cx, after)) {
            Ok(after.to_owned())
        } else {
            Err(error::invalid_marker())
        }
    }

    fn tag(&self, cx: &Cx<'_>, after: &str) -> Vec<u8> {
        let account = cx.caller.account.to_string();
        let parts = [
            &account,
            cx.region.as_str(),
            self.operation,
            &self.of,
            after,
        ]
        .map(str::as_bytes);
        let mut tag = cx.core.records.barrier.index("marker", &parts).to_vec();
        tag.truncate(TAG_BYTES);
        tag
    }
}

const TAG_BYTES: usize = 16;
