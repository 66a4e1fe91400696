//! How the policies of a request are weighed.

use std::sync::Arc;

use crate::decision::{Clause, Decision, Grounds, Objection, PolicySource, PolicyType};
use crate::grant::Grant;
use crate::policy::{Policy, Verdict};
use crate::principal::Coverage;
use crate::request::{ACTION_BYTES_USUAL, Context, Request, Resource, lowercase};

/// Everything that speaks about a request; what does not exist is left at its default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// The key policy or trust policy of the resource; not looked at for resources that have none.
    pub resource: Option<&'a Policy>,
    /// The policies of the caller, those of its groups and the root's implicit one included.
    pub identity: &'a [Arc<Policy>],
    /// The caller's permissions boundary.
    pub boundary: Option<&'a Policy>,
    /// The policies that the caller's session was limited to, if it was; one of them must allow.
    pub session: Option<&'a [Arc<Policy>]>,
    /// Grants of the key; only those whose grantee is the caller matter.
    pub grants: &'a [Arc<Grant>],
}

/// Decides a request.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
#[must_use]
pub fn decide(request: &Request<'_>, policies: &Policies<'_>) -> Decision {
    let mut buffer = [0; ACTION_BYTES_USUAL];
    let action = lowercase(request.action, &mut buffer);
    let cx = Context::new(request, &action, policies.boundary.is_some());
    weigh(&cx, policies).into()
}

/// Asks the request context for every condition key that could matter: all that the statements name that speak to the caller of
/// this action on this resource. [`decide`] asks for no more than it needs; this is for a context that notes what it does not have.
pub fn ask_all(request: &Request<'_>, policies: &Policies<'_>) {
    let mut buffer = [0; ACTION_BYTES_USUAL];
    let action = lowercase(request.action, &mut buffer);
    let cx = Context::new(request, &action, policies.boundary.is_some());
    let session = policies.session.unwrap_or_default();
    let lists = policies.identity.iter().chain(session).map(Arc::as_ref);
    let resource = policies.resource.filter(|_| cx.resource.owner().is_some());
    let single = resource.into_iter().chain(policies.boundary);
    lists.chain(single).for_each(|policy| policy.ask_all(&cx));
}

/// Every `Deny` is looked for first, then the permission, then whether boundary and session leave it standing.
// DIFFERS: AWS lets a resource policy that names a user or a session itself pass the implicit deny of a boundary or a
// session policy in the same account; here both limit in every case, so that what they say is the whole limit.
fn weigh(cx: &Context<'_>, policies: &Policies<'_>) -> Result<Grounds, Objection> {
    let resource = resource_verdict(cx, policies.resource)?;
    let identity = first_allow(cx, policies.identity, PolicySource::Identity)?;
    let boundary = policies
        .boundary
        .map(|policy| allow_of(cx, policy, PolicySource::Boundary));
    let boundary = boundary.transpose()?;
    let session = policies
        .session
        .map(|list| first_allow(cx, list, PolicySource::Session));
    let session = session.transpose()?;
    let grounds = match permitted_by_policies(cx, resource, identity.as_ref()) {
        Ok(grounds) => grounds,
        Err(missing) => permitted_by_grant(cx, policies.grants, identity)
            .ok_or(Objection::NotAllowedBy(missing))?,
    };
    Ok(Grounds {
        boundary: within(boundary, PolicyType::Boundary)?,
        session: within(session, PolicyType::Session)?,
        ..grounds
    })
}

type OfResource<'a> = Option<(&'a Policy, Verdict)>;

fn resource_verdict<'a>(
    cx: &Context<'_>,
    policy: Option<&'a Policy>,
) -> Result<OfResource<'a>, Objection> {
    let Some(policy) = policy.filter(|_| cx.resource.owner().is_some()) else {
        return Ok(None);
    };
    let verdict = policy.verdict(cx);
    match verdict.denied {
        Some(statement) => Err(Objection::DeniedBy(Clause::new(
            PolicySource::Resource,
            policy,
            statement,
        ))),
        None => Ok(Some((policy, verdict))),
    }
}

/// The statement of the policy that allows; an error if one denies.
fn allow_of(
    cx: &Context<'_>,
    policy: &Policy,
    source: PolicySource,
) -> Result<Option<Clause>, Objection> {
    let verdict = policy.verdict(cx);
    let clause = |statement| Clause::new(source, policy, statement);
    match verdict.denied {
        Some(statement) => Err(Objection::DeniedBy(clause(statement))),
        None => Ok(verdict.allowed.map(clause)),
    }
}

/// The first statement that allows in any of the policies; an error if one denies in any.
fn first_allow(
    cx: &Context<'_>,
    policies: &[Arc<Policy>],
    source: impl Fn(usize) -> PolicySource,
) -> Result<Option<Clause>, Objection> {
    let mut first = None;
    for (index, policy) in policies.iter().enumerate() {
        let allowed = allow_of(cx, policy, source(index))?;
        first = first.or(allowed);
    }
    Ok(first)
}

/// What the resource's and the caller's policies permit together, or the type of policy that is missing.
fn permitted_by_policies(
    cx: &Context<'_>,
    resource: OfResource<'_>,
    identity: Option<&Clause>,
) -> Result<Grounds, PolicyType> {
    let Some(owner) = cx.resource.owner() else {
        return match identity {
            Some(_) => Ok(Grounds {
                identity: identity.cloned(),
                ..Grounds::default()
            }),
            None => Err(PolicyType::Identity),
        };
    };
    let (policy, verdict) = resource.ok_or(PolicyType::Resource)?;
    let named = verdict.allowed.filter(|_| owner == cx.principal.account);
    let statement = verdict.allowed.or(verdict.delegated);
    let statement = statement.ok_or(PolicyType::Resource)?;
    if named.is_none() && identity.is_none() {
        return Err(PolicyType::Identity);
    }
    Ok(Grounds {
        resource: Some(Clause::new(PolicySource::Resource, policy, statement)),
        identity: identity.filter(|_| named.is_none()).cloned(),
        ..Grounds::default()
    })
}

/// What a grant permits: to its grantee by itself, to an account together with that account's identity policies.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
// UNKNOWN: whether IAM must delegate when the grantee is an account; it must wherever else an account is named.
fn permitted_by_grant(
    cx: &Context<'_>,
    grants: &[Arc<Grant>],
    identity: Option<Clause>,
) -> Option<Grounds> {
    let Resource::Key { .. } = cx.resource else {
        return None;
    };
    grants.iter().find_map(|grant| {
        let identity = match grant.coverage(cx) {
            Coverage::None => return None,
            Coverage::Account => Some(identity.clone()?),
            Coverage::Principal => None,
        };
        Some(Grounds {
            identity,
            grant: Some(grant.id.clone()),
            ..Grounds::default()
        })
    })
}

/// A limit that exists must allow.
fn within(limit: Option<Option<Clause>>, kind: PolicyType) -> Result<Option<Clause>, Objection> {
    match limit {
        None => Ok(None),
        Some(Some(clause)) => Ok(Some(clause)),
        Some(None) => Err(Objection::NotAllowedBy(kind)),
    }
}
