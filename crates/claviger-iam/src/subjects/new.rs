//! An entity that is to be made.

use std::marker::PhantomData;

use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Ask, On, Subject},
    rule::Rule,
};
use claviger_model::AccountId;

use super::{asks, lanes};
use crate::{
    entities, errors,
    records::{Entity, EntityKind},
};

/// The path and the name that a request wants to give.
pub(crate) struct Wanted<'a> {
    /// The path; `/` when it is left out.
    pub(crate) path: Option<&'a str>,
    /// The name.
    pub(crate) name: &'a str,
    /// Whether it shall have tags from the start.
    pub(crate) tagged: bool,
}

/// The user, role, group or policy that is to be made.
pub(crate) struct New<E> {
    account: AccountId,
    path: String,
    name: String,
    arn: String,
    taken: bool,
    tagged: bool,
    kind: PhantomData<fn() -> E>,
}

impl<E: Entity> Subject for New<E> {
    type Wanted<'a> = Wanted<'a>;

    async fn resolve(
        cx: &Cx<'_>,
        _: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let account = cx.caller.account;
        let path = wanted.path.unwrap_or("/").to_owned();
        let found = entities::by_name::<E>(&cx.core.records, account, wanted.name).await?;
        Ok(Self {
            account,
            arn: E::KIND.arn(account, &path, wanted.name),
            path,
            name: wanted.name.to_owned(),
            taken: found.is_some(),
            tagged: wanted.tagged,
            kind: PhantomData,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        let tagging = tag_action(E::KIND).filter(|_| self.tagged);
        let tagging = tagging.map(|action| Ask {
            action,
            on: On::Entity(&self.arn),
            alias: None,
        });
        let making = asks(rule, On::Entity(&self.arn));
        making.into_iter().chain(tagging)
    }

    fn agrees(&self) -> Result<(), Error> {
        if self.taken {
            return Err(errors::name_taken(E::KIND, &self.name));
        }
        Ok(())
    }

    fn lanes(&self) -> Vec<u64> {
        lanes(self.account)
    }
}

impl<E: Entity> New<E> {
    /// The path.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// What a caller must be allowed as well who gives tags to something new.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>
const fn tag_action(kind: EntityKind) -> Option<&'static str> {
    match kind {
        EntityKind::User => Some("iam:TagUser"),
        EntityKind::Role => Some("iam:TagRole"),
        EntityKind::Policy => Some("iam:TagPolicy"),
        EntityKind::Group => None,
    }
}
