//! An alias as the thing that is acted upon, with the keys that it points to and shall point to.

use std::sync::Arc;

use claviger_model::KeyIdentifier;

use super::{
    resolve::{find_alias, find_by_identifier, find_by_uuid},
    subject::{Ask, Named, On, Subject, lane, lane_of, one},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    records::{AliasPlace, AliasRecord, Stored},
    rule::Rule,
};

/// The alias of an alias operation, and the key that it shall point to.
pub struct WantedAlias<'a> {
    /// The alias name.
    pub name: &'a str,
    /// The new target's identifier; none for DeleteAlias.
    pub target: Option<&'a str>,
    /// Whether the alias must exist already.
    pub exists: bool,
}

/// An alias with the key that it points to and the key that it shall point to.
pub struct AliasAndKeys {
    /// The alias's place.
    pub place: AliasPlace,
    /// Its record, when it exists.
    pub record: Option<Stored<AliasRecord>>,
    /// The key that it points to.
    pub old: Option<Arc<Key>>,
    /// The key that it shall point to.
    pub new: Option<Arc<Key>>,
    /// Whether the operation works on an alias that exists. CreateAlias asks nothing about the key of an alias that
    /// happens to bear the name already.
    exists: bool,
    arn: String,
}

impl Subject for AliasAndKeys {
    type Wanted<'a> = WantedAlias<'a>;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let place = resolve_alias_name(cx, wanted.name)?;
        // Aliases of earlier versions may have one; they can still be moved and deleted.
        if !wanted.exists && wanted.name.contains(':') {
            return Err(error::alias_characters(wanted.name));
        }
        if wanted.target.is_some_and(names_an_alias) {
            return Err(error::alias_of_alias());
        }
        let arn = place.arn();
        let record = find_alias(cx, &place).await?;
        if wanted.exists && record.is_none() {
            return Err(error::alias_not_found(&arn));
        }
        let new = match wanted.target {
            Some(target) => Some(find_by_identifier(cx, rule, target).await?.key),
            None => None,
        };
        let old = match &record {
            Some(stored) => find_by_uuid(cx, stored.record.target).await?,
            None => None,
        };
        Ok(Self {
            place,
            record,
            old,
            new,
            exists: wanted.exists,
            arn,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        let keys = [
            self.old.as_deref().filter(|_| self.exists),
            self.new.as_deref(),
        ];
        let actions = rule.actions;
        let keys = keys.into_iter().flatten();
        one(actions, On::Alias(&self.arn), None)
            .into_iter()
            .chain(keys.filter_map(move |key| one(actions, On::Key(key), None)))
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        // AWS: footnote 10 of the key state table: only the new target's state counts.
        self.new.iter()
    }

    /// The key that the alias points to, or shall. Of a new alias AWS names the key first.
    ///
    /// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/ct-createalias.html>
    fn named(&self) -> impl Iterator<Item = Named<'_>> {
        let key = self.new.as_ref().or(self.old.as_ref()).map(Named::Key);
        let alias = Some(Named::Alias(&self.arn));
        let both = if self.exists {
            [alias, key]
        } else {
            [key, alias]
        };
        both.into_iter().flatten()
    }

    fn lanes(&self) -> Vec<u64> {
        let keys = self.new.iter().chain(&self.old);
        let keys = keys.map(|key| lane_of(&key.place));
        keys.chain([lane(&self.place)]).collect()
    }
}

impl AliasAndKeys {
    /// The alias ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }
}

fn names_an_alias(target: &str) -> bool {
    matches!(
        KeyIdentifier::parse(target),
        Ok(KeyIdentifier::Alias(_) | KeyIdentifier::AliasArn(_))
    )
}

fn resolve_alias_name(cx: &Cx<'_>, name: &str) -> Result<AliasPlace, Error> {
    if !name.starts_with("alias/") {
        return Err(error::alias_prefix());
    }
    let name =
        claviger_model::AliasName::parse(name).ok_or_else(|| error::invalid_alias_name(name))?;
    if name.as_str().starts_with("alias/aws/") {
        return Err(error::alias_reserved());
    }
    Ok(AliasPlace {
        account: cx.caller.account,
        region: cx.region.clone(),
        name,
    })
}
