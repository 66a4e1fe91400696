//! GetAccessKeyLastUsed.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetAccessKeyLastUsedInput, GetAccessKeyLastUsedOutput};

use super::access_keys;
use crate::{records::KeyUseRecord, subjects::KeyInUse};

pub(super) struct GetAccessKeyLastUsed;

impl Operation for GetAccessKeyLastUsed {
    const RULE: Rule = Rule::iam_reads("GetAccessKeyLastUsed", "iam:GetAccessKeyLastUsed");
    type Input = GetAccessKeyLastUsedInput;
    type Output = GetAccessKeyLastUsedOutput;
    type Subject = KeyInUse;

    fn subject(input: &GetAccessKeyLastUsedInput) -> &str {
        &input.access_key_id
    }

    fn parameters(input: &GetAccessKeyLastUsedInput, out: &mut Parameters) {
        out.put_str("accessKeyId", &input.access_key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GetAccessKeyLastUsedInput,
        on: &Admitted<KeyInUse>,
    ) -> Result<GetAccessKeyLastUsedOutput, Error> {
        let user_name = on.subject().owner_name()?.to_owned();
        let id = KeyUseRecord::id(&cx.core.records, &input.access_key_id);
        let used = cx.read::<KeyUseRecord>(&id).await?;
        Ok(GetAccessKeyLastUsedOutput {
            user_name: Some(user_name),
            access_key_last_used: Some(access_keys::last_used(used.map(|used| used.record))),
        })
    }
}
