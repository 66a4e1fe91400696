//! Users, roles, groups and managed policies: how they are found, made, changed and removed.

use std::sync::Arc;

use claviger_core::{
    cx::Cx,
    error::Error,
    records::{Fault, Record, Records, Stored},
};
use claviger_model::AccountId;

use crate::records::{Entity, EntityKind, NameRecord, PrincipalRecord};

/// The entity of this unique id.
///
/// # Errors
/// The store fails, or what it holds does not open.
pub(crate) async fn by_id<E: Entity>(
    records: &Records,
    account: AccountId,
    unique_id: &str,
) -> Result<Option<Stored<E>>, Fault> {
    records.read::<E>(&E::place(account, unique_id)).await
}

/// The entity that bears this name, however its case is spelled.
///
/// # Errors
/// The store fails, or what it holds does not open.
pub async fn by_name<E: Entity>(
    records: &Records,
    account: AccountId,
    name: &str,
) -> Result<Option<Stored<E>>, Fault> {
    let index = NameRecord::id(records, E::KIND, account, name);
    let Some(named) = records.read::<NameRecord>(&index).await? else {
        return Ok(None);
    };
    let found = by_id::<E>(records, account, &named.record.id).await?;
    // The entity says itself what it is called: an index entry alone, old or forged, names nobody.
    Ok(found.filter(|stored| stored.record.name().eq_ignore_ascii_case(name)))
}

/// The entity of an ARN, which must be spelled exactly.
///
/// # Errors
/// The store fails, or what it holds does not open.
pub(crate) async fn by_arn<E: Entity>(
    records: &Records,
    account: AccountId,
    arn: &str,
) -> Result<Option<Stored<E>>, Fault> {
    let Some((_, name)) = arn.rsplit_once('/') else {
        return Ok(None);
    };
    let found = by_name::<E>(records, account, name).await?;
    Ok(found.filter(|stored| stored.record.arn(account) == arn))
}

/// Stages a new entity of the caller's account, with its name; two of one name can't both be committed.
pub(crate) fn create<E: Entity>(cx: &mut Cx<'_>, entity: &E) -> Result<(), Error> {
    let account = cx.caller.account;
    let id = entity.unique_id();
    cx.staged
        .create(E::place(account, id), Some(&account), entity)?;
    create_name::<E>(cx, id, entity.name())?;
    if matches!(E::KIND, EntityKind::User | EntityKind::Role) {
        let principal = PrincipalRecord {
            account: account.to_string(),
            kind: E::KIND,
        };
        cx.staged
            .create(id.to_owned(), Some(&account), &principal)?;
    }
    identities_change(cx);
    Ok(())
}

/// Stages the changed record of an entity. A new name takes the place of the old one.
pub(crate) fn replace<E: Entity>(
    cx: &mut Cx<'_>,
    stored: &Stored<E>,
    record: &E,
) -> Result<(), Error> {
    let account = cx.caller.account;
    let id = record.unique_id();
    let read = (stored.version, stored.revision);
    cx.staged
        .replace(E::place(account, id), Some(&account), read, record)?;
    let (old, new) = (stored.record.name(), record.name());
    if !old.eq_ignore_ascii_case(new) {
        remove_name::<E>(cx, old);
        create_name::<E>(cx, id, new)?;
    }
    identities_change(cx);
    Ok(())
}

/// Stages the removal of an entity and of its name. Its unique id is never given out again.
pub(crate) fn remove<E: Entity>(cx: &mut Cx<'_>, stored: &Stored<E>) {
    let account = cx.caller.account;
    let id = stored.record.unique_id();
    let expect = Some(stored.revision);
    cx.staged
        .remove::<E>(E::place(account, id), Some(&account), expect);
    remove_name::<E>(cx, stored.record.name());
    if matches!(E::KIND, EntityKind::User | EntityKind::Role) {
        cx.staged
            .remove::<PrincipalRecord>(id.to_owned(), Some(&account), None);
    }
    identities_change(cx);
}

/// Voids every composed caller once the commit has ended, however it did.
pub(crate) fn identities_change(cx: &mut Cx<'_>) {
    let principals = Arc::clone(cx.core.principals());
    cx.staged.then(move |_| principals.changed());
}

/// What a listed record must be: there, and no older than listed.
pub(crate) fn as_listed<E: Entity>(
    stored: Option<Stored<E>>,
    account: AccountId,
    unique_id: &str,
    version: u64,
) -> Result<Stored<E>, Fault> {
    stored
        .filter(|stored| stored.version >= version)
        .ok_or_else(|| {
            let place = E::place(account, unique_id);
            Fault::NotAsListed(format!("{}/{place}", <E as Record>::TABLE))
        })
}

fn create_name<E: Entity>(cx: &mut Cx<'_>, id: &str, name: &str) -> Result<(), Error> {
    let account = cx.caller.account;
    let index = NameRecord::id(&cx.core.records, E::KIND, account, name);
    let named = NameRecord { id: id.to_owned() };
    Ok(cx.staged.create(index, Some(&account), &named)?)
}

fn remove_name<E: Entity>(cx: &mut Cx<'_>, name: &str) {
    let account = cx.caller.account;
    let index = NameRecord::id(&cx.core.records, E::KIND, account, name);
    cx.staged.remove::<NameRecord>(index, Some(&account), None);
}
