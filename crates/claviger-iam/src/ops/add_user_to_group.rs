//! AddUserToGroup.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{AddUserToGroupInput, AddUserToGroupOutput};

use super::groups;
use crate::subjects::GroupAndUser;

pub(super) struct AddUserToGroup;

impl Operation for AddUserToGroup {
    const RULE: Rule = Rule::iam("AddUserToGroup", "iam:AddUserToGroup");
    type Input = AddUserToGroupInput;
    type Output = AddUserToGroupOutput;
    type Subject = GroupAndUser;

    fn subject(input: &AddUserToGroupInput) -> (&str, &str) {
        (&input.group_name, &input.user_name)
    }

    fn parameters(input: &AddUserToGroupInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name)
            .put_str("userName", &input.user_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &AddUserToGroupInput,
        on: &Admitted<GroupAndUser>,
    ) -> Result<AddUserToGroupOutput, Error> {
        groups::join(cx, on.subject())?;
        Ok(AddUserToGroupOutput)
    }
}
