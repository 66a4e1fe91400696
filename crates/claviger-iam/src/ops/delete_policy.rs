//! DeletePolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeletePolicyInput, DeletePolicyOutput};

use super::policies::OnePolicy;
use crate::{entities, errors};

pub(super) struct DeletePolicy;

impl Operation for DeletePolicy {
    const RULE: Rule = Rule::iam("DeletePolicy", "iam:DeletePolicy");
    type Input = DeletePolicyInput;
    type Output = DeletePolicyOutput;
    type Subject = OnePolicy;

    fn subject(input: &DeletePolicyInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &DeletePolicyInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeletePolicyInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<DeletePolicyOutput, Error> {
        let stored = on.subject().own()?;
        if stored.record.attachments > 0 || stored.record.boundaries > 0 {
            return Err(errors::policy_attached());
        }
        if stored.record.versions.len() > 1 {
            return Err(errors::policy_has_versions());
        }
        entities::remove(cx, stored);
        Ok(DeletePolicyOutput)
    }
}
