//! The grants that decide, and the tokens that name them.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_policy::{Grant, PrincipalKind};

use crate::{
    cache::Cache,
    call::Caller,
    core::Core,
    error::{self, Error},
    key::Key,
    records::{Fault, GrantPlace, GrantRecord, KeyPlace},
    staged::Staged,
};

/// All grants of one grantee on one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Grantee {
    pub(crate) key: KeyPlace,
    /// The unique id, or a service's name.
    pub(crate) id: String,
}

/// What is cached of a grantee: also that there is nothing.
pub(crate) type Granted = Vec<Arc<Grant>>;

/// The grants of a key that name the caller: itself, its role, or its account.
pub(crate) async fn of_caller(core: &Core, key: &Key, caller: &Caller) -> Result<Granted, Fault> {
    let mut granted = Granted::new();
    for id in ids(caller) {
        let grantee = Grantee {
            key: key.place.clone(),
            id,
        };
        granted.extend(of(core, &grantee).await?.iter().cloned());
    }
    Ok(granted)
}

/// Puts the end or the beginning of a grant in force: what is cached of the grantee is read again.
pub(crate) fn publish(core: &Core, staged: &mut Staged, grantee: Grantee) {
    let grants: Arc<Cache<Grantee, Granted>> = Arc::clone(&core.grants);
    // Nothing is put in its place. So no slot of this cache has a high-water mark, and a fill needs no revision: the
    // lease alone, which this voids, tells whether somebody read before the change.
    staged.then(move |_| grants.settle(&grantee, None, None));
}

/// A new token of a grant.
pub(crate) fn seal_token(core: &Core, place: &GrantPlace) -> Result<String, Error> {
    let said = [&[TOKEN_FORMAT], place.id().as_bytes()].concat();
    let token = core.records.seal_token(TOKEN, &said, &*core.rng)?;
    Ok(STANDARD.encode(token))
}

/// The grant that a token names.
pub(crate) fn open_token(core: &Core, token: &str) -> Result<GrantPlace, Error> {
    let place = || {
        let said = core
            .records
            .open_token(TOKEN, &STANDARD.decode(token).ok()?)?;
        // EXPOSE: a grant token is no secret.
        let (format, id) = said.expose().split_first()?;
        let id = std::str::from_utf8(id)
            .ok()
            .filter(|_| *format == TOKEN_FORMAT)?;
        GrantPlace::parse(id)
    };
    place().ok_or_else(error::invalid_grant_token)
}

/// Grants are in force as soon as they are created, so the tokens that are sent along decide nothing; they must be
/// genuine all the same.
// UNKNOWN: whether AWS refuses the token of a grant that has ended, or of another key; here it has no effect.
pub(crate) fn check_tokens(core: &Core, tokens: &[String]) -> Result<(), Error> {
    tokens
        .iter()
        .try_for_each(|token| open_token(core, token).map(drop))
}

async fn of(core: &Core, grantee: &Grantee) -> Result<Arc<Granted>, Fault> {
    if let Some(granted) = core.grants.look(grantee) {
        return Ok(granted);
    }
    let lease = core.grants.lease(grantee);
    let granted = Arc::new(read(core, grantee).await?);
    core.grants.fill(grantee, lease, 0, Arc::clone(&granted));
    Ok(granted)
}

async fn read(core: &Core, grantee: &Grantee) -> Result<Granted, Fault> {
    let prefix = GrantPlace::prefix_of(&core.records, &grantee.key, &grantee.id);
    let mut granted = Granted::new();
    let mut after: Option<String> = None;
    loop {
        let page = core
            .records
            .list::<GrantRecord>(&prefix, after.as_deref(), PAGE)
            .await?;
        let Some((last, _)) = page.last() else {
            return Ok(granted);
        };
        after = Some(last.clone());
        for (id, stored) in page {
            let place = GrantPlace::parse(&id).ok_or(Fault::Format(GRANTS))?;
            if stored.record.grantee.id() != grantee.id {
                return Err(Fault::Format(GRANTS));
            }
            granted.push(Arc::new(stored.record.compile(&place.grant)));
        }
    }
}

fn ids(caller: &Caller) -> Vec<String> {
    let principal = &caller.principal;
    let mut ids = vec![principal.unique_id.clone()];
    if let PrincipalKind::Session { role_id, .. } = &principal.kind {
        ids.push(role_id.clone());
    }
    let account = caller.account.to_string();
    if !ids.contains(&account) {
        ids.push(account);
    }
    ids
}

const TOKEN: &str = "grant";
const TOKEN_FORMAT: u8 = 1;
const GRANTS: &str = "grant";
const PAGE: usize = 500;
