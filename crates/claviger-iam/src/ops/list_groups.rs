//! ListGroups.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListGroupsInput, ListGroupsOutput};

use super::{groups, paging::Page};
use crate::{records::GroupRecord, subjects::Listed};

pub(super) struct ListGroups;

impl Operation for ListGroups {
    const RULE: Rule = Rule::iam_reads("ListGroups", "iam:ListGroups");
    type Input = ListGroupsInput;
    type Output = ListGroupsOutput;
    type Subject = Listed<GroupRecord>;

    fn subject(input: &ListGroupsInput) -> Option<&str> {
        input.path_prefix.as_deref()
    }

    fn parameters(input: &ListGroupsInput, out: &mut Parameters) {
        super::put_optional(out, "pathPrefix", input.path_prefix.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListGroupsInput,
        _: &Admitted<Listed<GroupRecord>>,
    ) -> Result<ListGroupsOutput, Error> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let page = Page::read(cx, &Self::RULE, input, prefix)?;
        let (found, marker) = page
            .of_entities(cx, |group: &GroupRecord| group.path.starts_with(prefix))
            .await?;
        let groups = found.iter().map(|group| groups::described(cx, group));
        Ok(ListGroupsOutput {
            groups: groups.collect(),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
