//! From the text of a policy to its compiled statements.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

use std::sync::Arc;

use crate::action::Actions;
use crate::condition::Condition;
use crate::error::{ParseError, Refusal};
use crate::json::{Json, Node};
use crate::policy::{PolicyKind, Statement};
use crate::principal::Principals;
use crate::resource::Resources;
use crate::template::{Language, Version};

pub(crate) fn parse(text: &str, kind: PolicyKind) -> Result<Vec<Statement>, ParseError> {
    let outside = |reason| ParseError {
        path: String::new(),
        reason,
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(outside(Refusal::TooLong));
    }
    let json: Json =
        serde_json::from_str(text).map_err(|error| outside(Refusal::Syntax(error.to_string())))?;
    let document = Node::root(&json);
    let [version, id, statements] = elements(&document, ["Version", "Id", "Statement"])?;
    if let Some(id) = id {
        id.text()?;
    }
    let language = Language {
        kind,
        version: parse_version(version)?,
    };
    let statements = statements.ok_or_else(|| document.refuse(Refusal::Missing("Statement")))?;
    let mut compiled: Vec<Statement> = Vec::new();
    for node in statements.one_or_many()? {
        let statement = parse_statement(&node, language)?;
        let repeats_sid =
            |earlier: &Statement| earlier.sid.is_some() && earlier.sid == statement.sid;
        if kind != PolicyKind::Key && compiled.iter().any(repeats_sid) {
            return Err(node.refuse(Refusal::DuplicateSid));
        }
        compiled.push(statement);
    }
    Ok(compiled)
}

fn parse_version(version: Option<Node<'_>>) -> Result<Version, ParseError> {
    let Some(node) = version else {
        return Ok(Version::V2008);
    };
    match node.text()? {
        "2008-10-17" => Ok(Version::V2008),
        "2012-10-17" => Ok(Version::V2012),
        _ => Err(node.refuse(Refusal::Value("2012-10-17 or 2008-10-17"))),
    }
}

fn parse_statement(node: &Node<'_>, language: Language) -> Result<Statement, ParseError> {
    let kind = language.kind;
    let [
        sid,
        effect,
        principal,
        not_principal,
        action,
        not_action,
        resource,
        not_resource,
        condition,
    ] = elements(node, STATEMENT_ELEMENTS)?;
    let is_deny = parse_effect(node, effect)?;
    let principals = exclusive(
        node,
        [principal, not_principal],
        ["Principal", "NotPrincipal"],
    )?;
    let actions = exclusive(node, [action, not_action], ["Action", "NotAction"])?;
    let resources = exclusive(node, [resource, not_resource], ["Resource", "NotResource"])?;
    check_principals(node, principals.as_ref(), kind, is_deny)?;
    check_resources(node, resources.as_ref(), kind)?;
    if kind != PolicyKind::Key && actions.is_none() {
        return Err(node.refuse(Refusal::Missing("Action")));
    }
    let resources = match resources {
        Some((node, negated)) => Some(Resources::parse(&node, negated, language)?),
        None => (kind == PolicyKind::Trust).then(Resources::own),
    };
    Ok(Statement {
        sid: sid.map(|sid| parse_sid(&sid, kind)).transpose()?,
        is_deny,
        principals: principals
            .map(|(node, negated)| parse_principals(&node, negated, kind))
            .transpose()?,
        actions: actions
            .map(|(node, negated)| Actions::parse(&node, negated, kind))
            .transpose()?,
        resources,
        conditions: condition
            .map(|condition| Condition::parse_all(&condition, language))
            .transpose()?
            .unwrap_or_default(),
    })
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
fn check_principals(
    statement: &Node<'_>,
    principals: Option<&(Node<'_>, bool)>,
    kind: PolicyKind,
    is_deny: bool,
) -> Result<(), ParseError> {
    match (kind, principals) {
        (PolicyKind::Identity, None) | (PolicyKind::Key | PolicyKind::Trust, Some((_, false))) => {
            Ok(())
        }
        (PolicyKind::Key, Some((_, true))) if is_deny => Ok(()),
        (PolicyKind::Key, Some((node, true))) => Err(node.refuse(Refusal::NotPrincipalAllow)),
        (PolicyKind::Trust, Some((node, true))) => {
            Err(node.refuse(Refusal::Prohibited("NotPrincipal")))
        }
        (PolicyKind::Identity, Some((node, _))) => Err(node.refuse(Refusal::IdentityPrincipal)),
        (PolicyKind::Key, None) => Err(statement.refuse(Refusal::NoPrincipal)),
        (PolicyKind::Trust, None) => Err(statement.refuse(Refusal::Missing("Principal"))),
    }
}

/// Of a list of nobody, AWS KMS says what it says of no list.
fn parse_principals(
    node: &Node<'_>,
    negated: bool,
    kind: PolicyKind,
) -> Result<Principals, ParseError> {
    Principals::parse(node, negated).map_err(|error| match (kind, error.reason) {
        (PolicyKind::Key, Refusal::Empty) => ParseError {
            reason: Refusal::NoPrincipal,
            ..error
        },
        (_, reason) => ParseError { reason, ..error },
    })
}

/// A key policy's statement without resources is accepted and has no effect.
// UNKNOWN: AWS wrote to its customers that from August 2025 on it refuses key policies with a statement that lacks an action or a
// resource; its API reference still says that such a statement is accepted, and so it is here.
fn check_resources(
    statement: &Node<'_>,
    resources: Option<&(Node<'_>, bool)>,
    kind: PolicyKind,
) -> Result<(), ParseError> {
    match (kind, resources) {
        (PolicyKind::Identity, None) => Err(statement.refuse(Refusal::Missing("Resource"))),
        (PolicyKind::Trust, Some((node, negated))) => {
            Err(node.refuse(Refusal::Prohibited(if *negated {
                "NotResource"
            } else {
                "Resource"
            })))
        }
        (PolicyKind::Key | PolicyKind::Identity, Some(_))
        | (PolicyKind::Key | PolicyKind::Trust, None) => Ok(()),
    }
}

fn parse_effect(statement: &Node<'_>, effect: Option<Node<'_>>) -> Result<bool, ParseError> {
    let node = effect.ok_or_else(|| statement.refuse(Refusal::Missing("Effect")))?;
    match node.text()? {
        "Allow" => Ok(false),
        "Deny" => Ok(true),
        _ => Err(node.refuse(Refusal::Value("Allow or Deny"))),
    }
}

/// A key policy's statement ids may hold any text; the others' are alphanumeric.
fn parse_sid(node: &Node<'_>, kind: PolicyKind) -> Result<Arc<str>, ParseError> {
    let text = node.text()?;
    if kind != PolicyKind::Key && !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(node.refuse(Refusal::Sid));
    }
    Ok(Arc::from(text))
}

/// The element or its negation, and whether it is the negation.
fn exclusive<'a>(
    statement: &Node<'a>,
    pair: [Option<Node<'a>>; 2],
    names: [&'static str; 2],
) -> Result<Option<(Node<'a>, bool)>, ParseError> {
    match (pair, names) {
        ([Some(_), Some(_)], [one, other]) => Err(statement.refuse(Refusal::Exclusive(one, other))),
        ([Some(node), None], _) => Ok(Some((node, false))),
        ([None, Some(node)], _) => Ok(Some((node, true))),
        ([None, None], _) => Ok(None),
    }
}

/// The members of an object by their names, and none but those.
fn elements<'a, const N: usize>(
    node: &Node<'a>,
    names: [&str; N],
) -> Result<[Option<Node<'a>>; N], ParseError> {
    let mut found = std::array::from_fn(|_| None);
    for (name, member) in node.members()? {
        let slot = names
            .iter()
            .zip(&mut found)
            .find(|(known, _)| **known == name);
        let (_, slot) = slot.ok_or_else(|| member.refuse(Refusal::UnknownElement))?;
        *slot = Some(member);
    }
    Ok(found)
}

const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The longest text that any policy shape of the API allows; each operation has a lower limit of its own.
const TEXT_BYTES_MAX: usize = 131_072;
