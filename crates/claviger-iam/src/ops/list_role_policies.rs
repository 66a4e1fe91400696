//! ListRolePolicies.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListRolePoliciesInput, ListRolePoliciesOutput};

use super::{inline, paging::Page};
use crate::{records::RoleRecord, subjects::One};

pub(super) struct ListRolePolicies;

impl Operation for ListRolePolicies {
    const RULE: Rule = Rule::iam_reads("ListRolePolicies", "iam:ListRolePolicies");
    type Input = ListRolePoliciesInput;
    type Output = ListRolePoliciesOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &ListRolePoliciesInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &ListRolePoliciesInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListRolePoliciesInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<ListRolePoliciesOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, on.subject().id()?)?;
        let names = inline::names(on.subject())?;
        let (policy_names, marker) = page.of_sorted(cx, names, |name| name);
        Ok(ListRolePoliciesOutput {
            policy_names,
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
