//! DeletePolicyVersion.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeletePolicyVersionInput, DeletePolicyVersionOutput};

use super::policies::{self, OnePolicy};
use crate::{entities, errors};

pub(super) struct DeletePolicyVersion;

impl Operation for DeletePolicyVersion {
    const RULE: Rule = Rule::iam("DeletePolicyVersion", "iam:DeletePolicyVersion");
    type Input = DeletePolicyVersionInput;
    type Output = DeletePolicyVersionOutput;
    type Subject = OnePolicy;

    fn subject(input: &DeletePolicyVersionInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &DeletePolicyVersionInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn)
            .put_str("versionId", &input.version_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DeletePolicyVersionInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<DeletePolicyVersionOutput, Error> {
        let stored = on.subject().own()?;
        let absent = || errors::no_such_version(&input.policy_arn, &input.version_id);
        let number = policies::version_number(&input.version_id).ok_or_else(absent)?;
        let mut record = stored.record.clone();
        if number == record.default_version {
            return Err(errors::default_version());
        }
        record.versions.remove(&number).ok_or_else(absent)?;
        entities::replace(cx, stored, &record)?;
        Ok(DeletePolicyVersionOutput)
    }
}
