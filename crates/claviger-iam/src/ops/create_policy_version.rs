//! CreatePolicyVersion.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{CreatePolicyVersionInput, CreatePolicyVersionOutput};

use super::{
    documents,
    policies::{self, OnePolicy},
};
use crate::{entities, errors, records::PolicyVersion};

pub(super) struct CreatePolicyVersion;

impl Operation for CreatePolicyVersion {
    const RULE: Rule = Rule::iam("CreatePolicyVersion", "iam:CreatePolicyVersion");
    type Input = CreatePolicyVersionInput;
    type Output = CreatePolicyVersionOutput;
    type Subject = OnePolicy;

    fn subject(input: &CreatePolicyVersionInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &CreatePolicyVersionInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn)
            .put_str("policyDocument", &input.policy_document);
        if let Some(set) = input.set_as_default {
            out.put_bool("setAsDefault", set);
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &CreatePolicyVersionInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<CreatePolicyVersionOutput, Error> {
        let stored = on.subject().own()?;
        documents::check_managed(&input.policy_document)?;
        if stored.record.versions.len() >= VERSIONS_MAX {
            return Err(errors::too_many_versions(VERSIONS_MAX));
        }
        let mut record = stored.record.clone();
        let number = record.latest_version.saturating_add(1);
        let version = PolicyVersion {
            document: input.policy_document.clone(),
            created_ms: cx.now.epoch_ms(),
        };
        record.latest_version = number;
        if input.set_as_default == Some(true) {
            record.default_version = number;
            record.updated_ms = cx.now.epoch_ms();
        }
        let made = policies::version(&record, number, &version);
        policies::note_version(cx, &record, number, &version);
        record.versions.insert(number, version);
        entities::replace(cx, stored, &record)?;
        Ok(CreatePolicyVersionOutput {
            policy_version: Some(made),
        })
    }
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const VERSIONS_MAX: usize = 5;
