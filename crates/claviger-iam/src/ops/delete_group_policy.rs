//! DeleteGroupPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteGroupPolicyInput, DeleteGroupPolicyOutput};

use super::inline;
use crate::{records::GroupRecord, subjects::One};

pub(super) struct DeleteGroupPolicy;

impl Operation for DeleteGroupPolicy {
    const RULE: Rule = Rule::iam("DeleteGroupPolicy", "iam:DeleteGroupPolicy");
    type Input = DeleteGroupPolicyInput;
    type Output = DeleteGroupPolicyOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &DeleteGroupPolicyInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &DeleteGroupPolicyInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name)
            .put_str("policyName", &input.policy_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DeleteGroupPolicyInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<DeleteGroupPolicyOutput, Error> {
        inline::delete(cx, on.subject(), &input.policy_name)?;
        Ok(DeleteGroupPolicyOutput)
    }
}
