//! GetKeyLastUsage.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html>

use claviger_audit::Parameters;
use claviger_model::{GetKeyLastUsageInput, GetKeyLastUsageOutput, KeyLastUsageData};

use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    records::LastUse,
    rule::Rule,
};

pub(super) struct GetKeyLastUsage;

impl Operation for GetKeyLastUsage {
    const RULE: Rule = Rule::reads("GetKeyLastUsage", "kms:GetKeyLastUsage");
    type Input = GetKeyLastUsageInput;
    type Output = GetKeyLastUsageOutput;
    type Subject = OneKey;

    fn subject(input: &GetKeyLastUsageInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GetKeyLastUsageInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    /// Uses are tracked from a key's creation on.
    async fn run(
        cx: &mut Cx<'_>,
        _: &GetKeyLastUsageInput,
        on: &Admitted<OneKey>,
    ) -> Result<GetKeyLastUsageOutput, Error> {
        let key = on.key();
        let last = cx.core.uses.last(&key);
        Ok(GetKeyLastUsageOutput {
            key_id: Some(key.record.key_id().to_string()),
            key_last_usage: Some(last.map(data).unwrap_or_default()),
            tracking_start_date: Some(key.record.created()),
            key_creation_date: Some(key.record.created()),
        })
    }
}

fn data(last: LastUse) -> KeyLastUsageData {
    KeyLastUsageData {
        operation: Some(last.operation),
        timestamp: Some(last.at()),
        cloud_trail_event_id: Some(last.event_id.to_string()),
        kms_request_id: Some(last.request_id.to_string()),
    }
}
