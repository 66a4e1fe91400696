//! From what the caller typed to the record that it names.

use std::sync::Arc;

use claviger_model::{
    AccountId, AliasName, IdentifierError, KeyId, KeyIdentifier, Operation, error_code,
};
use uuid::Uuid;

use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    records::{AliasPlace, AliasRecord, KeyPlace, Stored},
    rule::{Identifiers, Rule},
};

/// A key, and the alias by which it was named.
pub(super) struct Found {
    pub(super) key: Arc<Key>,
    pub(super) alias: Option<String>,
}

impl Found {
    /// Whether the key's ciphertexts say nothing about it.
    pub(super) fn is_asymmetric(&self) -> bool {
        !self.key.record.is_symmetric()
    }
}

/// Finds the key that `text` names. An unknown key of the caller's own account is said to be absent; of another
/// account nothing is told.
pub(super) async fn find_by_identifier(
    cx: &Cx<'_>,
    rule: &Rule,
    text: &str,
) -> Result<Found, Error> {
    if let Some(key) = cached(cx, text) {
        reachable(cx, rule, &key.account)?;
        return Ok(Found { key, alias: None });
    }
    let identifier = KeyIdentifier::parse(text).map_err(|error| match error {
        IdentifierError::MalformedId(id) => error::invalid_key_id(&id),
        IdentifierError::MalformedArn(arn) => malformed_arn(rule, &arn),
    })?;
    let by_alias = matches!(
        identifier,
        KeyIdentifier::Alias(_) | KeyIdentifier::AliasArn(_)
    );
    if by_alias && rule.identifiers != Identifiers::KeyOrAlias {
        return Err(error::alias_unsupported());
    }
    match identifier {
        KeyIdentifier::Id(id) => find_by_id(cx, &cx.caller.account, id).await,
        KeyIdentifier::Arn(arn) => {
            in_region(cx, arn.region.as_str())?;
            reachable(cx, rule, &arn.account)?;
            find_by_id(cx, &arn.account, arn.id).await
        }
        KeyIdentifier::Alias(name) => Box::pin(find_by_alias(cx, cx.caller.account, name)).await,
        KeyIdentifier::AliasArn(arn) => {
            in_region(cx, arn.region.as_str())?;
            reachable(cx, rule, &arn.account)?;
            Box::pin(find_by_alias(cx, arn.account, arn.name)).await
        }
    }
}

/// AWS's model lists InvalidArnException for some operations, but for no cryptographic one: those find nothing by what is no
/// ARN of a key.
fn malformed_arn(rule: &Rule, arn: &str) -> Error {
    let listed = Operation::from_name(rule.name).map_or(&[][..], Operation::errors);
    if listed.contains(&error_code::INVALID_ARN) {
        error::invalid_arn(arn)
    } else {
        error::arn_not_found(arn)
    }
}

/// The key in memory that `text` names to the letter: by its ARN, or by its id where it is the caller's own. What this does not
/// find is read part by part.
fn cached(cx: &Cx<'_>, text: &str) -> Option<Arc<Key>> {
    let id = text.get(text.len().checked_sub(KEY_ID_LETTERS)?..)?;
    let place = KeyPlace {
        region: cx.region.clone(),
        key: KeyId::parse(id).ok()?.uuid(),
    };
    let key = cx.core.keys.look(&place)?;
    let named = if id.len() == text.len() {
        key.arn.ends_with(id) && key.account == cx.caller.account
    } else {
        key.arn == text
    };
    named.then_some(key)
}

/// The key of this id in the call's Region, whoever owns it.
pub(super) async fn find_by_uuid(cx: &Cx<'_>, key: Uuid) -> Result<Option<Arc<Key>>, Error> {
    let place = KeyPlace {
        region: cx.region.clone(),
        key,
    };
    cx.core.key(&place).await.map_err(Error::from)
}

/// The alias at `place`, as the store has it.
pub(super) async fn find_alias(
    cx: &Cx<'_>,
    place: &AliasPlace,
) -> Result<Option<Stored<AliasRecord>>, Error> {
    let stored = cx
        .core
        .records
        .read::<AliasRecord>(&place.id(&cx.core.records))
        .await?;
    Ok(stored.filter(|stored| stored.record.name == place.name.as_str()))
}

async fn find_by_id(cx: &Cx<'_>, account: &AccountId, id: KeyId) -> Result<Found, Error> {
    let found = find_by_uuid(cx, id.uuid()).await?;
    match found
        .filter(|key| key.account == *account && key.record.multi_region == id.is_multi_region())
    {
        Some(key) => Ok(Found { key, alias: None }),
        None if *account == cx.caller.account => {
            let place = KeyPlace {
                region: cx.region.clone(),
                key: id.uuid(),
            };
            Err(error::key_not_found(
                place.arn(account, id.is_multi_region()),
            ))
        }
        None => Err(error::out_of_reach()),
    }
}

async fn find_by_alias(cx: &Cx<'_>, account: AccountId, name: AliasName) -> Result<Found, Error> {
    let own = account == cx.caller.account;
    let place = AliasPlace {
        account,
        region: cx.region.clone(),
        name,
    };
    let mut key = listed_key(&place, cached_target(cx, &place).await?);
    // The alias and its key are two records. Between reading them somebody may move the alias: then they are read again.
    for _ in 0..MOVES_FOLLOWED_MAX {
        if key.is_some() {
            break;
        }
        key = listed_key(&place, stored_target(cx, &place).await?);
    }
    match key {
        Some(key) => Ok(Found {
            key,
            alias: Some(place.name.as_str().to_owned()),
        }),
        None if own => Err(error::alias_not_found(place.arn())),
        None => Err(error::out_of_reach()),
    }
}

async fn cached_target(cx: &Cx<'_>, place: &AliasPlace) -> Result<Option<Arc<Key>>, Error> {
    match cx.core.alias_target(place).await? {
        Some(target) => find_by_uuid(cx, target).await,
        None => Ok(None),
    }
}

async fn stored_target(cx: &Cx<'_>, place: &AliasPlace) -> Result<Option<Arc<Key>>, Error> {
    match cx.core.stored_alias_target(place).await? {
        Some(key) => Ok(cx
            .core
            .stored_key(&KeyPlace {
                region: cx.region.clone(),
                key,
            })
            .await?),
        None => Ok(None),
    }
}

/// The key lists its aliases itself: an alias record alone, old or forged, points nowhere.
fn listed_key(place: &AliasPlace, key: Option<Arc<Key>>) -> Option<Arc<Key>> {
    key.filter(|key| {
        key.account == place.account && key.record.aliases.contains(place.name.as_str())
    })
}

fn in_region(cx: &Cx<'_>, region: &str) -> Result<(), Error> {
    if region == cx.region.as_str() {
        Ok(())
    } else {
        Err(error::arn_not_found(region))
    }
}

fn reachable(cx: &Cx<'_>, rule: &Rule, account: &AccountId) -> Result<(), Error> {
    if rule.cross_account || *account == cx.caller.account {
        Ok(())
    } else {
        Err(error::out_of_reach())
    }
}

/// Of both forms of a key id.
const KEY_ID_LETTERS: usize = 36;

/// How often an alias that moves while it is read is followed.
const MOVES_FOLLOWED_MAX: usize = 3;
