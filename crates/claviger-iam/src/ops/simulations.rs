//! What the operations of the policy simulator share.

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Ask, On, Subject},
    rule::Rule,
};
use claviger_model::iam::{EvaluationResult, PolicySourceType};
use claviger_policy::{Principal, PrincipalKind};

use super::paging::Page;
use crate::{
    compose::{Carried, boundary_of, carried_by, carried_by_user},
    entities::by_arn,
    errors,
    records::{EntityKind, GroupRecord, Holder, RoleRecord, UserRecord},
    simulation::{Cast, Simulation, Source},
    subjects,
};

/// The user, group or role whose policies are simulated.
pub(crate) struct PolicySource {
    arn: String,
    found: Option<Found>,
}

enum Found {
    User(UserRecord),
    Group(GroupRecord),
    Role(RoleRecord),
}

impl Subject for PolicySource {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        _: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let (records, account) = (&cx.core.records, cx.caller.account);
        let found = match kind_of(wanted) {
            Some(EntityKind::User) => by_arn(records, account, wanted)
                .await?
                .map(|stored| Found::User(stored.record)),
            Some(EntityKind::Group) => by_arn(records, account, wanted)
                .await?
                .map(|stored| Found::Group(stored.record)),
            Some(EntityKind::Role) => by_arn(records, account, wanted)
                .await?
                .map(|stored| Found::Role(stored.record)),
            Some(EntityKind::Policy) | None => None,
        };
        Ok(Self {
            arn: wanted.to_owned(),
            found,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        subjects::asks(rule, On::Entity(&self.arn)).into_iter()
    }

    fn agrees(&self) -> Result<(), Error> {
        match (&self.found, kind_of(&self.arn)) {
            (Some(_), _) => Ok(()),
            (None, Some(kind)) => {
                let name = self.arn.rsplit_once('/').map_or("", |(_, name)| name);
                Err(errors::no_such_entity(kind, name))
            }
            (None, None) => Err(errors::invalid_entity_arn(&self.arn)),
        }
    }
}

impl PolicySource {
    /// Who takes part in the simulation.
    pub(super) async fn cast(&self, cx: &Cx<'_>) -> Result<Cast, Error> {
        let (records, account) = (&cx.core.records, cx.caller.account);
        match &self.found {
            Some(Found::User(user)) => {
                let carried = carried_by_user(records, account, user).await?;
                cast(cx, user, PrincipalKind::User, carried).await
            }
            Some(Found::Role(role)) => {
                let carried = carried_by(records, account, role).await?;
                cast(cx, role, PrincipalKind::Role, carried).await
            }
            // A group does not call: where nobody else is named, whoever simulates is imagined to.
            Some(Found::Group(group)) => Ok(Cast {
                principal: cx.caller.principal.clone(),
                tags: cx.caller.tags.clone(),
                identity: sources(carried_by(records, account, group).await?),
                boundary: None,
            }),
            None => Err(errors::invalid_entity_arn(&self.arn)),
        }
    }
}

async fn cast<H: Holder>(
    cx: &Cx<'_>,
    holder: &H,
    kind: PrincipalKind,
    carried: Vec<Carried>,
) -> Result<Cast, Error> {
    let account = cx.caller.account;
    let boundary = boundary_of(&cx.core.records, account, holder).await?;
    let arn = holder.holdings().boundary.as_ref().map(|(arn, _)| arn);
    Ok(Cast {
        principal: Principal {
            account,
            arn: holder.arn(account),
            unique_id: holder.unique_id().to_owned(),
            kind,
        },
        tags: holder.holdings().tags.clone(),
        identity: sources(carried),
        boundary: boundary.zip(arn).map(|((document, policy), arn)| Source {
            id: name_of(arn).to_owned(),
            kind: managed_kind(arn),
            document,
            policy,
        }),
    })
}

fn sources(carried: Vec<Carried>) -> Vec<Source> {
    carried
        .into_iter()
        .map(|carried| {
            let holder = carried.holder.arn_word();
            let (id, kind) = match &carried.arn {
                Some(arn) => (carried.name, managed_kind(arn)),
                None => {
                    let id = format!("{holder}_{}_{}", carried.holder_name, carried.name);
                    (id, inline_kind(carried.holder))
                }
            };
            Source {
                id,
                kind,
                document: carried.document,
                policy: carried.policy,
            }
        })
        .collect()
}

fn managed_kind(arn: &str) -> PolicySourceType {
    if arn.starts_with("arn:aws:iam::aws:") {
        PolicySourceType::AwsManaged
    } else {
        PolicySourceType::UserManaged
    }
}

fn inline_kind(holder: EntityKind) -> PolicySourceType {
    match holder {
        EntityKind::User => PolicySourceType::User,
        EntityKind::Group => PolicySourceType::Group,
        EntityKind::Role => PolicySourceType::Role,
        EntityKind::Policy => PolicySourceType::None,
    }
}

fn kind_of(arn: &str) -> Option<EntityKind> {
    let (account, resource) = arn.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    let (word, _) = resource.split_once('/')?;
    let kinds = [EntityKind::User, EntityKind::Group, EntityKind::Role];
    let kind = kinds.into_iter().find(|kind| kind.arn_word() == word);
    kind.filter(|_| account.len() == 12)
}

fn name_of(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}

/// The part of the request that the audit event carries: whom and what it asks about, not the policies.
pub(super) fn put(out: &mut Parameters, resources: Option<&[String]>, caller_arn: Option<&str>) {
    if let Some(resources) = resources {
        out.put_strings("resourceArns", resources);
    }
    super::put_optional(out, "callerArn", caller_arn);
}

/// One page of results, and the marker of the next.
pub(super) fn results(
    cx: &Cx<'_>,
    simulation: &Simulation,
    page: &Page,
    actions: &[String],
    resources: Option<&[String]>,
) -> (Vec<EvaluationResult>, Option<String>) {
    page.of_numbered(cx, |first, count| {
        simulation.results(actions, resources, first, count)
    })
}
