//! UntagPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UntagPolicyInput, UntagPolicyOutput};
use claviger_policy::Values;

use super::{policies::OnePolicy, tags};

pub(super) struct UntagPolicy;

impl Operation for UntagPolicy {
    const RULE: Rule = Rule::iam("UntagPolicy", "iam:UntagPolicy");
    type Input = UntagPolicyInput;
    type Output = UntagPolicyOutput;
    type Subject = OnePolicy;

    fn subject(input: &UntagPolicyInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &UntagPolicyInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn);
        tags::put_keys(out, &input.tag_keys);
    }

    fn condition<'a>(input: &'a UntagPolicyInput, key: &str) -> Option<Values<'a>> {
        tags::keys_condition(&input.tag_keys, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UntagPolicyInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<UntagPolicyOutput, Error> {
        tags::untag(cx, on.subject().own()?, &input.tag_keys)?;
        Ok(UntagPolicyOutput)
    }
}
