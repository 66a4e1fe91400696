//! What is told of a decision: the same for people and, as one JSON object, for programs.

use serde::Serialize;

use super::source::{Kind, Statement};

/// A decision and what brought it about.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    pub(crate) decision: Outcome,
    pub(crate) caller: String,
    pub(crate) action: String,
    /// An ARN, or `*`.
    pub(crate) resource: String,
    /// The statements that allowed or denied; empty when nothing did, or a grant alone.
    pub(crate) decided_by: Vec<Statement>,
    /// The id of the grant that allowed.
    pub(crate) grant: Option<String>,
    /// What would have had to allow.
    pub(crate) needed: Option<String>,
    /// What each policy says by itself.
    pub(crate) policies: Vec<Said>,
    pub(crate) grants: Option<GrantsSaid>,
    /// What the caller is answered.
    #[serde(rename = "error")]
    pub(crate) answer: Option<Answer>,
    /// Condition keys that policies asked for and that nobody knows.
    pub(crate) missing_context_keys: Vec<String>,
    pub(crate) notes: Vec<String>,
}

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
}

/// What one policy says by itself.
#[derive(Debug, Serialize)]
pub(crate) struct Said {
    pub(crate) policy: Kind,
    pub(crate) source: String,
    pub(crate) says: Says,
    /// The first statement that says so.
    pub(crate) statement: Option<usize>,
    pub(crate) sid: Option<String>,
}

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Says {
    #[serde(rename = "allows")]
    Allows,
    /// It allows the caller's account, or a caller from another account.
    #[serde(rename = "allows if IAM does")]
    AllowsIfIamDoes,
    #[serde(rename = "denies")]
    Denies,
    #[serde(rename = "nothing")]
    Nothing,
    /// A server that was asked did not say.
    #[serde(rename = "not told")]
    Untold,
}

/// What the grants of the key say.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GrantsSaid {
    pub(crate) source: String,
    pub(crate) count: usize,
    /// The first that permits the call.
    pub(crate) permits: Option<Permission>,
    /// The id of the first that would permit it, if its constraints held.
    pub(crate) but_for_constraints: Option<String>,
}

/// A grant that permits.
#[derive(Debug, Serialize)]
pub(crate) struct Permission {
    pub(crate) id: String,
    pub(crate) says: Says,
}

/// The error that the caller gets.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Outcome {
    /// In words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Outcome::Allowed => "ALLOWED",
            Outcome::ExplicitDeny => "DENIED by a statement (explicit deny)",
            Outcome::ImplicitDeny => "DENIED since nothing allows it (implicit deny)",
        }
    }
}

impl Says {
    /// In words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Says::Allows => "allows",
            Says::AllowsIfIamDoes => "allows if IAM does",
            Says::Denies => "denies",
            Says::Nothing => "says nothing",
            Says::Untold => "not told",
        }
    }
}
