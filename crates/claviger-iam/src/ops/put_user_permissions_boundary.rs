//! PutUserPermissionsBoundary.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{PutUserPermissionsBoundaryInput, PutUserPermissionsBoundaryOutput};
use claviger_policy::Values;

use super::boundaries;
use crate::{records::UserRecord, subjects::One};

pub(super) struct PutUserPermissionsBoundary;

impl Operation for PutUserPermissionsBoundary {
    const RULE: Rule = Rule::iam(
        "PutUserPermissionsBoundary",
        "iam:PutUserPermissionsBoundary",
    );
    type Input = PutUserPermissionsBoundaryInput;
    type Output = PutUserPermissionsBoundaryOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &PutUserPermissionsBoundaryInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &PutUserPermissionsBoundaryInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name)
            .put_str("permissionsBoundary", &input.permissions_boundary);
    }

    fn condition<'a>(input: &'a PutUserPermissionsBoundaryInput, key: &str) -> Option<Values<'a>> {
        boundaries::condition(Some(&input.permissions_boundary), key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &PutUserPermissionsBoundaryInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<PutUserPermissionsBoundaryOutput, Error> {
        boundaries::put(cx, on.subject(), &input.permissions_boundary).await?;
        Ok(PutUserPermissionsBoundaryOutput)
    }
}
