//! DeleteUserPermissionsBoundary.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    DeleteUserPermissionsBoundaryInput, DeleteUserPermissionsBoundaryOutput,
};

use super::boundaries;
use crate::{records::UserRecord, subjects::One};

pub(super) struct DeleteUserPermissionsBoundary;

impl Operation for DeleteUserPermissionsBoundary {
    const RULE: Rule = Rule::iam(
        "DeleteUserPermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
    );
    type Input = DeleteUserPermissionsBoundaryInput;
    type Output = DeleteUserPermissionsBoundaryOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &DeleteUserPermissionsBoundaryInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &DeleteUserPermissionsBoundaryInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeleteUserPermissionsBoundaryInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<DeleteUserPermissionsBoundaryOutput, Error> {
        boundaries::delete(cx, on.subject()).await?;
        Ok(DeleteUserPermissionsBoundaryOutput)
    }
}
