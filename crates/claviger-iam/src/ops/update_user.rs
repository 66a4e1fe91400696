//! UpdateUser.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UpdateUserInput, UpdateUserOutput};

use crate::{
    entities,
    records::UserRecord,
    subjects::{Renamed, WantedName},
};

pub(super) struct UpdateUser;

impl Operation for UpdateUser {
    const RULE: Rule = Rule::iam("UpdateUser", "iam:UpdateUser");
    type Input = UpdateUserInput;
    type Output = UpdateUserOutput;
    type Subject = Renamed<UserRecord>;

    fn subject(input: &UpdateUserInput) -> WantedName<'_> {
        WantedName {
            name: &input.user_name,
            new_path: input.new_path.as_deref(),
            new_name: input.new_user_name.as_deref(),
        }
    }

    fn parameters(input: &UpdateUserInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
        super::put_optional(out, "newPath", input.new_path.as_deref());
        super::put_optional(out, "newUserName", input.new_user_name.as_deref());
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &UpdateUserInput,
        on: &Admitted<Renamed<UserRecord>>,
    ) -> Result<UpdateUserOutput, Error> {
        let renamed = on.subject();
        let stored = renamed.stored()?;
        let record = UserRecord {
            name: renamed.new_name().to_owned(),
            path: renamed.new_path().to_owned(),
            ..stored.record.clone()
        };
        entities::replace(cx, stored, &record)?;
        Ok(UpdateUserOutput)
    }
}
