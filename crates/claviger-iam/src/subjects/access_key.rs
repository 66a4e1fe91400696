//! An access key that a request names without its owner.

use claviger_core::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Ask, On, Subject},
    rule::Rule,
};

use super::asks;
use crate::{
    entities, errors,
    records::{CredentialRecord, Entity, EntityKind, UserRecord},
};

/// An access key of the caller's account, and who has it.
pub(crate) struct KeyInUse {
    key: String,
    arn: String,
    /// The owner's name, when there is such a key.
    owner: Option<String>,
}

impl Subject for KeyInUse {
    type Wanted<'a> = &'a str;

    async fn resolve(cx: &Cx<'_>, _: &'static Rule, key: Self::Wanted<'_>) -> Result<Self, Error> {
        let account = cx.caller.account;
        let records = &cx.core.records;
        let id = CredentialRecord::id(records, key);
        let credential = cx.read::<CredentialRecord>(&id).await?;
        let credential = credential.filter(|stored| stored.record.account == account);
        let (arn, owner) = match credential.map(|stored| stored.record.owner) {
            None => (EntityKind::User.arn(account, "/", "*"), None),
            Some(owner) if owner == account.to_string() => {
                (format!("arn:aws:iam::{account}:root"), Some(owner))
            }
            Some(owner) => {
                let user = entities::by_id::<UserRecord>(records, account, &owner).await?;
                let user = user.ok_or_else(|| error::internal("a credential without its user"))?;
                (user.record.arn(account), Some(user.record.name))
            }
        };
        Ok(Self {
            key: key.to_owned(),
            arn,
            owner,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        asks(rule, On::Entity(&self.arn)).into_iter()
    }

    fn agrees(&self) -> Result<(), Error> {
        self.owner_name().map(drop)
    }
}

impl KeyInUse {
    /// The user's name, or the account id for the root.
    pub(crate) fn owner_name(&self) -> Result<&str, Error> {
        self.owner
            .as_deref()
            .ok_or_else(|| errors::no_such_access_key(&self.key))
    }
}
