//! DetachUserPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DetachUserPolicyInput, DetachUserPolicyOutput};
use claviger_policy::Values;

use super::attachments;
use crate::{records::UserRecord, subjects::One};

pub(super) struct DetachUserPolicy;

impl Operation for DetachUserPolicy {
    const RULE: Rule = Rule::iam("DetachUserPolicy", "iam:DetachUserPolicy");
    type Input = DetachUserPolicyInput;
    type Output = DetachUserPolicyOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &DetachUserPolicyInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &DetachUserPolicyInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name)
            .put_str("policyArn", &input.policy_arn);
    }

    fn condition<'a>(input: &'a DetachUserPolicyInput, key: &str) -> Option<Values<'a>> {
        attachments::condition(&input.policy_arn, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DetachUserPolicyInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<DetachUserPolicyOutput, Error> {
        attachments::detach(cx, on.subject(), &input.policy_arn).await?;
        Ok(DetachUserPolicyOutput)
    }
}
