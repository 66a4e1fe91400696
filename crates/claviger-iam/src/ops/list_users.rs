//! ListUsers.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListUsersInput, ListUsersOutput};

use super::{paging::Page, users};
use crate::{records::UserRecord, subjects::Listed};

pub(super) struct ListUsers;

impl Operation for ListUsers {
    const RULE: Rule = Rule::iam_reads("ListUsers", "iam:ListUsers");
    type Input = ListUsersInput;
    type Output = ListUsersOutput;
    type Subject = Listed<UserRecord>;

    fn subject(input: &ListUsersInput) -> Option<&str> {
        input.path_prefix.as_deref()
    }

    fn parameters(input: &ListUsersInput, out: &mut Parameters) {
        super::put_optional(out, "pathPrefix", input.path_prefix.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListUsersInput,
        _: &Admitted<Listed<UserRecord>>,
    ) -> Result<ListUsersOutput, Error> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let page = Page::read(cx, &Self::RULE, input, prefix)?;
        let (found, marker) = page
            .of_entities(cx, |user: &UserRecord| user.path.starts_with(prefix))
            .await?;
        let users = found.iter().map(|user| users::listed(cx, user));
        Ok(ListUsersOutput {
            users: users.collect(),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
