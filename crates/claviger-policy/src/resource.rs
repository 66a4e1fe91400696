//! The `Resource` and `NotResource` elements.

use crate::arn::ArnPattern;
use crate::error::{ParseError, Refusal};
use crate::json::Node;
use crate::request::Context;
use crate::template::{Language, Template};

#[derive(Debug)]
pub(crate) struct Resources {
    patterns: Vec<ResourcePattern>,
    negated: bool,
}

#[derive(Debug)]
enum ResourcePattern {
    /// `*`: in a key policy this key, in an identity policy everything.
    Every,
    Arn(Template<ArnPattern>),
}

impl Resources {
    /// What a statement speaks of that has no such element because its resource is the one that it is attached to.
    pub(crate) fn own() -> Self {
        Resources {
            patterns: vec![ResourcePattern::Every],
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
                return Ok(ResourcePattern::Every);
            }
            if !text.starts_with("arn:") {
                return Err(item.refuse(Refusal::Resource(text.to_owned())));
            }
            let template = Template::parse(text, language).map_err(|reason| item.refuse(reason))?;
            Ok(ResourcePattern::Arn(template))
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
        let matches = |pattern: &ResourcePattern| match pattern {
            ResourcePattern::Every => true,
            ResourcePattern::Arn(template) => template.passes(cx, |arn| arn.matches(resource)),
        };
        self.patterns.iter().any(matches) != self.negated
    }
}
