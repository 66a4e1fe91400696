//! The user that a request names, or the caller when it names none.

use claviger_core::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Ask, On, Subject},
    records::Stored,
    rule::Rule,
};
use claviger_model::AccountId;
use claviger_policy::{PrincipalKind, Values};

use super::{asks, condition_of, lanes};
use crate::{
    entities, errors,
    records::{AccessKeys, AccountRecord, Entity, EntityKind, UserRecord},
};

/// A user, or the account root when it calls without naming one.
pub(crate) struct UserOrCaller {
    account: AccountId,
    name: String,
    arn: String,
    found: Option<KeyOwner>,
}

/// Whose access keys there are.
pub(crate) enum KeyOwner {
    /// A user.
    User(Box<Stored<UserRecord>>),
    /// The account root.
    Root(Stored<AccountRecord>),
}

impl Subject for UserOrCaller {
    type Wanted<'a> = Option<&'a str>;

    async fn resolve(
        cx: &Cx<'_>,
        _: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let account = cx.caller.account;
        let (name, found) = match wanted {
            Some(name) => {
                let found = entities::by_name(&cx.core.records, account, name).await?;
                (name.to_owned(), found.map(Box::new).map(KeyOwner::User))
            }
            None => caller(cx).await?,
        };
        let arn = match &found {
            Some(KeyOwner::User(user)) => user.record.arn(account),
            Some(KeyOwner::Root(_)) => format!("arn:aws:iam::{account}:root"),
            None => EntityKind::User.arn(account, "/", &name),
        };
        Ok(Self {
            account,
            name,
            arn,
            found,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        asks(rule, On::Entity(&self.arn)).into_iter()
    }

    fn agrees(&self) -> Result<(), Error> {
        self.owner().map(drop)
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        match self.found.as_ref()? {
            KeyOwner::User(user) => condition_of(&user.record, key),
            KeyOwner::Root(_) => None,
        }
    }

    fn lanes(&self) -> Vec<u64> {
        lanes(self.account)
    }
}

impl UserOrCaller {
    /// Who is meant.
    pub(crate) fn owner(&self) -> Result<&KeyOwner, Error> {
        self.found
            .as_ref()
            .ok_or_else(|| errors::no_such_entity(EntityKind::User, &self.name))
    }
}

impl KeyOwner {
    /// The access keys.
    pub(crate) fn keys(&self) -> &AccessKeys {
        match self {
            Self::User(user) => &user.record.access_keys,
            Self::Root(account) => &account.record.root_keys,
        }
    }

    /// The user's name; the root has none.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::User(user) => Some(&user.record.name),
            Self::Root(_) => None,
        }
    }
}

/// The caller as a user, or the root as the account.
async fn caller(cx: &Cx<'_>) -> Result<(String, Option<KeyOwner>), Error> {
    let account = cx.caller.account;
    let principal = &cx.caller.principal;
    match principal.kind {
        PrincipalKind::Root => {
            let id = AccountRecord::id(account);
            let record = cx.read::<AccountRecord>(&id).await?;
            Ok((account.to_string(), record.map(KeyOwner::Root)))
        }
        PrincipalKind::User => {
            let user =
                entities::by_id::<UserRecord>(&cx.core.records, account, &principal.unique_id)
                    .await?;
            // A caller who was deleted since it signed: as if it had come a moment later.
            let user = user.ok_or_else(|| error::access_denied(String::new()))?;
            Ok((
                user.record.name.clone(),
                Some(KeyOwner::User(Box::new(user))),
            ))
        }
        PrincipalKind::Role
        | PrincipalKind::Session { .. }
        | PrincipalKind::FederatedUser
        | PrincipalKind::WebIdentity { .. } => Err(errors::user_name_needed()),
    }
}
