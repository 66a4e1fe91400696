//! Why a document is refused.

use std::fmt;

/// A document that is not a policy this engine can evaluate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Where in the document, `Statement[0].Principal.AWS`; empty for the document itself.
    pub path: String,
    /// What is wrong there.
    pub reason: Refusal,
}

impl ParseError {
    /// The sentence for the caller: AWS's own where it is known.
    // DIFFERS: for most malformed key policies AWS KMS answers with an empty message; we say what is wrong and where.
    #[must_use]
    pub fn public_text(&self) -> String {
        self.reason.aws_text().unwrap_or_else(|| self.to_string())
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(formatter, "{}.", self.reason)
        } else {
            write!(formatter, "{} at {}.", self.reason, self.path)
        }
    }
}

impl std::error::Error for ParseError {}

/// What can be wrong with a policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An action without a service prefix, or with characters that no action has.
    Action(String),
    /// An element is given more than once.
    Duplicate,
    /// A statement id is given more than once.
    DuplicateSid,
    /// A list or a map without an entry.
    Empty,
    /// Two elements exclude each other.
    Exclusive(&'static str, &'static str),
    /// `ForAllValues` on a key with at most one value would match requests that lack it: an encryption context or a tag.
    ForAllValues(&'static str),
    /// An element that an identity policy must not have.
    IdentityPrincipal,
    /// A condition key that is evaluated in identity policies only.
    IdentityOnlyKey(String),
    /// A required element is missing.
    Missing(&'static str),
    /// A statement of a key policy that names nobody.
    NoPrincipal,
    /// `NotPrincipal` with `Allow`, which AWS does not support.
    NotPrincipalAllow,
    /// A principal that cannot exist.
    Principal(String),
    /// No AWS service has this name.
    ServicePrincipal(String),
    /// A resource that is neither `*` nor an ARN.
    Resource(String),
    /// Characters that a statement id of an identity policy must not have.
    Sid,
    /// Not JSON.
    Syntax(String),
    /// An element that this kind of policy must not have.
    Prohibited(&'static str),
    /// Longer than any policy may be.
    TooLong,
    /// A condition key that this engine does not know.
    UnknownConditionKey(String),
    /// An element that the policy language does not have.
    UnknownElement,
    /// A condition operator that the policy language does not have.
    UnknownOperator(String),
    /// A value that its element or operator cannot have.
    Value(&'static str),
    /// A policy variable that is malformed, unknown, multi-valued or in a place where AWS substitutes none.
    Variable(&'static str),
    /// A trust policy's action that is none of STS.
    TrustAction(String),
    /// A JSON type that the element does not have.
    WrongType(&'static str),
}

impl Refusal {
    fn aws_text(&self) -> Option<String> {
        let text = match self {
            Refusal::Action(_) => {
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
            }
            Refusal::DuplicateSid => "Statement IDs (SID) in a single policy must be unique.",
            // UNKNOWN: how AWS fills the brackets of its page, `[encryption context or tag]`. Here with what the condition names.
            Refusal::ForAllValues(what) => {
                return Some(format!(
                    "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key \
                     matches requests without the specified {what} or with an unspecified {what}. To fix, remove \
                     ForAllValues."
                ));
            }
            Refusal::IdentityOnlyKey(_) => {
                "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, \
                 kms:ResourceAliases"
            }
            Refusal::IdentityPrincipal => "Policy document should not specify a principal.",
            Refusal::Missing("Action") => "Policy statement must contain actions.",
            Refusal::Missing("Principal") => "Missing required field Principal",
            Refusal::NoPrincipal => "Policy contains a statement with no principal.",
            Refusal::Prohibited(element) => {
                return Some(format!("Has prohibited field {element}"));
            }
            Refusal::TrustAction(_) => "AssumeRole policy may only specify STS AssumeRole actions.",
            Refusal::Missing("Resource") => "Policy statement must contain resources.",
            Refusal::Principal(_) => {
                "Policy contains a statement with one or more invalid principals."
            }
            Refusal::ServicePrincipal(_) => {
                "Policy contains a statement with one or more invalid service principals."
            }
            Refusal::Resource(resource) => {
                return Some(format!(
                    "Resource {resource} must be in ARN format or \"*\"."
                ));
            }
            Refusal::Sid => {
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
                 [0-9A-Za-z]*"
            }
            Refusal::Syntax(_) => "This policy contains invalid Json",
            Refusal::Duplicate
            | Refusal::Empty
            | Refusal::Exclusive(..)
            | Refusal::Missing(_)
            | Refusal::NotPrincipalAllow
            | Refusal::TooLong
            | Refusal::UnknownConditionKey(_)
            | Refusal::UnknownElement
            | Refusal::UnknownOperator(_)
            | Refusal::Value(_)
            | Refusal::Variable(_)
            | Refusal::WrongType(_) => return None,
        };
        Some(text.to_owned())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Action(action) => write!(
                formatter,
                "'{action}' is not an action of the form service:Name"
            ),
            Refusal::Duplicate => formatter.write_str("The element is given more than once"),
            Refusal::DuplicateSid => {
                formatter.write_str("The statement id is given more than once")
            }
            Refusal::Empty => formatter.write_str("At least one value is needed"),
            Refusal::Exclusive(one, other) => {
                write!(formatter, "Either {one} or {other} may be given, not both")
            }
            Refusal::ForAllValues(_) => {
                formatter.write_str("ForAllValues is used with a single-valued condition key")
            }
            Refusal::IdentityPrincipal => {
                formatter.write_str("An identity policy names no principal")
            }
            Refusal::IdentityOnlyKey(key) => {
                write!(
                    formatter,
                    "The condition key '{key}' is evaluated in identity policies only"
                )
            }
            Refusal::Missing(element) => write!(formatter, "The element {element} is missing"),
            Refusal::NoPrincipal => formatter.write_str("The statement names no principal"),
            Refusal::NotPrincipalAllow => {
                formatter.write_str("NotPrincipal must be used with \"Effect\":\"Deny\"")
            }
            Refusal::Principal(principal) => write!(formatter, "'{principal}' is not a principal"),
            Refusal::ServicePrincipal(name) => write!(formatter, "'{name}' is not a service"),
            Refusal::Prohibited(element) => {
                write!(formatter, "This kind of policy has no element {element}")
            }
            Refusal::TrustAction(action) => {
                write!(formatter, "'{action}' is not an action of STS")
            }
            Refusal::Resource(resource) => {
                write!(formatter, "'{resource}' is neither an ARN nor \"*\"")
            }
            Refusal::Sid => formatter.write_str("The statement id is not alphanumeric"),
            Refusal::Syntax(detail) => write!(formatter, "The text is not valid JSON: {detail}"),
            Refusal::TooLong => formatter.write_str("The text is too long for a policy"),
            Refusal::UnknownConditionKey(key) => {
                write!(formatter, "The condition key '{key}' is not supported")
            }
            Refusal::UnknownElement => {
                formatter.write_str("The policy language has no such element")
            }
            Refusal::UnknownOperator(name) => {
                write!(formatter, "'{name}' is not a condition operator")
            }
            Refusal::Value(expected) => write!(formatter, "The value must be {expected}"),
            Refusal::Variable(problem) => write!(formatter, "The policy variable {problem}"),
            Refusal::WrongType(expected) => write!(formatter, "The value must be {expected}"),
        }
    }
}
