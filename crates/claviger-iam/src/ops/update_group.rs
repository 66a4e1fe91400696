//! UpdateGroup.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UpdateGroupInput, UpdateGroupOutput};

use crate::{
    entities,
    records::GroupRecord,
    subjects::{Renamed, WantedName},
};

pub(super) struct UpdateGroup;

impl Operation for UpdateGroup {
    const RULE: Rule = Rule::iam("UpdateGroup", "iam:UpdateGroup");
    type Input = UpdateGroupInput;
    type Output = UpdateGroupOutput;
    type Subject = Renamed<GroupRecord>;

    fn subject(input: &UpdateGroupInput) -> WantedName<'_> {
        WantedName {
            name: &input.group_name,
            new_path: input.new_path.as_deref(),
            new_name: input.new_group_name.as_deref(),
        }
    }

    fn parameters(input: &UpdateGroupInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name);
        super::put_optional(out, "newPath", input.new_path.as_deref());
        super::put_optional(out, "newGroupName", input.new_group_name.as_deref());
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &UpdateGroupInput,
        on: &Admitted<Renamed<GroupRecord>>,
    ) -> Result<UpdateGroupOutput, Error> {
        let renamed = on.subject();
        let stored = renamed.stored()?;
        let record = GroupRecord {
            name: renamed.new_name().to_owned(),
            path: renamed.new_path().to_owned(),
            ..stored.record.clone()
        };
        entities::replace(cx, stored, &record)?;
        Ok(UpdateGroupOutput)
    }
}
