//! ListRoleTags.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListRoleTagsInput, ListRoleTagsOutput};

use super::{paging::Page, tags};
use crate::{records::RoleRecord, subjects::One};

pub(super) struct ListRoleTags;

impl Operation for ListRoleTags {
    const RULE: Rule = Rule::iam_reads("ListRoleTags", "iam:ListRoleTags");
    type Input = ListRoleTagsInput;
    type Output = ListRoleTagsOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &ListRoleTagsInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &ListRoleTagsInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListRoleTagsInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<ListRoleTagsOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, on.subject().id()?)?;
        let stored = on.subject().stored()?;
        let (tags, marker) = tags::page(cx, &page, &stored.record.holdings.tags);
        Ok(ListRoleTagsOutput {
            tags,
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
