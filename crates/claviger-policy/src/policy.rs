//! A compiled policy and what it says about a request.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::action::Actions;
use crate::condition::Condition;
use crate::document;
use crate::error::ParseError;
use crate::principal::{Coverage, PrincipalRef, Principals};
use crate::request::Context;
use crate::resource::Resources;

/// What a policy is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// A key: every statement names principals.
    Key,
    /// A user, group or role, a permissions boundary or a session: no statement names principals.
    Identity,
    /// Who may assume a role: every statement names principals, none names resources, since the role is the resource.
    Trust,
}

/// A compiled policy document. Immutable; share it in an `Arc`.
#[derive(Debug)]
pub struct Policy {
    pub(crate) statements: Vec<Statement>,
}

impl Policy {
    /// Parses and compiles a document.
    ///
    /// # Errors
    ///
    /// [`ParseError`] for everything that is not a policy of this kind, or that this engine cannot evaluate.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, ParseError> {
        document::parse(text, kind).map(|statements| Policy { statements })
    }

    /// Every principal that the document names, in its order, `NotPrincipal` included.
    pub fn principals(&self) -> impl Iterator<Item = &PrincipalRef> {
        self.statements
            .iter()
            .filter_map(|statement| statement.principals.as_ref())
            .flat_map(|one| &one.named)
    }

    /// Ties every name to the principal that bears it now: users, roles and sessions are matched by unique id from here
    /// on, and a later namesake is not meant. `ids` has the unique id of every ARN that the document names.
    ///
    /// # Errors
    ///
    /// [`Unbound`] for an ARN without an id.
    pub fn bind(mut self, ids: &BTreeMap<String, String>) -> Result<Self, Unbound> {
        let named = self
            .statements
            .iter_mut()
            .filter_map(|statement| statement.principals.as_mut())
            .flat_map(|principals| &mut principals.named);
        for principal in named {
            if let PrincipalRef::Arn(arn) = principal {
                let id = ids.get(arn).ok_or_else(|| Unbound(arn.clone()))?;
                *principal = PrincipalRef::UniqueId(id.clone());
            }
        }
        Ok(self)
    }

    pub(crate) fn sid(&self, statement: usize) -> Option<Arc<str>> {
        self.statements.get(statement)?.sid.clone()
    }

    /// Asks for every condition key of the statements that speak of this action on this resource to the caller.
    pub(crate) fn ask_all(&self, cx: &Context<'_>) {
        self.statements
            .iter()
            .filter(|statement| statement.addresses(cx) != Coverage::None)
            .flat_map(|statement| &statement.conditions)
            .for_each(|condition| condition.ask(cx));
    }

    /// The statements that speak to the request. The first `Deny` ends the search, since nothing can undo it.
    pub(crate) fn verdict(&self, cx: &Context<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        for (index, statement) in self.statements.iter().enumerate() {
            let slot = match (statement.applies(cx), statement.is_deny) {
                (Coverage::None, _) => continue,
                (_, true) => {
                    return Verdict {
                        denied: Some(index),
                        ..verdict
                    };
                }
                (Coverage::Account, false) => &mut verdict.delegated,
                (Coverage::Principal, false) => &mut verdict.allowed,
            };
            slot.get_or_insert(index);
        }
        verdict
    }
}

/// A policy names a principal whose unique id is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbound(pub String);

impl fmt::Display for Unbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the unique id of {} is not known", self.0)
    }
}

impl std::error::Error for Unbound {}

/// The first statement of each effect, by its index.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) denied: Option<usize>,
    /// Allowed to the caller itself.
    pub(crate) allowed: Option<usize>,
    /// Allowed to the caller's account.
    pub(crate) delegated: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sid: Option<Arc<str>>,
    pub(crate) is_deny: bool,
    /// `None` in an identity policy, which speaks of its owner.
    pub(crate) principals: Option<Principals>,
    /// `None` when a key policy statement has no action; it has no effect then.
    pub(crate) actions: Option<Actions>,
    /// `None` when a key policy statement has no resource, and has no effect then.
    pub(crate) resources: Option<Resources>,
    pub(crate) conditions: Vec<Condition>,
}

impl Statement {
    /// Whom of the caller the statement speaks of, if it speaks of this action on this resource.
    fn addresses(&self, cx: &Context<'_>) -> Coverage {
        let covers_action = self
            .actions
            .as_ref()
            .is_some_and(|actions| actions.cover(cx.action));
        let covers_resource = covers_action
            && self
                .resources
                .as_ref()
                .is_some_and(|resources| resources.cover(cx));
        if !covers_resource {
            return Coverage::None;
        }
        self.principals
            .as_ref()
            .map_or(Coverage::Principal, |principals| principals.covers(cx))
    }

    /// Whom of the caller the statement speaks of, if it matches in every other element.
    fn applies(&self, cx: &Context<'_>) -> Coverage {
        let coverage = self.addresses(cx);
        if coverage != Coverage::None
            && self
                .conditions
                .iter()
                .all(|condition| condition.holds(cx, self.is_deny))
        {
            coverage
        } else {
            Coverage::None
        }
    }
}
