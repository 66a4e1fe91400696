//! GetPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetPolicyInput, GetPolicyOutput, Policy};

use super::{
    policies::{self, AnyPolicy, OnePolicy},
    tags,
};

pub(super) struct GetPolicy;

impl Operation for GetPolicy {
    const RULE: Rule = Rule::iam_reads("GetPolicy", "iam:GetPolicy");
    type Input = GetPolicyInput;
    type Output = GetPolicyOutput;
    type Subject = OnePolicy;

    fn subject(input: &GetPolicyInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &GetPolicyInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GetPolicyInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<GetPolicyOutput, Error> {
        let account = cx.caller.account;
        let policy = on.subject().policy()?;
        let (listed, description) = match policy {
            AnyPolicy::Own(stored) => {
                let record = &stored.record;
                (
                    policies::listed(record, account),
                    record.description.clone(),
                )
            }
            AnyPolicy::Aws(policy) => {
                let mut usage = policies::usage(&cx.core.records, account).await?;
                let used = usage.remove(&input.policy_arn).unwrap_or_default();
                let description = Some(policy.description.to_owned());
                (policies::aws_listed(policy, used), description)
            }
        };
        Ok(GetPolicyOutput {
            policy: Some(Policy {
                description,
                tags: Some(tags::listed(&policy.tags())),
                ..listed
            }),
        })
    }
}
