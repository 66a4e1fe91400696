//! UpdateAssumeRolePolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UpdateAssumeRolePolicyInput, UpdateAssumeRolePolicyOutput};

use super::roles;
use crate::{entities, records::RoleRecord, subjects::One};

pub(super) struct UpdateAssumeRolePolicy;

impl Operation for UpdateAssumeRolePolicy {
    const RULE: Rule = Rule::iam("UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy");
    type Input = UpdateAssumeRolePolicyInput;
    type Output = UpdateAssumeRolePolicyOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &UpdateAssumeRolePolicyInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &UpdateAssumeRolePolicyInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name)
            .put_str("policyDocument", &input.policy_document);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UpdateAssumeRolePolicyInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<UpdateAssumeRolePolicyOutput, Error> {
        let stored = on.subject().stored()?;
        let mut record = stored.record.clone();
        record.trust = roles::accept_trust(cx, &input.policy_document).await?;
        entities::replace(cx, stored, &record)?;
        Ok(UpdateAssumeRolePolicyOutput)
    }
}
