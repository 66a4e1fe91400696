//! A compiled policy and what it says about a request.

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
    /// A user, group or role: no statement names principals.
    Identity,
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

    pub(crate) fn sid(&self, statement: usize) -> Option<Arc<str>> {
        self.statements.get(statement)?.sid.clone()
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
    /// `None` when a key policy statement has no resource; it has no effect then.
    pub(crate) resources: Option<Resources>,
    pub(crate) conditions: Vec<Condition>,
}

impl Statement {
    /// Whom of the caller the statement speaks of, if it matches in every other element.
    fn applies(&self, cx: &Context<'_>) -> Coverage {
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
        let coverage = self
            .principals
            .as_ref()
            .map_or(Coverage::Principal, |principals| {
                principals.covers(cx.principal)
            });
        if coverage != Coverage::None && self.conditions.iter().all(|condition| condition.holds(cx))
        {
            coverage
        } else {
            Coverage::None
        }
    }
}
