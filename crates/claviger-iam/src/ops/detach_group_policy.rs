//! DetachGroupPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DetachGroupPolicyInput, DetachGroupPolicyOutput};
use claviger_policy::Values;

use super::attachments;
use crate::{records::GroupRecord, subjects::One};

pub(super) struct DetachGroupPolicy;

impl Operation for DetachGroupPolicy {
    const RULE: Rule = Rule::iam("DetachGroupPolicy", "iam:DetachGroupPolicy");
    type Input = DetachGroupPolicyInput;
    type Output = DetachGroupPolicyOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &DetachGroupPolicyInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &DetachGroupPolicyInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name)
            .put_str("policyArn", &input.policy_arn);
    }

    fn condition<'a>(input: &'a DetachGroupPolicyInput, key: &str) -> Option<Values<'a>> {
        attachments::condition(&input.policy_arn, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DetachGroupPolicyInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<DetachGroupPolicyOutput, Error> {
        attachments::detach(cx, on.subject(), &input.policy_arn).await?;
        Ok(DetachGroupPolicyOutput)
    }
}
