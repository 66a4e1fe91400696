//! ListPolicyVersions.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListPolicyVersionsInput, ListPolicyVersionsOutput};

use super::{
    paging::Page,
    policies::{self, AnyPolicy, OnePolicy},
};

pub(super) struct ListPolicyVersions;

impl Operation for ListPolicyVersions {
    const RULE: Rule = Rule::iam_reads("ListPolicyVersions", "iam:ListPolicyVersions");
    type Input = ListPolicyVersionsInput;
    type Output = ListPolicyVersionsOutput;
    type Subject = OnePolicy;

    fn subject(input: &ListPolicyVersionsInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &ListPolicyVersionsInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListPolicyVersionsInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<ListPolicyVersionsOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, &input.policy_arn)?;
        let all = match on.subject().policy()? {
            AnyPolicy::Aws(policy) => vec![(String::new(), policies::aws_version(policy))],
            AnyPolicy::Own(stored) => stored
                .record
                .versions
                .iter()
                .rev()
                .map(|(number, version)| {
                    // Newest first, as AWS lists them.
                    let id = format!("{:010}", u32::MAX.saturating_sub(*number));
                    (id, policies::version(&stored.record, *number, version))
                })
                .collect(),
        };
        let (listed, marker) = page.of_sorted(cx, all, |(id, _)| id);
        Ok(ListPolicyVersionsOutput {
            versions: Some(listed.into_iter().map(|(_, version)| version).collect()),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
