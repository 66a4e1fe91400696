//! DeleteUser.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteUserInput, DeleteUserOutput};

use super::boundaries;
use crate::{entities, errors, records::UserRecord, subjects::One};

pub(super) struct DeleteUser;

impl Operation for DeleteUser {
    const RULE: Rule = Rule::iam("DeleteUser", "iam:DeleteUser");
    type Input = DeleteUserInput;
    type Output = DeleteUserOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &DeleteUserInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &DeleteUserInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeleteUserInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<DeleteUserOutput, Error> {
        let stored = on.subject().stored()?;
        let user = &stored.record;
        // AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
        for (left, what) in [
            (!user.access_keys.is_empty(), "delete access keys"),
            (!user.holdings.inline.is_empty(), "delete policies"),
            (!user.holdings.attached.is_empty(), "detach all policies"),
            (!user.groups.is_empty(), "remove users from group"),
        ] {
            if left {
                return Err(errors::delete_conflict(what));
            }
        }
        boundaries::end(cx, &user.holdings).await?;
        entities::remove(cx, stored);
        Ok(DeleteUserOutput)
    }
}
