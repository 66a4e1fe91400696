//! The role that somebody wants to assume.

use std::iter;

use claviger_core::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Ask, Named, On, Subject},
    records::Fault,
    rule::{Actions, Rule},
};
use claviger_model::AccountId;
use claviger_policy::{Policy, PolicyKind, PrincipalKind, Values};

use super::carried::Carried;
use crate::{
    entities::by_arn,
    errors,
    records::{Entity as _, RoleRecord},
    subjects::condition_of,
};

/// Which role, and what its session shall carry.
pub(super) struct Wanted<'a> {
    pub(super) arn: &'a str,
    pub(super) carried: Carried,
}

/// A role with its trust policy. One that does not exist is refused like one that may not be assumed.
pub(super) struct RoleToAssume {
    pub(super) account: AccountId,
    pub(super) record: RoleRecord,
    pub(super) carried: Carried,
    arn: String,
    trust: Policy,
}

impl Subject for RoleToAssume {
    type Wanted<'a> = Wanted<'a>;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let Wanted { arn, carried } = wanted;
        if cx.caller.principal.kind == PrincipalKind::Root {
            // AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
            return Err(error::access_denied(
                "Roles may not be assumed by root accounts.".to_owned(),
            ));
        }
        let account =
            account_of_role(arn).ok_or_else(|| errors::validation(format!("{arn} is invalid")))?;
        let Actions::One(action) = rule.actions else {
            return Err(error::internal("no action of a role"));
        };
        let stored = by_arn::<RoleRecord>(&cx.core.records, account, arn).await?;
        let record = stored
            .ok_or_else(|| error::role_denied(cx.caller, action, arn))?
            .record;
        Ok(Self {
            account,
            arn: record.arn(account),
            trust: trust_policy(&record)?,
            record,
            carried: carried.with_inherited(cx)?,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        let assume = match rule.actions {
            Actions::One(action) => Some(action),
            Actions::Open | Actions::FromTo(..) => None,
        };
        let tags = (!self.carried.tags.is_empty()).then_some("sts:TagSession");
        let source = self.carried.source_identity.as_ref();
        let source = source.map(|_| "sts:SetSourceIdentity");
        let actions = [assume, tags, source].into_iter().flatten();
        actions.map(|action| Ask {
            action,
            on: On::Role {
                arn: &self.arn,
                account: self.account,
                policy: &self.trust,
            },
            alias: None,
        })
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        let Carried {
            tags,
            transitive,
            source_identity,
        } = &self.carried;
        if let Some(tag) = key.strip_prefix("aws:requesttag/") {
            return Values::of_pairs(tags, tag);
        }
        match key {
            "aws:tagkeys" => Some(Values::texts(tags.keys().map(String::as_str))),
            "sts:transitivetagkeys" => Some(Values::texts(transitive.iter().map(String::as_str))),
            "sts:sourceidentity" => source_identity.as_deref().map(Values::text),
            _ => condition_of(&self.record, key),
        }
    }

    fn named(&self) -> impl Iterator<Item = Named<'_>> {
        let (account, arn) = (self.account, self.arn.as_str());
        iter::once(Named::Role { account, arn })
    }
}

/// The account of a role's ARN; none for any other text.
pub(crate) fn account_of_role(arn: &str) -> Option<AccountId> {
    let (account, resource) = arn.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    let name = resource.strip_prefix("role/")?;
    AccountId::parse(account).ok().filter(|_| !name.is_empty())
}

/// The trust policy, tied to those whom it named when it was written.
fn trust_policy(record: &RoleRecord) -> Result<Policy, Fault> {
    let unreadable = || Fault::Format("trust policy");
    Policy::parse(&record.trust.document, PolicyKind::Trust)
        .map_err(|_| unreadable())?
        .bind(&record.trust.bindings)
        .map_err(|_| unreadable())
}
