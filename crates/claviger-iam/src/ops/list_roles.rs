//! ListRoles.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListRolesInput, ListRolesOutput};

use super::{paging::Page, roles};
use crate::{records::RoleRecord, subjects::Listed};

pub(super) struct ListRoles;

impl Operation for ListRoles {
    const RULE: Rule = Rule::iam_reads("ListRoles", "iam:ListRoles");
    type Input = ListRolesInput;
    type Output = ListRolesOutput;
    type Subject = Listed<RoleRecord>;

    fn subject(input: &ListRolesInput) -> Option<&str> {
        input.path_prefix.as_deref()
    }

    fn parameters(input: &ListRolesInput, out: &mut Parameters) {
        super::put_optional(out, "pathPrefix", input.path_prefix.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListRolesInput,
        _: &Admitted<Listed<RoleRecord>>,
    ) -> Result<ListRolesOutput, Error> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let page = Page::read(cx, &Self::RULE, input, prefix)?;
        let wanted = |role: &RoleRecord| role.path.starts_with(prefix);
        let (found, marker) = page.of_entities(cx, wanted).await?;
        let mut listed = Vec::new();
        for record in &found {
            listed.push(roles::listed(cx, record).await?);
        }
        Ok(ListRolesOutput {
            roles: listed,
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
