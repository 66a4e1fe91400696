//! PutKeyPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>

use claviger_audit::Parameters;
use claviger_model::{PutKeyPolicyInput, PutKeyPolicyOutput};
use claviger_policy::Values;

use super::policies::{DEFAULT_POLICY, KeyPolicy, bypass_condition};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct PutKeyPolicy;

impl Operation for PutKeyPolicy {
    const RULE: Rule = Rule::kms("PutKeyPolicy", Actions::One("kms:PutKeyPolicy"));
    type Input = PutKeyPolicyInput;
    type Output = PutKeyPolicyOutput;
    type Subject = OneKey;

    fn subject(input: &PutKeyPolicyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &PutKeyPolicyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id)
            .put_str("policyName", name(input))
            .put_str("policy", &input.policy)
            .put_bool("bypassPolicyLockoutSafetyCheck", bypass(input));
    }

    fn condition<'a>(input: &'a PutKeyPolicyInput, key: &str) -> Option<Values<'a>> {
        match key {
            "kms:policyname" => Some(Values::text(name(input))),
            "kms:bypasspolicylockoutsafetycheck" => {
                bypass_condition(input.bypass_policy_lockout_safety_check)
            }
            _ => None,
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &PutKeyPolicyInput,
        on: &Admitted<OneKey>,
    ) -> Result<PutKeyPolicyOutput, Error> {
        match name(input) {
            DEFAULT_POLICY => {}
            "AWS_RAM" => return Err(error::policy_of_ram()),
            _ => return Err(error::policy_not_found()),
        }
        let key = on.key();
        let policy = KeyPolicy::accept(cx, &input.policy, bypass(input)).await?;
        let record = policy.attach(cx, &key.place, key.record.clone())?;
        cx.change_key(&key, record)?;
        cx.note_key(&key);
        Ok(PutKeyPolicyOutput)
    }
}

fn name(input: &PutKeyPolicyInput) -> &str {
    input.policy_name.as_deref().unwrap_or(DEFAULT_POLICY)
}

fn bypass(input: &PutKeyPolicyInput) -> bool {
    input.bypass_policy_lockout_safety_check == Some(true)
}
