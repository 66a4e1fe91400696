//! PutRolePolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{PutRolePolicyInput, PutRolePolicyOutput};

use super::inline;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct PutRolePolicy;

impl Operation for PutRolePolicy {
    const RULE: Rule = Rule::iam("PutRolePolicy", "iam:PutRolePolicy");
    type Input = PutRolePolicyInput;
    type Output = PutRolePolicyOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &PutRolePolicyInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &PutRolePolicyInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name)
            .put_str("policyName", &input.policy_name)
            .put_str("policyDocument", &input.policy_document);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &PutRolePolicyInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<PutRolePolicyOutput, Error> {
        inline::put(cx, on.subject(), &input.policy_name, &input.policy_document)?;
        Ok(PutRolePolicyOutput)
    }
}
