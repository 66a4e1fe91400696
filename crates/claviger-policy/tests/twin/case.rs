//! One question to an evaluator, in plain data: nothing here is a type of either evaluator.

use std::collections::BTreeMap;

/// Who asks for what, and every policy that has a say. Policies are the texts that somebody would store.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Who asks.
    pub(crate) caller: Caller,
    /// `service:Operation`.
    pub(crate) action: String,
    /// What it is asked on.
    pub(crate) resource: Resource,
    /// The request context by the names of the condition keys, those of the caller and of `kms:EncryptionContext` included.
    pub(crate) context: BTreeMap<String, Fact>,
    /// The encryption context; `None` for an operation that has none.
    pub(crate) encryption_context: Option<BTreeMap<String, String>>,
    /// The key policy or the role trust policy; `None` for a resource that has no policy of its own.
    pub(crate) resource_policy: Option<String>,
    /// The caller's identity policies; of a session those of its role.
    pub(crate) identity_policies: Vec<String>,
    /// The caller's permissions boundary.
    pub(crate) boundary: Option<String>,
    /// The session policies; `None` when the session was made without, or there is no session.
    pub(crate) session_policies: Option<Vec<String>>,
    /// The grants on the key.
    pub(crate) grants: Vec<Grant>,
    /// Whom each principal ARN of the resource policy named when that policy was stored: ARN to unique id.
    pub(crate) bindings: BTreeMap<String, String>,
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The twelve digits. Of a web identity, which has no account, those of the role's owner.
    pub(crate) account: String,
    /// What `GetCallerIdentity` prints. Of a web identity its provider's ARN.
    pub(crate) arn: String,
    /// What `aws:userid` holds: `AIDA…`, `AROA…`, `AROA…:session`, the account for its root, `account:name` for a federated user.
    pub(crate) unique_id: String,
    /// What it is.
    pub(crate) kind: CallerKind,
}

/// What a caller is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallerKind {
    /// The account's root user.
    Root,
    /// An IAM user.
    User,
    /// A role itself, as a simulation asks for it.
    Role,
    /// A session of a role.
    Session {
        /// The role, path included.
        role_arn: String,
        /// `AROA…`.
        role_id: String,
    },
    /// A session by `GetFederationToken`.
    FederatedUser,
    /// Somebody whom an identity provider vouches for, before it has a role.
    WebIdentity {
        /// The provider's ARN.
        provider: String,
    },
}

/// What an action is asked on.
#[derive(Clone, Debug)]
pub(crate) enum Resource {
    /// Nothing in particular: `kms:CreateKey`.
    Any,
    /// An alias, for the operations that authorize on it.
    Alias {
        /// Its ARN.
        arn: String,
    },
    /// An IAM user, role, group, policy or provider.
    Entity {
        /// Its ARN.
        arn: String,
    },
    /// A role that is to be assumed.
    Role {
        /// Its ARN.
        arn: String,
        /// Its owner.
        account: String,
    },
    /// A key.
    Key {
        /// Its ARN.
        arn: String,
        /// Its owner.
        account: String,
    },
}

/// The values of one context key, as `SimulatePrincipalPolicy` takes them.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    /// Their type.
    pub(crate) kind: FactKind,
    /// One value, or for [`FactKind::Strings`] any number.
    pub(crate) values: Vec<String>,
}

/// The types of context keys; all but `Strings` are single-valued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactKind {
    /// A string.
    String,
    /// A multivalued key.
    Strings,
    /// A decimal number.
    Numeric,
    /// `true` or `false`.
    Bool,
    /// A date in ISO 8601 or seconds since 1970.
    Date,
    /// An IPv4 or IPv6 address.
    Ip,
    /// An ARN.
    Arn,
}

/// A grant on the key.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// Who may use it.
    pub(crate) grantee: Grantee,
    /// Operation names without a service: `Decrypt`.
    pub(crate) operations: Vec<String>,
    /// The encryption context that it asks for.
    pub(crate) context: Option<ContextConstraint>,
    /// The resource on whose behalf a service must call.
    pub(crate) source_arn: Option<String>,
}

/// Whom a grant is for.
#[derive(Clone, Debug)]
pub(crate) enum Grantee {
    /// A user, role, session or federated user by unique id.
    Principal(String),
    /// An account by number.
    Account(String),
}

/// A constraint of a grant on the encryption context.
#[derive(Clone, Debug)]
pub(crate) enum ContextConstraint {
    /// These pairs and no others.
    Equals(BTreeMap<String, String>),
    /// At least these pairs.
    Subset(BTreeMap<String, String>),
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Allowed.
    Allow,
    /// Some policy denies it in so many words.
    ExplicitDeny,
    /// Nothing allows it, or a limit does not.
    ImplicitDeny,
}

/// A type of policy, as a denial's text names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PolicyType {
    /// Key policy or trust policy.
    Resource,
    /// Identity policy.
    Identity,
    /// Permissions boundary.
    Boundary,
    /// Session policy.
    Session,
}

impl Resource {
    /// What a `Resource` element is compared with.
    pub(crate) fn arn(&self) -> &str {
        match self {
            Self::Any => "*",
            Self::Alias { arn }
            | Self::Entity { arn }
            | Self::Role { arn, .. }
            | Self::Key { arn, .. } => arn,
        }
    }

    /// Who owns a resource that has a policy of its own.
    pub(crate) fn owner(&self) -> Option<&str> {
        match self {
            Self::Role { account, .. } | Self::Key { account, .. } => Some(account),
            Self::Any | Self::Alias { .. } | Self::Entity { .. } => None,
        }
    }
}
