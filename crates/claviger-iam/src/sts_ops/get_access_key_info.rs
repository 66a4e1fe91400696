//! GetAccessKeyInfo.
//!
//! AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::{Actions, Rule},
};
use claviger_model::sts::{GetAccessKeyInfoInput, GetAccessKeyInfoOutput};

use crate::{errors, records::CredentialRecord};

pub(super) struct GetAccessKeyInfo;

impl Operation for GetAccessKeyInfo {
    const RULE: Rule = Rule::sts("GetAccessKeyInfo", Actions::One("sts:GetAccessKeyInfo"));
    type Input = GetAccessKeyInfoInput;
    type Output = GetAccessKeyInfoOutput;
    type Subject = NoKey;

    fn subject(_: &GetAccessKeyInfoInput) {}

    fn parameters(input: &GetAccessKeyInfoInput, out: &mut Parameters) {
        out.put_str("accessKeyId", &input.access_key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GetAccessKeyInfoInput,
        _: &Admitted<NoKey>,
    ) -> Result<GetAccessKeyInfoOutput, Error> {
        let id = CredentialRecord::id(&cx.core.records, &input.access_key_id);
        let stored = cx.read::<CredentialRecord>(&id).await?;
        // DIFFERS: AWS's ids spell their account. Here they are random, and those of sessions are stored nowhere: only
        // long-term keys are known.
        let stored = stored.ok_or_else(|| {
            errors::validation(format!("Access key {} is not known.", input.access_key_id))
        })?;
        Ok(GetAccessKeyInfoOutput {
            account: Some(stored.record.account.to_string()),
        })
    }
}
