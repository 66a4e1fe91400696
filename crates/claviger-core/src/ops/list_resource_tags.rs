//! ListResourceTags.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html>

use claviger_audit::Parameters;
use claviger_model::{ListResourceTagsInput, ListResourceTagsOutput, Tag};

use super::paging::{Limits, Page};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::Rule,
};

pub(super) struct ListResourceTags;

impl Operation for ListResourceTags {
    const RULE: Rule = Rule::reads("ListResourceTags", "kms:ListResourceTags");
    type Input = ListResourceTagsInput;
    type Output = ListResourceTagsOutput;
    type Subject = OneKey;

    fn subject(input: &ListResourceTagsInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &ListResourceTagsInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        super::put_page(out, input.limit, input.marker.as_deref());
    }

    fn check(input: &ListResourceTagsInput) -> Result<(), Error> {
        LIMITS.check(input.limit)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListResourceTagsInput,
        on: &Admitted<OneKey>,
    ) -> Result<ListResourceTagsOutput, Error> {
        let key = on.key();
        let page = Page::read(
            cx,
            Self::RULE.name,
            &key.arn,
            &LIMITS,
            input.limit,
            input.marker.as_deref(),
        )?;
        let mut tags = page.of_sorted(&key.record.tags, |(name, _)| (*name).clone());
        let next_marker = page.cut(cx, &mut tags, |(name, _)| (*name).clone());
        let tags = tags.into_iter().map(|(name, value)| Tag {
            tag_key: name.clone(),
            tag_value: value.clone(),
        });
        Ok(ListResourceTagsOutput {
            tags: Some(tags.collect()),
            truncated: Some(next_marker.is_some()),
            next_marker,
        })
    }
}

const LIMITS: Limits = Limits {
    default: 50,
    max: 50,
};
