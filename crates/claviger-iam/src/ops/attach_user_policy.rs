//! AttachUserPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{AttachUserPolicyInput, AttachUserPolicyOutput};
use claviger_policy::Values;

use super::attachments;
use crate::{records::UserRecord, subjects::One};

pub(super) struct AttachUserPolicy;

impl Operation for AttachUserPolicy {
    const RULE: Rule = Rule::iam("AttachUserPolicy", "iam:AttachUserPolicy");
    type Input = AttachUserPolicyInput;
    type Output = AttachUserPolicyOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &AttachUserPolicyInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &AttachUserPolicyInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name)
            .put_str("policyArn", &input.policy_arn);
    }

    fn condition<'a>(input: &'a AttachUserPolicyInput, key: &str) -> Option<Values<'a>> {
        attachments::condition(&input.policy_arn, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &AttachUserPolicyInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<AttachUserPolicyOutput, Error> {
        attachments::attach(cx, on.subject(), &input.policy_arn).await?;
        Ok(AttachUserPolicyOutput)
    }
}
