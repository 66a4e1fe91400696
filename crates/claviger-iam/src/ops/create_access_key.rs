//! CreateAccessKey.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{CreateAccessKeyInput, CreateAccessKeyOutput};

use super::access_keys;
use crate::{
    errors,
    ids::{new_access_key_id, new_secret_access_key},
    records::KeyEntry,
    subjects::UserOrCaller,
};

pub(super) struct CreateAccessKey;

impl Operation for CreateAccessKey {
    const RULE: Rule = Rule::iam("CreateAccessKey", "iam:CreateAccessKey");
    type Input = CreateAccessKeyInput;
    type Output = CreateAccessKeyOutput;
    type Subject = UserOrCaller;

    fn subject(input: &CreateAccessKeyInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &CreateAccessKeyInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &CreateAccessKeyInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<CreateAccessKeyOutput, Error> {
        let owner = on.subject().owner()?;
        let mut keys = owner.keys().clone();
        if keys.len() >= access_keys::KEYS_MAX {
            return Err(errors::quota("AccessKeysPerUser", access_keys::KEYS_MAX));
        }
        let id = new_access_key_id(&*cx.core.rng)?;
        let secret = new_secret_access_key(&*cx.core.rng)?;
        let entry = KeyEntry {
            active: true,
            created_ms: cx.now.epoch_ms(),
        };
        let access_key = access_keys::created(owner, &id, &entry, &secret)?;
        access_keys::note(cx, &access_key);
        access_keys::store(cx, owner, &id, secret)?;
        keys.insert(id, entry);
        access_keys::replace(cx, owner, keys)?;
        Ok(CreateAccessKeyOutput { access_key })
    }
}
