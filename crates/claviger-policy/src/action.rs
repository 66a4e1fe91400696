//! The `Action` and `NotAction` elements.

use crate::error::{ParseError, Refusal};
use crate::glob::Glob;
use crate::json::Node;
use crate::policy::PolicyKind;

#[derive(Debug)]
pub(crate) struct Actions {
    /// Lower-case patterns: actions are compared without regard to case.
    patterns: Vec<Glob>,
    negated: bool,
}

impl Actions {
    pub(crate) fn parse(
        node: &Node<'_>,
        negated: bool,
        kind: PolicyKind,
    ) -> Result<Self, ParseError> {
        let compile = |item: &Node<'_>| {
            let text = item.text()?;
            let lowercase = text.to_ascii_lowercase();
            if !is_action_pattern(text) {
                Err(item.refuse(Refusal::Action(text.to_owned())))
            } else if kind == PolicyKind::Trust && !lowercase.starts_with("sts:") {
                Err(item.refuse(Refusal::TrustAction(text.to_owned())))
            } else {
                Ok(Glob::parse(&lowercase))
            }
        };
        let patterns = node
            .one_or_many()?
            .iter()
            .map(compile)
            .collect::<Result<_, _>>()?;
        Ok(Actions { patterns, negated })
    }

    pub(crate) fn cover(&self, lowercase_action: &str) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.matches(lowercase_action))
            != self.negated
    }
}

/// `*`, or a service and a name in which wildcards may stand. The service has none, except as `*:*`.
fn is_action_pattern(text: &str) -> bool {
    let Some((service, name)) = text.split_once(':') else {
        return text == "*";
    };
    let is_service = !service.is_empty()
        && service
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"*?-_".contains(&byte));
    is_name && (is_service || text == "*:*")
}
