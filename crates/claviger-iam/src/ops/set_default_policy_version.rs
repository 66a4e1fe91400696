//! SetDefaultPolicyVersion.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{SetDefaultPolicyVersionInput, SetDefaultPolicyVersionOutput};

use super::policies::{self, OnePolicy};
use crate::{entities, errors};

pub(super) struct SetDefaultPolicyVersion;

impl Operation for SetDefaultPolicyVersion {
    const RULE: Rule = Rule::iam("SetDefaultPolicyVersion", "iam:SetDefaultPolicyVersion");
    type Input = SetDefaultPolicyVersionInput;
    type Output = SetDefaultPolicyVersionOutput;
    type Subject = OnePolicy;

    fn subject(input: &SetDefaultPolicyVersionInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &SetDefaultPolicyVersionInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn)
            .put_str("versionId", &input.version_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &SetDefaultPolicyVersionInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<SetDefaultPolicyVersionOutput, Error> {
        let stored = on.subject().own()?;
        let absent = || errors::no_such_version(&input.policy_arn, &input.version_id);
        let number = policies::version_number(&input.version_id).ok_or_else(absent)?;
        let mut record = stored.record.clone();
        if !record.versions.contains_key(&number) {
            return Err(absent());
        }
        if record.default_version != number {
            record.default_version = number;
            record.updated_ms = cx.now.epoch_ms();
            entities::replace(cx, stored, &record)?;
        }
        Ok(SetDefaultPolicyVersionOutput)
    }
}
