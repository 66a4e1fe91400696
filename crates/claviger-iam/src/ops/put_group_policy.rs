//! PutGroupPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{PutGroupPolicyInput, PutGroupPolicyOutput};

use super::inline;
use crate::{records::GroupRecord, subjects::One};

pub(super) struct PutGroupPolicy;

impl Operation for PutGroupPolicy {
    const RULE: Rule = Rule::iam("PutGroupPolicy", "iam:PutGroupPolicy");
    type Input = PutGroupPolicyInput;
    type Output = PutGroupPolicyOutput;
    type Subject = One<GroupRecord>;

    fn subject(input: &PutGroupPolicyInput) -> &str {
        &input.group_name
    }

    fn parameters(input: &PutGroupPolicyInput, out: &mut Parameters) {
        out.put_str("groupName", &input.group_name)
            .put_str("policyName", &input.policy_name)
            .put_str("policyDocument", &input.policy_document);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &PutGroupPolicyInput,
        on: &Admitted<One<GroupRecord>>,
    ) -> Result<PutGroupPolicyOutput, Error> {
        inline::put(cx, on.subject(), &input.policy_name, &input.policy_document)?;
        Ok(PutGroupPolicyOutput)
    }
}
