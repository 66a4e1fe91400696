//! GetKeyPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html>

use claviger_audit::Parameters;
use claviger_model::{GetKeyPolicyInput, GetKeyPolicyOutput};
use claviger_policy::Values;

use super::policies::{self, DEFAULT_POLICY};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    rule::Rule,
};

pub(super) struct GetKeyPolicy;

impl Operation for GetKeyPolicy {
    const RULE: Rule = Rule::reads("GetKeyPolicy", "kms:GetKeyPolicy");
    type Input = GetKeyPolicyInput;
    type Output = GetKeyPolicyOutput;
    type Subject = OneKey;

    fn subject(input: &GetKeyPolicyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GetKeyPolicyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        super::put_optional(out, "policyName", input.policy_name.as_deref());
    }

    fn condition<'a>(input: &'a GetKeyPolicyInput, key: &str) -> Option<Values<'a>> {
        (key == "kms:policyname").then(|| Values::text(policy_name(input)))
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GetKeyPolicyInput,
        on: &Admitted<OneKey>,
    ) -> Result<GetKeyPolicyOutput, Error> {
        if policy_name(input) != DEFAULT_POLICY {
            return Err(error::policy_not_found());
        }
        Ok(GetKeyPolicyOutput {
            policy: Some(policies::print(cx, &on.key().record).await?),
            policy_name: Some(DEFAULT_POLICY.to_owned()),
        })
    }
}

fn policy_name(input: &GetKeyPolicyInput) -> &str {
    input.policy_name.as_deref().unwrap_or(DEFAULT_POLICY)
}
