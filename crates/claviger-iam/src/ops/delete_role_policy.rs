//! DeleteRolePolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteRolePolicyInput, DeleteRolePolicyOutput};

use super::inline;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct DeleteRolePolicy;

impl Operation for DeleteRolePolicy {
    const RULE: Rule = Rule::iam("DeleteRolePolicy", "iam:DeleteRolePolicy");
    type Input = DeleteRolePolicyInput;
    type Output = DeleteRolePolicyOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &DeleteRolePolicyInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &DeleteRolePolicyInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name)
            .put_str("policyName", &input.policy_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DeleteRolePolicyInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<DeleteRolePolicyOutput, Error> {
        inline::delete(cx, on.subject(), &input.policy_name)?;
        Ok(DeleteRolePolicyOutput)
    }
}
