//! A key that comes into being when it is looked at: what a predefined alias of AWS stands for.

use std::{iter, sync::Arc};

use claviger_model::KeyIdentifier;

use super::{
    resolve::{Found, find_by_identifier},
    subject::{Ask, On, Subject, one},
};
use crate::{
    cx::Cx,
    error::Error,
    key::Key,
    managed::ManagedFor,
    records::{AliasPlace, KeyPlace, Stored},
    rule::Rule,
};

/// The key that DescribeKey names.
pub struct Described {
    found: Found,
    /// The alias of a key that is yet to be made.
    planned: Option<AliasPlace>,
}

impl Subject for Described {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        if let Some((alias, service)) = predefined(cx, wanted)
            && cx.core.stored_alias_target(&alias).await?.is_none()
        {
            return plan(cx, alias, service);
        }
        Ok(Self {
            found: find_by_identifier(cx, rule, wanted).await?,
            planned: None,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        one(
            rule.actions,
            On::Key(&self.found.key),
            self.found.alias.as_deref(),
        )
        .into_iter()
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        iter::once(&self.found.key)
    }
}

impl Described {
    pub(super) fn key(&self) -> &Arc<Key> {
        &self.found.key
    }

    /// The alias under which the key is still to be made.
    pub fn planned(&self) -> Option<&AliasPlace> {
        self.planned.as_ref()
    }
}

/// The predefined alias of the caller's account that `wanted` names.
fn predefined(cx: &Cx<'_>, wanted: &str) -> Option<(AliasPlace, &'static ManagedFor)> {
    let name = match KeyIdentifier::parse(wanted).ok()? {
        KeyIdentifier::Alias(name) => name,
        KeyIdentifier::AliasArn(arn) => {
            let own = arn.account == cx.caller.account && arn.region == *cx.region;
            own.then_some(arn.name)?
        }
        KeyIdentifier::Id(_) | KeyIdentifier::Arn(_) => return None,
    };
    let service = ManagedFor::of_alias(name.as_str())?;
    let place = AliasPlace {
        account: cx.caller.account,
        region: cx.region.clone(),
        name,
    };
    Some((place, service))
}

/// The key as it will be. Its policy decides already whether the caller may see it, and so whether it is made.
fn plan(cx: &Cx<'_>, alias: AliasPlace, service: &ManagedFor) -> Result<Described, Error> {
    let place = KeyPlace {
        region: cx.region.clone(),
        key: cx.new_uuid()?,
    };
    let stored = Stored {
        record: service.new_record(&alias, &place, cx.now),
        version: 0,
        revision: 0,
        account: alias.account.as_u64(),
    };
    let key = Arc::new(Key::compile(place, stored)?);
    Ok(Described {
        found: Found {
            key,
            alias: Some(alias.name.as_str().to_owned()),
        },
        planned: Some(alias),
    })
}
