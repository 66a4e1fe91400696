//! ListInstanceProfilesForRole: there are no instances here, so no role has such a profile. Terraform asks before it deletes
//! a role.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListInstanceProfilesForRoleInput, ListInstanceProfilesForRoleOutput};

use crate::{records::RoleRecord, subjects::One};

pub(super) struct ListInstanceProfilesForRole;

impl Operation for ListInstanceProfilesForRole {
    const RULE: Rule = Rule::iam_reads(
        "ListInstanceProfilesForRole",
        "iam:ListInstanceProfilesForRole",
    );
    type Input = ListInstanceProfilesForRoleInput;
    type Output = ListInstanceProfilesForRoleOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &ListInstanceProfilesForRoleInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &ListInstanceProfilesForRoleInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
        super::put_page(out, input);
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &ListInstanceProfilesForRoleInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<ListInstanceProfilesForRoleOutput, Error> {
        on.subject().stored()?;
        Ok(ListInstanceProfilesForRoleOutput {
            instance_profiles: Vec::new(),
            is_truncated: Some(false),
            marker: None,
        })
    }
}
