//! AttachGroupPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{AttachGroupPolicyInput, AttachGroupPolicyOutput};
use claviger_policy::Values;

use super::attachments;
use crate::{records::GroupRecord, subjects::One};

pub(super) struct AttachGroupPolicy;

impl Operation for AttachGroupPolicy {
    const RULE: Rule = Rule::iam("AttachGroupPolicy", "iam:AttachGroupPolicy");
    type Input = AttachGroupPolicyInput;
    type Output = AttachGroupPolicyOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &AttachGroupPolicyInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &AttachGroupPolicyInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name)
            .put_str("policyArn", &input.policy_arn);
    }

    fn condition<'a>(input: &'a AttachGroupPolicyInput, key: &str) -> Option<Values<'a>> {
        attachments::condition(&input.policy_arn, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &AttachGroupPolicyInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<AttachGroupPolicyOutput, Error> {
        attachments::attach(cx, on.subject(), &input.policy_arn).await?;
        Ok(AttachGroupPolicyOutput)
    }
}
