//! ListGroupsForUser.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListGroupsForUserInput, ListGroupsForUserOutput};

use super::{groups, paging::Page};
use crate::{records::UserRecord, subjects::One};

pub(super) struct ListGroupsForUser;

impl Operation for ListGroupsForUser {
    const RULE: Rule = Rule::iam_reads("ListGroupsForUser", "iam:ListGroupsForUser");
    type Input = ListGroupsForUserInput;
    type Output = ListGroupsForUserOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &ListGroupsForUserInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &ListGroupsForUserInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListGroupsForUserInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<ListGroupsForUserOutput, Error> {
        let user = &on.subject().stored()?.record;
        let page = Page::read(cx, &Self::RULE, input, &user.id)?;
        let (found, marker) = groups::of_user(cx, &page, user).await?;
        let groups = found.iter().map(|group| groups::described(cx, group));
        Ok(ListGroupsForUserOutput {
            groups: groups.collect(),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
