//! AttachRolePolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{AttachRolePolicyInput, AttachRolePolicyOutput};
use claviger_policy::Values;

use super::attachments;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct AttachRolePolicy;

impl Operation for AttachRolePolicy {
    const RULE: Rule = Rule::iam("AttachRolePolicy", "iam:AttachRolePolicy");
    type Input = AttachRolePolicyInput;
    type Output = AttachRolePolicyOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &AttachRolePolicyInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &AttachRolePolicyInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name)
            .put_str("policyArn", &input.policy_arn);
    }

    fn condition<'a>(input: &'a AttachRolePolicyInput, key: &str) -> Option<Values<'a>> {
        attachments::condition(&input.policy_arn, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &AttachRolePolicyInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<AttachRolePolicyOutput, Error> {
        attachments::attach(cx, on.subject(), &input.policy_arn).await?;
        Ok(AttachRolePolicyOutput)
    }
}
