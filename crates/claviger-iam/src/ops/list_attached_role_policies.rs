//! ListAttachedRolePolicies.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListAttachedRolePoliciesInput, ListAttachedRolePoliciesOutput};

use super::{attachments, paging::Page};
use crate::{records::RoleRecord, subjects::One};

pub(super) struct ListAttachedRolePolicies;

impl Operation for ListAttachedRolePolicies {
    const RULE: Rule = Rule::iam_reads("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies");
    type Input = ListAttachedRolePoliciesInput;
    type Output = ListAttachedRolePoliciesOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &ListAttachedRolePoliciesInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &ListAttachedRolePoliciesInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
        super::put_optional(out, "pathPrefix", input.path_prefix.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListAttachedRolePoliciesInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<ListAttachedRolePoliciesOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, on.subject().id()?)?;
        let prefix = input.path_prefix.as_deref();
        let (attached, marker) = attachments::page(cx, &page, on.subject(), prefix)?;
        Ok(ListAttachedRolePoliciesOutput {
            attached_policies: Some(attached),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
