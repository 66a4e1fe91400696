//! GetGroup.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetGroupInput, GetGroupOutput};

use super::{groups, paging::Page, users};
use crate::{records::GroupRecord, subjects::One};

pub(super) struct GetGroup;

impl Operation for GetGroup {
    const RULE: Rule = Rule::iam_reads("GetGroup", "iam:GetGroup");
    type Input = GetGroupInput;
    type Output = GetGroupOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &GetGroupInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &GetGroupInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GetGroupInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<GetGroupOutput, Error> {
        let group = &on.subject().stored()?.record;
        let page = Page::read(cx, &Self::RULE, input, &group.id)?;
        let (users, marker) = groups::members(cx, &page, group).await?;
        Ok(GetGroupOutput {
            group: groups::described(cx, group),
            users: users.iter().map(|user| users::listed(cx, user)).collect(),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
