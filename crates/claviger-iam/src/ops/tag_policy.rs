//! TagPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{TagPolicyInput, TagPolicyOutput};
use claviger_policy::Values;

use super::{policies::OnePolicy, tags};

pub(super) struct TagPolicy;

impl Operation for TagPolicy {
    const RULE: Rule = Rule::iam("TagPolicy", "iam:TagPolicy");
    type Input = TagPolicyInput;
    type Output = TagPolicyOutput;
    type Subject = OnePolicy;

    fn subject(input: &TagPolicyInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &TagPolicyInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn);
        tags::put(out, Some(&input.tags));
    }

    fn condition<'a>(input: &'a TagPolicyInput, key: &str) -> Option<Values<'a>> {
        tags::condition(Some(&input.tags), key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &TagPolicyInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<TagPolicyOutput, Error> {
        tags::tag(cx, on.subject().own()?, &input.tags)?;
        Ok(TagPolicyOutput)
    }
}
