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
use crate::template::Version;

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
    let version = parse_version(version)?;
    let statements = statements.ok_or_else(|| document.refuse(Refusal::Missing("Statement")))?;
    let mut compiled: Vec<Statement> = Vec::new();
    for node in statements.one_or_many()? {
        let statement = parse_statement(&node, kind, version)?;
        let repeats_sid =
            |earlier: &Statement| earlier.sid.is_some() && earlier.sid == statement.sid;
        if kind == PolicyKind::Identity && compiled.iter().any(repeats_sid) {
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

fn parse_statement(
    node: &Node<'_>,
    kind: PolicyKind,
    version: Version,
) -> Result<Statement, ParseError> {
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
    match (kind, &principals) {
        (PolicyKind::Key, None) => return Err(node.refuse(Refusal::Missing("Principal"))),
        (PolicyKind::Identity, Some((principal, _))) => {
            return Err(principal.refuse(Refusal::IdentityPrincipal));
        }
        (PolicyKind::Key, Some((not_principal, true))) if !is_deny => {
            return Err(not_principal.refuse(Refusal::NotPrincipalAllow));
        }
        (PolicyKind::Key, Some(_)) | (PolicyKind::Identity, None) => {}
    }
    if kind == PolicyKind::Identity && actions.is_none() {
        return Err(node.refuse(Refusal::Missing("Action")));
    }
    if kind == PolicyKind::Identity && resources.is_none() {
        return Err(node.refuse(Refusal::Missing("Resource")));
    }
    Ok(Statement {
        sid: sid.map(|sid| parse_sid(&sid, kind)).transpose()?,
        is_deny,
        principals: principals
            .map(|(node, negated)| Principals::parse(&node, negated))
            .transpose()?,
        actions: actions
            .map(|(node, negated)| Actions::parse(&node, negated))
            .transpose()?,
        resources: resources
            .map(|(node, negated)| Resources::parse(&node, negated, version))
            .transpose()?,
        conditions: condition
            .map(|condition| Condition::parse_all(&condition, kind, version))
            .transpose()?
            .unwrap_or_default(),
    })
}

fn parse_effect(statement: &Node<'_>, effect: Option<Node<'_>>) -> Result<bool, ParseError> {
    let node = effect.ok_or_else(|| statement.refuse(Refusal::Missing("Effect")))?;
    match node.text()? {
        "Allow" => Ok(false),
        "Deny" => Ok(true),
        _ => Err(node.refuse(Refusal::Value("Allow or Deny"))),
    }
}

/// A key policy's statement ids may hold any text; an identity policy's are alphanumeric.
fn parse_sid(node: &Node<'_>, kind: PolicyKind) -> Result<Arc<str>, ParseError> {
    let text = node.text()?;
    if kind == PolicyKind::Identity && !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
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
