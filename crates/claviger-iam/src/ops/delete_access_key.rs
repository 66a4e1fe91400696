//! DeleteAccessKey.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteAccessKeyInput, DeleteAccessKeyOutput};

use super::access_keys;
use crate::{errors, subjects::UserOrCaller};

pub(super) struct DeleteAccessKey;

impl Operation for DeleteAccessKey {
    const RULE: Rule = Rule::iam("DeleteAccessKey", "iam:DeleteAccessKey");
    type Input = DeleteAccessKeyInput;
    type Output = DeleteAccessKeyOutput;
    type Subject = UserOrCaller;

    fn subject(input: &DeleteAccessKeyInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &DeleteAccessKeyInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
        out.put_str("accessKeyId", &input.access_key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DeleteAccessKeyInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<DeleteAccessKeyOutput, Error> {
        let owner = on.subject().owner()?;
        let mut keys = owner.keys().clone();
        keys.remove(&input.access_key_id)
            .ok_or_else(|| errors::no_such_access_key(&input.access_key_id))?;
        access_keys::destroy(cx, &input.access_key_id);
        access_keys::replace(cx, owner, keys)?;
        Ok(DeleteAccessKeyOutput)
    }
}
