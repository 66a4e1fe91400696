//! TagRole.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{TagRoleInput, TagRoleOutput};
use claviger_policy::Values;

use super::tags;
use crate::{records::RoleRecord, subjects::One};

pub(super) struct TagRole;

impl Operation for TagRole {
    const RULE: Rule = Rule::iam("TagRole", "iam:TagRole");
    type Input = TagRoleInput;
    type Output = TagRoleOutput;
    type Subject = One<RoleRecord>;

    fn subject(input: &TagRoleInput) -> &str {
        &input.role_name
    }

    fn parameters(input: &TagRoleInput, out: &mut Parameters) {
        out.put_str("roleName", &input.role_name);
        tags::put(out, Some(&input.tags));
    }

    fn condition<'a>(input: &'a TagRoleInput, key: &str) -> Option<Values<'a>> {
        tags::condition(Some(&input.tags), key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &TagRoleInput,
        on: &Admitted<One<RoleRecord>>,
    ) -> Result<TagRoleOutput, Error> {
        tags::tag(cx, on.subject().stored()?, &input.tags)?;
        Ok(TagRoleOutput)
    }
}
