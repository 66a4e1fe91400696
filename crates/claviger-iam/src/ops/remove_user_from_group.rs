//! RemoveUserFromGroup.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{RemoveUserFromGroupInput, RemoveUserFromGroupOutput};

use super::groups;
use crate::subjects::GroupAndUser;

pub(super) struct RemoveUserFromGroup;

impl Operation for RemoveUserFromGroup {
    const RULE: Rule = Rule::iam("RemoveUserFromGroup", "iam:RemoveUserFromGroup");
    type Input = RemoveUserFromGroupInput;
    type Output = RemoveUserFromGroupOutput;
    type Subject = GroupAndUser;

    fn subject(input: &RemoveUserFromGroupInput) -> (&str, &str) {
        (&input.group_name, &input.user_name)
    }

    fn parameters(input: &RemoveUserFromGroupInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name)
            .put_str("userName", &input.user_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &RemoveUserFromGroupInput,
        on: &Admitted<GroupAndUser>,
    ) -> Result<RemoveUserFromGroupOutput, Error> {
        groups::leave(cx, on.subject())?;
        Ok(RemoveUserFromGroupOutput)
    }
}
