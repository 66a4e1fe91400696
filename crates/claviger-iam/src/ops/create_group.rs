//! CreateGroup.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{CreateGroupInput, CreateGroupOutput};

use super::{groups, quotas};
use crate::{
    entities,
    ids::new_unique_id,
    records::{EntityKind, GroupRecord, Holdings},
    subjects::{New, Wanted},
};

pub(super) struct CreateGroup;

impl Operation for CreateGroup {
    const RULE: Rule = Rule::iam("CreateGroup", "iam:CreateGroup");
    type Input = CreateGroupInput;
    type Output = CreateGroupOutput;
    type Subject = New<GroupRecord>;

    fn subject(input: &CreateGroupInput) -> Wanted<'_> {
        Wanted {
            path: input.path.as_deref(),
            name: &input.group_name,
            tagged: false,
        }
    }

    fn parameters(input: &CreateGroupInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name);
        super::put_optional(out, "path", input.path.as_deref());
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &CreateGroupInput,
        on: &Admitted<New<GroupRecord>>,
    ) -> Result<CreateGroupOutput, Error> {
        quotas::one_more::<GroupRecord>(cx).await?;
        let new = on.subject();
        let record = GroupRecord {
            id: new_unique_id(EntityKind::Group, &*cx.core.rng)?,
            name: new.name().to_owned(),
            path: new.path().to_owned(),
            created_ms: cx.now.epoch_ms(),
            members: 0,
            holdings: Holdings::default(),
        };
        entities::create(cx, &record)?;
        groups::note(cx, &record);
        Ok(CreateGroupOutput {
            group: groups::described(cx, &record),
        })
    }
}
