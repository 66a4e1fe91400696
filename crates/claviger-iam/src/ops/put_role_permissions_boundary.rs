//! PutRolePermissionsBoundary.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{PutRolePermissionsBoundaryInput, PutRolePermissionsBoundaryOutput};
use claviger_policy::Values;

use super::boundaries;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct PutRolePermissionsBoundary;

impl Operation for PutRolePermissionsBoundary {
    const RULE: Rule = Rule::iam(
        "PutRolePermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
    );
    type Input = PutRolePermissionsBoundaryInput;
    type Output = PutRolePermissionsBoundaryOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &PutRolePermissionsBoundaryInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &PutRolePermissionsBoundaryInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name)
            .put_str("permissionsBoundary", &input.permissions_boundary);
    }

    fn condition<'a>(input: &'a PutRolePermissionsBoundaryInput, key: &str) -> Option<Values<'a>> {
        boundaries::condition(Some(&input.permissions_boundary), key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &PutRolePermissionsBoundaryInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<PutRolePermissionsBoundaryOutput, Error> {
        boundaries::put(cx, on.subject(), &input.permissions_boundary).await?;
        Ok(PutRolePermissionsBoundaryOutput)
    }
}
