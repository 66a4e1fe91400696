//! The entities of one kind, as far as their paths begin alike.

use std::marker::PhantomData;

use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Ask, On, Subject},
    rule::Rule,
};

use super::asks;
use crate::records::Entity;

/// The users, roles, groups or policies of an account under a path prefix.
pub(crate) struct Listed<E> {
    arn: String,
    kind: PhantomData<fn() -> E>,
}

impl<E: Entity> Subject for Listed<E> {
    type Wanted<'a> = Option<&'a str>;

    async fn resolve(
        cx: &Cx<'_>,
        _: &'static Rule,
        prefix: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        Ok(Self {
            arn: E::KIND.arn(cx.caller.account, prefix.unwrap_or("/"), ""),
            kind: PhantomData,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        asks(rule, On::Entity(&self.arn)).into_iter()
    }
}
