//! PutUserPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{PutUserPolicyInput, PutUserPolicyOutput};

use super::inline;
use crate::{records::UserRecord, subjects::One};

pub(super) struct PutUserPolicy;

impl Operation for PutUserPolicy {
    const RULE: Rule = Rule::iam("PutUserPolicy", "iam:PutUserPolicy");
    type Input = PutUserPolicyInput;
    type Output = PutUserPolicyOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &PutUserPolicyInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &PutUserPolicyInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name)
            .put_str("policyName", &input.policy_name)
            .put_str("policyDocument", &input.policy_document);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &PutUserPolicyInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<PutUserPolicyOutput, Error> {
        inline::put(cx, on.subject(), &input.policy_name, &input.policy_document)?;
        Ok(PutUserPolicyOutput)
    }
}
