//! ListPolicyTags.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListPolicyTagsInput, ListPolicyTagsOutput};

use super::{paging::Page, policies::OnePolicy, tags};

pub(super) struct ListPolicyTags;

impl Operation for ListPolicyTags {
    const RULE: Rule = Rule::iam_reads("ListPolicyTags", "iam:ListPolicyTags");
    type Input = ListPolicyTagsInput;
    type Output = ListPolicyTagsOutput;
    type Subject = OnePolicy;

    fn subject(input: &ListPolicyTagsInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &ListPolicyTagsInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListPolicyTagsInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<ListPolicyTagsOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, &input.policy_arn)?;
        let (tags, marker) = tags::page(cx, &page, &on.subject().policy()?.tags());
        Ok(ListPolicyTagsOutput {
            tags,
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
