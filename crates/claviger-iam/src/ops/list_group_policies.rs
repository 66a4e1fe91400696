//! ListGroupPolicies.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListGroupPoliciesInput, ListGroupPoliciesOutput};

use super::{inline, paging::Page};
use crate::{records::GroupRecord, subjects::One};

pub(super) struct ListGroupPolicies;

impl Operation for ListGroupPolicies {
    const RULE: Rule = Rule::iam_reads("ListGroupPolicies", "iam:ListGroupPolicies");
    type Input = ListGroupPoliciesInput;
    type Output = ListGroupPoliciesOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &ListGroupPoliciesInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &ListGroupPoliciesInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListGroupPoliciesInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<ListGroupPoliciesOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, on.subject().id()?)?;
        let names = inline::names(on.subject())?;
        let (policy_names, marker) = page.of_sorted(cx, names, |name| name);
        Ok(ListGroupPoliciesOutput {
            policy_names,
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
