//! GetPolicyVersion.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetPolicyVersionInput, GetPolicyVersionOutput, PolicyVersion};

use super::policies::{self, AnyPolicy, OnePolicy};
use crate::errors;

pub(super) struct GetPolicyVersion;

impl Operation for GetPolicyVersion {
    const RULE: Rule = Rule::iam_reads("GetPolicyVersion", "iam:GetPolicyVersion");
    type Input = GetPolicyVersionInput;
    type Output = GetPolicyVersionOutput;
    type Subject = OnePolicy;

    fn subject(input: &GetPolicyVersionInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &GetPolicyVersionInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn)
            .put_str("versionId", &input.version_id);
    }

    async fn run(
        _: &mut Cx<'_>,
        input: &GetPolicyVersionInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<GetPolicyVersionOutput, Error> {
        let absent = || errors::no_such_version(&input.policy_arn, &input.version_id);
        let number = policies::version_number(&input.version_id).ok_or_else(absent)?;
        let (listed, document) = match on.subject().policy()? {
            AnyPolicy::Aws(policy) if policy.version == number => {
                (policies::aws_version(policy), policy.document)
            }
            AnyPolicy::Aws(_) => return Err(absent()),
            AnyPolicy::Own(stored) => {
                let record = &stored.record;
                let version = record.versions.get(&number).ok_or_else(absent)?;
                let listed = policies::version(record, number, version);
                (listed, version.document.as_str())
            }
        };
        Ok(GetPolicyVersionOutput {
            policy_version: Some(PolicyVersion {
                document: Some(document.to_owned()),
                ..listed
            }),
        })
    }
}
