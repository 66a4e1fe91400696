//! UntagRole.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UntagRoleInput, UntagRoleOutput};
use claviger_policy::Values;

use super::tags;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct UntagRole;

impl Operation for UntagRole {
    const RULE: Rule = Rule::iam("UntagRole", "iam:UntagRole");
    type Input = UntagRoleInput;
    type Output = UntagRoleOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &UntagRoleInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &UntagRoleInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
        tags::put_keys(out, &input.tag_keys);
    }

    fn condition<'a>(input: &'a UntagRoleInput, key: &str) -> Option<Values<'a>> {
        tags::keys_condition(&input.tag_keys, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UntagRoleInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<UntagRoleOutput, Error> {
        tags::untag(cx, on.subject().stored()?, &input.tag_keys)?;
        Ok(UntagRoleOutput)
    }
}
