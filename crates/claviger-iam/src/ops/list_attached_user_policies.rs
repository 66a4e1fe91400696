//! ListAttachedUserPolicies.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListAttachedUserPoliciesInput, ListAttachedUserPoliciesOutput};

use super::{attachments, paging::Page};
use crate::{records::UserRecord, subjects::One};

pub(super) struct ListAttachedUserPolicies;

impl Operation for ListAttachedUserPolicies {
    const RULE: Rule = Rule::iam_reads("ListAttachedUserPolicies", "iam:ListAttachedUserPolicies");
    type Input = ListAttachedUserPoliciesInput;
    type Output = ListAttachedUserPoliciesOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &ListAttachedUserPoliciesInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &ListAttachedUserPoliciesInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
        super::put_optional(out, "pathPrefix", input.path_prefix.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListAttachedUserPoliciesInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<ListAttachedUserPoliciesOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, on.subject().id()?)?;
        let prefix = input.path_prefix.as_deref();
        let (attached_policies, marker) = attachments::page(cx, &page, on.subject(), prefix)?;
        Ok(ListAttachedUserPoliciesOutput {
            attached_policies: Some(attached_policies),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
