//! Who calls, and how policies name callers.

mod name;

use claviger_model::AccountId;

use crate::error::{ParseError, Refusal};
use crate::json::Node;
use crate::request::Context;

pub use name::is_issuer;

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The account that the principal belongs to.
    pub account: AccountId,
    /// The ARN that answers and denials print; for a session the `assumed-role` ARN.
    pub arn: String,
    /// The unique id, as GetCallerIdentity's `UserId` and `aws:userid` show it: `AIDA…` of a user, `AROA…:name` of a
    /// session, the account id of the root.
    pub unique_id: String,
    /// What kind of principal it is.
    pub kind: PrincipalKind,
}

/// The kinds of principal that can call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// The account root.
    Root,
    /// An IAM user.
    User,
    /// An IAM role itself, when a call by it is simulated.
    Role,
    /// A session of an assumed role.
    Session {
        /// The ARN of the role.
        role_arn: String,
        /// The unique id of the role, `AROA…`.
        role_id: String,
    },
    /// A session from GetFederationToken.
    FederatedUser,
    /// Whoever presents a token of an identity provider to AssumeRoleWithWebIdentity. Its account is the provider's.
    WebIdentity {
        /// The provider as trust policies name it: the ARN of an OIDC provider.
        provider: String,
    },
}

impl Principal {
    /// The ARN of the IAM entity: a session's role, otherwise the principal's own.
    pub(crate) fn entity_arn(&self) -> &str {
        match &self.kind {
            PrincipalKind::Session { role_arn, .. } => role_arn,
            PrincipalKind::Root
            | PrincipalKind::User
            | PrincipalKind::Role
            | PrincipalKind::FederatedUser
            | PrincipalKind::WebIdentity { .. } => &self.arn,
        }
    }

    /// The identity provider that vouches for a principal without an identity of its own.
    pub(crate) fn provider(&self) -> Option<&str> {
        match &self.kind {
            PrincipalKind::WebIdentity { provider } => Some(provider),
            PrincipalKind::Root
            | PrincipalKind::User
            | PrincipalKind::Role
            | PrincipalKind::Session { .. }
            | PrincipalKind::FederatedUser => None,
        }
    }

    /// The name of an IAM user, without its path.
    pub(crate) fn user_name(&self) -> Option<&str> {
        let is_user = self.kind == PrincipalKind::User;
        self.arn
            .rsplit_once('/')
            .map(|(_, name)| name)
            .filter(|_| is_user)
    }
}

/// One principal as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalRef {
    /// `*`: everyone.
    AnyOne,
    /// An account, by its id or its root ARN. Hands the question to the account's identity policies.
    Account(AccountId),
    /// A user, role or session.
    Arn(String),
    /// A principal for good, whatever its name: `AIDA…` of a user, `AROA…` of a role, `AROA…:name` of a session,
    /// `<account>:<name>` of a federated user. A new principal of the same name is another one.
    UniqueId(String),
    /// An AWS service, `s3.amazonaws.com`.
    Service(String),
    /// A web identity or SAML provider.
    Federated(String),
    /// A canonical user id.
    CanonicalUser(String),
}

impl PrincipalRef {
    /// Reads what the `AWS` member of a `Principal` element may hold; none for any other text.
    pub fn parse_aws(text: &str) -> Option<Self> {
        name::parse_aws(text)
    }

    pub(crate) fn covers(&self, principal: &Principal) -> Coverage {
        if let Some(provider) = principal.provider() {
            return match self {
                PrincipalRef::AnyOne => Coverage::Principal,
                PrincipalRef::Federated(named) if named == provider => Coverage::Principal,
                PrincipalRef::Federated(_)
                | PrincipalRef::Account(_)
                | PrincipalRef::Arn(_)
                | PrincipalRef::UniqueId(_)
                | PrincipalRef::Service(_)
                | PrincipalRef::CanonicalUser(_) => Coverage::None,
            };
        }
        let named = match self {
            PrincipalRef::AnyOne => true,
            PrincipalRef::Account(account) => {
                return if *account == principal.account {
                    Coverage::Account
                } else {
                    Coverage::None
                };
            }
            PrincipalRef::Arn(arn) => names_entity(arn, principal) || names_itself(arn, principal),
            PrincipalRef::UniqueId(id) => {
                id_names_entity(id, principal) || *id == principal.unique_id
            }
            // A federated principal was asked for above; callers of the other kinds do not exist in this service.
            PrincipalRef::Service(_)
            | PrincipalRef::Federated(_)
            | PrincipalRef::CanonicalUser(_) => false,
        };
        if named {
            Coverage::Principal
        } else {
            Coverage::None
        }
    }
}

/// How far a list of principals covers a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Coverage {
    None,
    /// Its account is named: for an `Allow`, the account's identity policies decide.
    Account,
    /// The caller itself is named, or everyone.
    Principal,
}

/// The `Principal` or `NotPrincipal` element of a statement.
#[derive(Debug)]
pub(crate) struct Principals {
    pub(crate) named: Vec<PrincipalRef>,
    negated: bool,
}

impl Principals {
    pub(crate) fn parse(node: &Node<'_>, negated: bool) -> Result<Self, ParseError> {
        if let Ok(text) = node.text() {
            return match text {
                "*" => Ok(Principals {
                    named: vec![PrincipalRef::AnyOne],
                    negated,
                }),
                other => Err(node.refuse(Refusal::Principal(other.to_owned()))),
            };
        }
        let members = node.members()?;
        if members.is_empty() {
            return Err(node.refuse(Refusal::Empty));
        }
        let mut named = Vec::new();
        for (kind, values) in members {
            let parse: fn(&str) -> Option<PrincipalRef> = match kind {
                "AWS" => name::parse_aws,
                "Service" => name::parse_service,
                "Federated" => name::parse_federated,
                "CanonicalUser" => name::parse_canonical_user,
                _ => return Err(values.refuse(Refusal::UnknownElement)),
            };
            for value in values.one_or_many()? {
                let text = value.text()?;
                let refused: fn(String) -> Refusal = match kind {
                    "Service" => Refusal::ServicePrincipal,
                    _ => Refusal::Principal,
                };
                named.push(parse(text).ok_or_else(|| value.refuse(refused(text.to_owned())))?);
            }
        }
        Ok(Principals { named, negated })
    }

    pub(crate) fn covers(&self, cx: &Context<'_>) -> Coverage {
        let principal = cx.principal;
        if !self.negated {
            return self
                .named
                .iter()
                .map(|one| one.covers(principal))
                .max()
                .unwrap_or(Coverage::None);
        }
        // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        // A caller is excepted only when everything that it is stands in the list: its account, its role, its session.
        let listed = |test: fn(&PrincipalRef, &Principal) -> bool| {
            self.named.iter().any(|one| test(one, principal))
        };
        // Nobody with a permissions boundary ever is, says the same page.
        let excepted =
            !cx.is_bounded && listed(lists_account) && listed(lists_entity) && listed(lists_itself);
        if excepted {
            Coverage::None
        } else {
            Coverage::Principal
        }
    }
}

fn lists_account(one: &PrincipalRef, principal: &Principal) -> bool {
    matches!(one, PrincipalRef::AnyOne) || one.covers(principal) == Coverage::Account
}

fn lists_entity(one: &PrincipalRef, principal: &Principal) -> bool {
    match (one, &principal.kind) {
        (PrincipalRef::AnyOne, _) => true,
        (_, PrincipalKind::Root) => lists_account(one, principal),
        (PrincipalRef::Arn(arn), _) => names_entity(arn, principal),
        (PrincipalRef::UniqueId(id), _) => id_names_entity(id, principal),
        _ => false,
    }
}

fn lists_itself(one: &PrincipalRef, principal: &Principal) -> bool {
    match (one, &principal.kind) {
        (PrincipalRef::Arn(arn), PrincipalKind::Session { .. }) => names_itself(arn, principal),
        (PrincipalRef::UniqueId(id), PrincipalKind::Session { .. }) => *id == principal.unique_id,
        (PrincipalRef::AnyOne, _) => true,
        (_, PrincipalKind::Session { .. }) => false,
        _ => lists_entity(one, principal),
    }
}

fn names_entity(arn: &str, principal: &Principal) -> bool {
    arn == principal.entity_arn()
}

fn names_itself(arn: &str, principal: &Principal) -> bool {
    arn == principal.arn
}

fn id_names_entity(id: &str, principal: &Principal) -> bool {
    match &principal.kind {
        PrincipalKind::Session { role_id, .. } => id == role_id,
        PrincipalKind::Root
        | PrincipalKind::User
        | PrincipalKind::Role
        | PrincipalKind::FederatedUser
        | PrincipalKind::WebIdentity { .. } => id == principal.unique_id,
    }
}
