//! DeleteUserPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteUserPolicyInput, DeleteUserPolicyOutput};

use super::inline;
use crate::{records::UserRecord, subjects::One};

pub(super) struct DeleteUserPolicy;

impl Operation for DeleteUserPolicy {
    const RULE: Rule = Rule::iam("DeleteUserPolicy", "iam:DeleteUserPolicy");
    type Input = DeleteUserPolicyInput;
    type Output = DeleteUserPolicyOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &DeleteUserPolicyInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &DeleteUserPolicyInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name)
            .put_str("policyName", &input.policy_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DeleteUserPolicyInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<DeleteUserPolicyOutput, Error> {
        inline::delete(cx, on.subject(), &input.policy_name)?;
        Ok(DeleteUserPolicyOutput)
    }
}
