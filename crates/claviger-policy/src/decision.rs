//! The decision and its reason.

use std::fmt;
use std::sync::Arc;

use crate::policy::Policy;
use crate::request::{ACTION_BYTES_USUAL, Context, Request, Resource, lowercase};

/// Decides a request.
///
/// `key_policy` is the policy of the key that the request is about; it is not looked at for any other resource.
/// `identity` are the policies of the caller, the root's implicit one included.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
#[must_use]
pub fn decide(
    request: &Request<'_>,
    key_policy: Option<&Policy>,
    identity: &[Arc<Policy>],
) -> Decision {
    let mut buffer = [0; ACTION_BYTES_USUAL];
    let action = lowercase(request.action, &mut buffer);
    let cx = Context::new(request, &action);
    let key = match cx.resource {
        Resource::Any | Resource::Alias { .. } => None,
        Resource::Key { account, .. } => Some((
            account,
            key_policy.map(|policy| (policy, policy.verdict(&cx))),
        )),
    };
    if let Some((_, Some((policy, verdict)))) = key
        && let Some(statement) = verdict.denied
    {
        return Decision::denied_by(Clause::new(PolicySource::Key, policy, statement));
    }
    let identity = match verdict_of_all(identity, &cx) {
        Ok(allowed) => allowed,
        Err(denied) => return Decision::denied_by(denied),
    };
    let Some((key_account, key)) = key else {
        return match identity {
            Some(identity) => Decision::allowed_by(None, Some(identity)),
            None => Decision::not_allowed_by(PolicyType::Identity),
        };
    };
    let is_own_account = key_account == request.principal.account;
    let clause = |policy, statement| Clause::new(PolicySource::Key, policy, statement);
    let Some((policy, verdict)) = key else {
        return Decision::not_allowed_by(PolicyType::Resource);
    };
    match (verdict.allowed, verdict.delegated, identity) {
        (Some(statement), _, _) if is_own_account => {
            Decision::allowed_by(Some(clause(policy, statement)), None)
        }
        (Some(statement), _, Some(identity)) | (None, Some(statement), Some(identity)) => {
            Decision::allowed_by(Some(clause(policy, statement)), Some(identity))
        }
        (Some(_), _, None) | (None, Some(_), None) => {
            Decision::not_allowed_by(PolicyType::Identity)
        }
        (None, None, _) => Decision::not_allowed_by(PolicyType::Resource),
    }
}

/// The first identity statement that allows, or the first that denies.
fn verdict_of_all(policies: &[Arc<Policy>], cx: &Context<'_>) -> Result<Option<Clause>, Clause> {
    let mut allowed = None;
    for (index, policy) in policies.iter().enumerate() {
        let verdict = policy.verdict(cx);
        if let Some(statement) = verdict.denied {
            return Err(Clause::new(
                PolicySource::Identity(index),
                policy,
                statement,
            ));
        }
        if let Some(statement) = verdict.allowed {
            allowed = allowed.or_else(|| {
                Some(Clause::new(
                    PolicySource::Identity(index),
                    policy,
                    statement,
                ))
            });
        }
    }
    Ok(allowed)
}

/// Whether a request is allowed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The outcome.
    pub effect: Effect,
    /// What brought it about.
    pub reason: Reason,
}

/// The outcome of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The request is allowed.
    Allow,
    /// A statement denies the request.
    ExplicitDeny,
    /// Nothing allows the request.
    ImplicitDeny,
}

/// Why a decision is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The statements that allowed together: of the key policy, of an identity policy, or of both.
    AllowedBy {
        /// The statement of the key policy; `None` for calls without a key.
        key_policy: Option<Clause>,
        /// The statement of the identity policy; `None` when the key policy allowed by itself.
        identity: Option<Clause>,
    },
    /// The statement that denied.
    DeniedBy(Clause),
    /// The type of policy that had to allow and did not.
    NotAllowedBy(PolicyType),
}

/// One statement of one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The policy.
    pub policy: PolicySource,
    /// The position of the statement in its document, from 0.
    pub statement: usize,
    /// The statement's id, if it has one.
    pub sid: Option<Arc<str>>,
}

impl Clause {
    fn new(source: PolicySource, policy: &Policy, statement: usize) -> Self {
        Clause {
            policy: source,
            statement,
            sid: policy.sid(statement),
        }
    }
}

/// Which of the policies that were given to [`decide`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicySource {
    /// The key policy.
    Key,
    /// The identity policy at this position, from 0.
    Identity(usize),
}

/// The types of policy, as denials name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyType {
    /// A policy of the caller.
    Identity,
    /// A policy of the key.
    Resource,
}

impl Decision {
    /// Whether the request is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// The text of the `AccessDeniedException`, in AWS's words. `resource_arn` is `*` for operations without a resource.
    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    #[must_use]
    pub fn denial_text(&self, principal_arn: &str, action: &str, resource_arn: &str) -> String {
        let refusal = format!(
            "User: {principal_arn} is not authorized to perform: {action} on resource: {resource_arn}"
        );
        match &self.reason {
            Reason::AllowedBy { .. } => refusal,
            Reason::DeniedBy(clause) => match clause.policy {
                PolicySource::Key => format!(
                    "{refusal} with an explicit deny in a {} policy",
                    PolicyType::Resource
                ),
                PolicySource::Identity(_) => {
                    format!(
                        "{refusal} with an explicit deny in an {} policy",
                        PolicyType::Identity
                    )
                }
            },
            Reason::NotAllowedBy(kind) => {
                format!("{refusal} because no {kind} policy allows the {action} action")
            }
        }
    }

    fn allowed_by(key_policy: Option<Clause>, identity: Option<Clause>) -> Self {
        Decision {
            effect: Effect::Allow,
            reason: Reason::AllowedBy {
                key_policy,
                identity,
            },
        }
    }

    fn denied_by(clause: Clause) -> Self {
        Decision {
            effect: Effect::ExplicitDeny,
            reason: Reason::DeniedBy(clause),
        }
    }

    fn not_allowed_by(kind: PolicyType) -> Self {
        Decision {
            effect: Effect::ImplicitDeny,
            reason: Reason::NotAllowedBy(kind),
        }
    }
}

impl fmt::Display for PolicyType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            PolicyType::Identity => "identity-based",
            PolicyType::Resource => "resource-based",
        })
    }
}
