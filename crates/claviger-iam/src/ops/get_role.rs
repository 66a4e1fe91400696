//! GetRole.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetRoleInput, GetRoleOutput};

use super::roles;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct GetRole;

impl Operation for GetRole {
    const RULE: Rule = Rule::iam_reads("GetRole", "iam:GetRole");
    type Input = GetRoleInput;
    type Output = GetRoleOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &GetRoleInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &GetRoleInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &GetRoleInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<GetRoleOutput, Error> {
        let role = roles::described(cx, &on.subject().stored()?.record).await?;
        Ok(GetRoleOutput { role })
    }
}
