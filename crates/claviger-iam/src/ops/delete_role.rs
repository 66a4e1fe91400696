//! DeleteRole.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteRoleInput, DeleteRoleOutput};

use super::boundaries;
use crate::{entities, errors, records::RoleRecord, subjects::One};

pub(super) struct DeleteRole;

impl Operation for DeleteRole {
    const RULE: Rule = Rule::iam("DeleteRole", "iam:DeleteRole");
    type Input = DeleteRoleInput;
    type Output = DeleteRoleOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &DeleteRoleInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &DeleteRoleInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeleteRoleInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<DeleteRoleOutput, Error> {
        // AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
        let stored = on.subject().stored()?;
        let holdings = &stored.record.holdings;
        for (left, what) in [
            (!holdings.attached.is_empty(), "detach all policies"),
            (!holdings.inline.is_empty(), "delete policies"),
        ] {
            if left {
                return Err(errors::delete_conflict(what));
            }
        }
        boundaries::end(cx, holdings).await?;
        entities::remove(cx, stored);
        Ok(DeleteRoleOutput)
    }
}
