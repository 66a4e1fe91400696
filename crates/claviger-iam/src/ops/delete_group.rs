//! DeleteGroup.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteGroupInput, DeleteGroupOutput};

use crate::{entities, errors, records::GroupRecord, subjects::One};

pub(super) struct DeleteGroup;

impl Operation for DeleteGroup {
    const RULE: Rule = Rule::iam("DeleteGroup", "iam:DeleteGroup");
    type Input = DeleteGroupInput;
    type Output = DeleteGroupOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &DeleteGroupInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &DeleteGroupInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeleteGroupInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<DeleteGroupOutput, Error> {
        let stored = on.subject().stored()?;
        let group = &stored.record;
        // AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
        for (left, what) in [
            (group.members > 0, "remove users from group"),
            (!group.holdings.inline.is_empty(), "delete policies"),
            (!group.holdings.attached.is_empty(), "detach all policies"),
        ] {
            if left {
                return Err(errors::delete_conflict(what));
            }
        }
        entities::remove(cx, stored);
        Ok(DeleteGroupOutput)
    }
}
