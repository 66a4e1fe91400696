//! The decision and its reason.

use std::fmt;
use std::sync::Arc;

use crate::policy::Policy;

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
    /// Everything that allowed together.
    AllowedBy(Grounds),
    /// The statement that denied.
    DeniedBy(Clause),
    /// The type of policy that had to allow and did not.
    NotAllowedBy(PolicyType),
}

/// What a permission rests on. A part is `None` when it was not needed, or did not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// The statement of the key policy or trust policy.
    pub resource: Option<Clause>,
    /// The statement of an identity policy.
    pub identity: Option<Clause>,
    /// The statement of the permissions boundary.
    pub boundary: Option<Clause>,
    /// The statement of a session policy.
    pub session: Option<Clause>,
    /// The id of the grant.
    pub grant: Option<String>,
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
    pub(crate) fn new(source: PolicySource, policy: &Policy, statement: usize) -> Self {
        Clause {
            policy: source,
            statement,
            sid: policy.sid(statement),
        }
    }
}

/// Which of the policies that were given to [`decide`](crate::decide).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicySource {
    /// The key policy or trust policy.
    Resource,
    /// The identity policy at this position, from 0.
    Identity(usize),
    /// The permissions boundary.
    Boundary,
    /// The session policy at this position, from 0.
    Session(usize),
}

impl PolicySource {
    /// The type of the policy.
    #[must_use]
    pub fn policy_type(self) -> PolicyType {
        match self {
            PolicySource::Resource => PolicyType::Resource,
            PolicySource::Identity(_) => PolicyType::Identity,
            PolicySource::Boundary => PolicyType::Boundary,
            PolicySource::Session(_) => PolicyType::Session,
        }
    }
}

/// The types of policy, as denials name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyType {
    /// A policy of the caller.
    Identity,
    /// A policy of the key or role.
    Resource,
    /// The permissions boundary of the caller.
    Boundary,
    /// A policy that the caller's session was limited to.
    Session,
}

impl Decision {
    /// The text of the `AccessDeniedException`, in AWS's words. The resource is `*` for operations without one, and none
    /// for what an operation must be allowed besides itself.
    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    #[must_use]
    pub fn denial_text(&self, principal_arn: &str, action: &str, resource: Option<&str>) -> String {
        let on = resource.map(|resource| format!(" on resource: {resource}"));
        let on = on.unwrap_or_default();
        let refusal = format!("User: {principal_arn} is not authorized to perform: {action}{on}");
        match &self.reason {
            Reason::AllowedBy(_) => refusal,
            Reason::DeniedBy(clause) => {
                let kind = clause.policy.policy_type();
                let article = match kind {
                    PolicyType::Identity => "an",
                    PolicyType::Resource | PolicyType::Boundary | PolicyType::Session => "a",
                };
                format!("{refusal} with an explicit deny in {article} {kind}")
            }
            Reason::NotAllowedBy(kind) => {
                format!("{refusal} because no {kind} allows the {action} action")
            }
        }
    }
}

/// Why a request is not allowed.
#[derive(Debug)]
pub(crate) enum Objection {
    DeniedBy(Clause),
    NotAllowedBy(PolicyType),
}

impl From<Result<Grounds, Objection>> for Decision {
    fn from(outcome: Result<Grounds, Objection>) -> Self {
        let (effect, reason) = match outcome {
            Ok(grounds) => (Effect::Allow, Reason::AllowedBy(grounds)),
            Err(Objection::DeniedBy(clause)) => (Effect::ExplicitDeny, Reason::DeniedBy(clause)),
            Err(Objection::NotAllowedBy(kind)) => {
                (Effect::ImplicitDeny, Reason::NotAllowedBy(kind))
            }
        };
        Decision { effect, reason }
    }
}

impl fmt::Display for PolicyType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            PolicyType::Identity => "identity-based policy",
            PolicyType::Resource => "resource-based policy",
            PolicyType::Boundary => "permissions boundary",
            PolicyType::Session => "session policy",
        })
    }
}
