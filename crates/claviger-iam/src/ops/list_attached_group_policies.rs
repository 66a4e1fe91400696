//! ListAttachedGroupPolicies.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListAttachedGroupPoliciesInput, ListAttachedGroupPoliciesOutput};

use super::{attachments, paging::Page};
use crate::{records::GroupRecord, subjects::One};

pub(super) struct ListAttachedGroupPolicies;

impl Operation for ListAttachedGroupPolicies {
    const RULE: Rule =
        Rule::iam_reads("ListAttachedGroupPolicies", "iam:ListAttachedGroupPolicies");
    type Input = ListAttachedGroupPoliciesInput;
    type Output = ListAttachedGroupPoliciesOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &ListAttachedGroupPoliciesInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &ListAttachedGroupPoliciesInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name);
        super::put_optional(out, "pathPrefix", input.path_prefix.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListAttachedGroupPoliciesInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<ListAttachedGroupPoliciesOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, on.subject().id()?)?;
        let prefix = input.path_prefix.as_deref();
        let (attached_policies, marker) = attachments::page(cx, &page, on.subject(), prefix)?;
        Ok(ListAttachedGroupPoliciesOutput {
            attached_policies: Some(attached_policies),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
