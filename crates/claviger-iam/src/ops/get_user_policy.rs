//! GetUserPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetUserPolicyInput, GetUserPolicyOutput};

use super::inline;
use crate::{records::UserRecord, subjects::One};

pub(super) struct GetUserPolicy;

impl Operation for GetUserPolicy {
    const RULE: Rule = Rule::iam_reads("GetUserPolicy", "iam:GetUserPolicy");
    type Input = GetUserPolicyInput;
    type Output = GetUserPolicyOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &GetUserPolicyInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &GetUserPolicyInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name)
            .put_str("policyName", &input.policy_name);
    }

    async fn run(
        _: &mut Cx<'_>,
        input: &GetUserPolicyInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<GetUserPolicyOutput, Error> {
        let on = on.subject();
        Ok(GetUserPolicyOutput {
            user_name: on.stored()?.record.name.clone(),
            policy_name: input.policy_name.clone(),
            policy_document: inline::text(on, &input.policy_name)?,
        })
    }
}
