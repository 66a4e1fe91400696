//! GetUser.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetUserInput, GetUserOutput};

use super::users;
use crate::subjects::{KeyOwner, UserOrCaller};

pub(super) struct GetUser;

impl Operation for GetUser {
    const RULE: Rule = Rule::iam_reads("GetUser", "iam:GetUser");
    type Input = GetUserInput;
    type Output = GetUserOutput;
    type Subject = UserOrCaller;

    fn subject(input: &GetUserInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &GetUserInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &GetUserInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<GetUserOutput, Error> {
        let user = match on.subject().owner()? {
            KeyOwner::User(user) => users::described(cx, &user.record),
            KeyOwner::Root(account) => users::root(cx, &account.record),
        };
        Ok(GetUserOutput { user })
    }
}
