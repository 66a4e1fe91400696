//! DeleteLoginProfile: nobody has a password here. Terraform tries before it removes a user.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteLoginProfileInput, DeleteLoginProfileOutput};

use crate::{errors, subjects::UserOrCaller};

pub(super) struct DeleteLoginProfile;

impl Operation for DeleteLoginProfile {
    const RULE: Rule = Rule::iam("DeleteLoginProfile", "iam:DeleteLoginProfile");
    type Input = DeleteLoginProfileInput;
    type Output = DeleteLoginProfileOutput;
    type Subject = UserOrCaller;

    fn subject(input: &DeleteLoginProfileInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &DeleteLoginProfileInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeleteLoginProfileInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<DeleteLoginProfileOutput, Error> {
        Err(errors::no_login_profile(
            on.subject().owner()?,
            cx.caller.account,
        ))
    }
}
