//! Entities that a request names.

use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Ask, On, Subject},
    records::Stored,
    rule::Rule,
};
use claviger_model::AccountId;
use claviger_policy::Values;

use super::{asks, condition_of, lanes};
use crate::{
    entities, errors,
    records::{Entity, GroupRecord, UserRecord},
};

/// The user, role or group that a request names.
pub(crate) struct One<E> {
    account: AccountId,
    name: String,
    arn: String,
    found: Option<Stored<E>>,
}

impl<E: Entity> Subject for One<E> {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        _: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let account = cx.caller.account;
        let found = entities::by_name::<E>(&cx.core.records, account, wanted).await?;
        let arn = match &found {
            Some(stored) => stored.record.arn(account),
            None => E::KIND.arn(account, "/", wanted),
        };
        Ok(Self {
            account,
            name: wanted.to_owned(),
            arn,
            found,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        asks(rule, On::Entity(&self.arn)).into_iter()
    }

    fn agrees(&self) -> Result<(), Error> {
        self.stored().map(drop)
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        condition_of(&self.found.as_ref()?.record, key)
    }

    fn lanes(&self) -> Vec<u64> {
        lanes(self.account)
    }
}

impl<E: Entity> One<E> {
    /// Its record.
    pub(crate) fn stored(&self) -> Result<&Stored<E>, Error> {
        self.found
            .as_ref()
            .ok_or_else(|| errors::no_such_entity(E::KIND, &self.name))
    }

    /// Its unique id.
    pub(crate) fn id(&self) -> Result<&str, Error> {
        self.stored().map(|stored| stored.record.unique_id())
    }

    /// Its ARN.
    pub(crate) fn arn(&self) -> &str {
        &self.arn
    }
}

/// A group, and a user who joins or leaves it. The caller must be allowed on the group alone.
///
/// AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>
pub(crate) struct GroupAndUser {
    /// The group.
    pub(crate) group: One<GroupRecord>,
    /// The user.
    pub(crate) user: One<UserRecord>,
}

impl Subject for GroupAndUser {
    type Wanted<'a> = (&'a str, &'a str);

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        (group, user): Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        Ok(Self {
            group: One::resolve(cx, rule, group).await?,
            user: One::resolve(cx, rule, user).await?,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        self.group.asks(rule)
    }

    fn agrees(&self) -> Result<(), Error> {
        self.group.agrees()?;
        self.user.agrees()
    }

    fn lanes(&self) -> Vec<u64> {
        self.group.lanes()
    }
}
