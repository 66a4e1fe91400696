//! GetLoginProfile: nobody has a password here. Ansible asks before it shows or removes a user.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetLoginProfileInput, GetLoginProfileOutput};

use crate::{errors, subjects::UserOrCaller};

pub(super) struct GetLoginProfile;

impl Operation for GetLoginProfile {
    const RULE: Rule = Rule::iam_reads("GetLoginProfile", "iam:GetLoginProfile");
    type Input = GetLoginProfileInput;
    type Output = GetLoginProfileOutput;
    type Subject = UserOrCaller;

    fn subject(input: &GetLoginProfileInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &GetLoginProfileInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &GetLoginProfileInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<GetLoginProfileOutput, Error> {
        Err(errors::no_login_profile(
            on.subject().owner()?,
            cx.caller.account,
        ))
    }
}
