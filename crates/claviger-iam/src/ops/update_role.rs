//! UpdateRole.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UpdateRoleInput, UpdateRoleOutput};

use crate::{entities, records::RoleRecord, subjects::One};

pub(super) struct UpdateRole;

impl Operation for UpdateRole {
    const RULE: Rule = Rule::iam("UpdateRole", "iam:UpdateRole");
    type Input = UpdateRoleInput;
    type Output = UpdateRoleOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &UpdateRoleInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &UpdateRoleInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
        super::put_optional(out, "description", input.description.as_deref());
        if let Some(seconds) = input.max_session_duration {
            out.put_int("maxSessionDuration", i64::from(seconds));
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UpdateRoleInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<UpdateRoleOutput, Error> {
        let stored = on.subject().stored()?;
        let mut record = stored.record.clone();
        if let Some(description) = &input.description {
            record.description = Some(description.clone());
        }
        if let Some(seconds) = input.max_session_duration {
            record.session_seconds_max = seconds;
        }
        entities::replace(cx, stored, &record)?;
        Ok(UpdateRoleOutput)
    }
}
