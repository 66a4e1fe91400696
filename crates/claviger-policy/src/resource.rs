//! The `Resource` and `NotResource` elements.

use crate::arn::ResourcePattern;
use crate::error::{ParseError, Refusal};
use crate::json::Node;
use crate::request::Context;
use crate::template::{Language, Template, Version};

#[derive(Debug)]
pub(crate) struct Resources {
    patterns: Vec<Covered>,
    negated: bool,
}

#[derive(Debug)]
enum Covered {
    /// `*`: in a key policy this key, in an identity policy everything.
    Every,
    Arn(Template<ResourcePattern>),
}

impl Resources {
    /// What a statement speaks of that has no such element because its resource is the one that it is attached to.
    pub(crate) fn own() -> Self {
        Resources {
            patterns: vec![Covered::Every],
            negated: false,
        }
    }

    pub(crate) fn parse(
        node: &Node<'_>,
        negated: bool,
        language: Language,
    ) -> Result<Self, ParseError> {
        let compile = |item: &Node<'_>| {
            let text = item.text()?;
            if text == "*" {
                return Ok(Covered::Every);
            }
            if !text.starts_with("arn:") {
                return Err(item.refuse(Refusal::Resource(text.to_owned())));
            }
            if language.version == Version::V2012 && has_early_variable(text) {
                return Err(item.refuse(EARLY_VARIABLE));
            }
            let template = Template::parse(text, language).map_err(|reason| item.refuse(reason))?;
            Ok(Covered::Arn(template))
        };
        let patterns = node
            .one_or_many()?
            .iter()
            .map(compile)
            .collect::<Result<_, _>>()?;
        Ok(Resources { patterns, negated })
    }

    pub(crate) fn cover(&self, cx: &Context<'_>) -> bool {
        let resource = cx.resource.text();
        let matches = |pattern: &Covered| match pattern {
            Covered::Every => true,
            Covered::Arn(template) => template.passes(cx, |arn| arn.matches(resource)),
        };
        self.patterns.iter().any(matches) != self.negated
    }
}

/// Variables stand in the last part of an ARN, after the fifth colon.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-resourceelement
fn has_early_variable(arn: &str) -> bool {
    arn.splitn(6, ':').take(5).any(|part| part.contains("${"))
}

const EARLY_VARIABLE: Refusal = Refusal::Variable("stands before the fifth colon of an ARN");
