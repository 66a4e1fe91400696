//! DeleteRolePermissionsBoundary.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    DeleteRolePermissionsBoundaryInput, DeleteRolePermissionsBoundaryOutput,
};

use super::boundaries;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct DeleteRolePermissionsBoundary;

impl Operation for DeleteRolePermissionsBoundary {
    const RULE: Rule = Rule::iam(
        "DeleteRolePermissionsBoundary",
        "iam:DeleteRolePermissionsBoundary",
    );
    type Input = DeleteRolePermissionsBoundaryInput;
    type Output = DeleteRolePermissionsBoundaryOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &DeleteRolePermissionsBoundaryInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &DeleteRolePermissionsBoundaryInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeleteRolePermissionsBoundaryInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<DeleteRolePermissionsBoundaryOutput, Error> {
        boundaries::delete(cx, on.subject()).await?;
        Ok(DeleteRolePermissionsBoundaryOutput)
    }
}
