//! ListUserTags.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListUserTagsInput, ListUserTagsOutput};

use super::{paging::Page, tags};
use crate::{
    records::{Entity, UserRecord},
    subjects::One,
};

pub(super) struct ListUserTags;

impl Operation for ListUserTags {
    const RULE: Rule = Rule::iam_reads("ListUserTags", "iam:ListUserTags");
    type Input = ListUserTagsInput;
    type Output = ListUserTagsOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &ListUserTagsInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &ListUserTagsInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListUserTagsInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<ListUserTagsOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, on.subject().id()?)?;
        let stored = on.subject().stored()?;
        let (tags, marker) = tags::page(cx, &page, stored.record.tags());
        Ok(ListUserTagsOutput {
            tags,
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
