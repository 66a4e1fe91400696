//! DetachRolePolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DetachRolePolicyInput, DetachRolePolicyOutput};
use claviger_policy::Values;

use super::attachments;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct DetachRolePolicy;

impl Operation for DetachRolePolicy {
    const RULE: Rule = Rule::iam("DetachRolePolicy", "iam:DetachRolePolicy");
    type Input = DetachRolePolicyInput;
    type Output = DetachRolePolicyOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &DetachRolePolicyInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &DetachRolePolicyInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name)
            .put_str("policyArn", &input.policy_arn);
    }

    fn condition<'a>(input: &'a DetachRolePolicyInput, key: &str) -> Option<Values<'a>> {
        attachments::condition(&input.policy_arn, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DetachRolePolicyInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<DetachRolePolicyOutput, Error> {
        attachments::detach(cx, on.subject(), &input.policy_arn).await?;
        Ok(DetachRolePolicyOutput)
    }
}
