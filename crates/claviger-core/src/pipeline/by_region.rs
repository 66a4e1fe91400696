//! Multi-Region keys as the thing that is acted upon: the primary key, and what is or shall be in another Region.

use std::{iter, sync::Arc};

use claviger_model::Region;
use claviger_policy::{Value, Values};

use super::{
    resolve::{Found, find_by_identifier},
    subject::{Ask, Named, On, Subject, one},
};
use crate::{
    cx::Cx,
    error::Error,
    key::Key,
    records::KeyPlace,
    rule::{Actions, Rule},
};

/// ReplicateKey: a key, and one that does not exist yet. The second question is that of CreateKey, about a key with the
/// properties of the first.
pub(crate) struct Replication {
    found: Found,
}

impl Subject for Replication {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        Ok(Self {
            found: find_by_identifier(cx, rule, wanted).await?,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        let create = match rule.actions {
            Actions::FromTo(_, create) => Actions::One(create),
            Actions::Open | Actions::One(_) => Actions::Open,
        };
        let replicate = one(rule.actions, On::Key(&self.found.key), None);
        replicate.into_iter().chain(one(create, On::Any, None))
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        iter::once(&self.found.key)
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        let record = &self.found.key.record;
        match key {
            "kms:keyspec" | "kms:customermasterkeyspec" => Some(Values::text(record.spec.as_str())),
            "kms:keyusage" | "kms:customermasterkeyusage" => {
                Some(Values::text(record.usage.as_str()))
            }
            "kms:keyorigin" => Some(Values::text(record.origin.as_str())),
            "kms:multiregion" => Some(Values::One(Value::Bool(record.multi_region))),
            _ => None,
        }
    }
}

impl Replication {
    /// The key to be replicated.
    pub(crate) fn key(&self) -> &Arc<Key> {
        &self.found.key
    }
}

/// UpdatePrimaryRegion: the primary key and the replica that takes its place.
pub(crate) struct Promotion {
    primary: Found,
    replica: Option<Arc<Key>>,
}

impl Subject for Promotion {
    type Wanted<'a> = (&'a str, &'a str);

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        (primary, region): Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let primary = find_by_identifier(cx, rule, primary).await?;
        let listed = primary
            .key
            .record
            .other_regions()
            .find(|other| *other == region)
            .and_then(|region| Region::parse(region).ok());
        let replica = match listed {
            Some(region) => {
                let key = primary.key.place.key;
                cx.core.key(&KeyPlace { region, key }).await?
            }
            None => None,
        };
        Ok(Self { primary, replica })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        let actions = rule.actions;
        self.keys()
            .filter_map(move |key| one(actions, On::Key(key), None))
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.keys()
    }

    /// The replica is named by the event in its own Region.
    fn named(&self) -> impl Iterator<Item = Named<'_>> {
        iter::once(Named::Key(&self.primary.key))
    }
}

impl Promotion {
    fn keys(&self) -> impl Iterator<Item = &Arc<Key>> + Send {
        iter::once(&self.primary.key).chain(&self.replica)
    }

    /// The key that the request names.
    pub(crate) fn primary(&self) -> &Arc<Key> {
        &self.primary.key
    }

    /// The key that belongs to it in the wanted Region, if there is one.
    pub(crate) fn replica(&self) -> Option<&Arc<Key>> {
        self.replica.as_ref()
    }
}
