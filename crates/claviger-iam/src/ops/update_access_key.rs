//! UpdateAccessKey.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UpdateAccessKeyInput, UpdateAccessKeyOutput};

use super::access_keys;
use crate::{errors, subjects::UserOrCaller};

pub(super) struct UpdateAccessKey;

impl Operation for UpdateAccessKey {
    const RULE: Rule = Rule::iam("UpdateAccessKey", "iam:UpdateAccessKey");
    type Input = UpdateAccessKeyInput;
    type Output = UpdateAccessKeyOutput;
    type Subject = UserOrCaller;

    fn subject(input: &UpdateAccessKeyInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &UpdateAccessKeyInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
        out.put_str("accessKeyId", &input.access_key_id)
            .put_str("status", input.status.as_str());
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UpdateAccessKeyInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<UpdateAccessKeyOutput, Error> {
        let owner = on.subject().owner()?;
        let mut keys = owner.keys().clone();
        keys.get_mut(&input.access_key_id)
            .ok_or_else(|| errors::no_such_access_key(&input.access_key_id))?
            .active = access_keys::is_active(input.status)?;
        access_keys::replace(cx, owner, keys)?;
        Ok(UpdateAccessKeyOutput)
    }
}
