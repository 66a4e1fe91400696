//! GetGroupPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetGroupPolicyInput, GetGroupPolicyOutput};

use super::inline;
use crate::{records::GroupRecord, subjects::One};

pub(super) struct GetGroupPolicy;

impl Operation for GetGroupPolicy {
    const RULE: Rule = Rule::iam_reads("GetGroupPolicy", "iam:GetGroupPolicy");
    type Input = GetGroupPolicyInput;
    type Output = GetGroupPolicyOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &GetGroupPolicyInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &GetGroupPolicyInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name)
            .put_str("policyName", &input.policy_name);
    }

    async fn run(
        _: &mut Cx<'_>,
        input: &GetGroupPolicyInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<GetGroupPolicyOutput, Error> {
        let on = on.subject();
        Ok(GetGroupPolicyOutput {
            group_name: on.stored()?.record.name.clone(),
            policy_name: input.policy_name.clone(),
            policy_document: inline::text(on, &input.policy_name)?,
        })
    }
}
