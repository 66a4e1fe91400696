//! GetRolePolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetRolePolicyInput, GetRolePolicyOutput};

use super::inline;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct GetRolePolicy;

impl Operation for GetRolePolicy {
    const RULE: Rule = Rule::iam_reads("GetRolePolicy", "iam:GetRolePolicy");
    type Input = GetRolePolicyInput;
    type Output = GetRolePolicyOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &GetRolePolicyInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &GetRolePolicyInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name)
            .put_str("policyName", &input.policy_name);
    }

    async fn run(
        _: &mut Cx<'_>,
        input: &GetRolePolicyInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<GetRolePolicyOutput, Error> {
        Ok(GetRolePolicyOutput {
            role_name: on.subject().stored()?.record.name.clone(),
            policy_name: input.policy_name.clone(),
            policy_document: inline::text(on.subject(), &input.policy_name)?,
        })
    }
}
