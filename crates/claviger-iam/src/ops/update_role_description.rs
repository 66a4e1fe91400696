//! UpdateRoleDescription.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UpdateRoleDescriptionInput, UpdateRoleDescriptionOutput};

use super::roles;
use crate::{entities, records::RoleRecord, subjects::One};

pub(super) struct UpdateRoleDescription;

impl Operation for UpdateRoleDescription {
    const RULE: Rule = Rule::iam("UpdateRoleDescription", "iam:UpdateRoleDescription");
    type Input = UpdateRoleDescriptionInput;
    type Output = UpdateRoleDescriptionOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &UpdateRoleDescriptionInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &UpdateRoleDescriptionInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name)
            .put_str("description", &input.description);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UpdateRoleDescriptionInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<UpdateRoleDescriptionOutput, Error> {
        let stored = on.subject().stored()?;
        let mut record = stored.record.clone();
        record.description = Some(input.description.clone());
        entities::replace(cx, stored, &record)?;
        roles::note(cx, &record);
        Ok(UpdateRoleDescriptionOutput {
            role: Some(roles::described(cx, &record).await?),
        })
    }
}
