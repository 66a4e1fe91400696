//! SimulatePrincipalPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{SimulatePrincipalPolicyInput, SimulatePrincipalPolicyOutput};

use super::{
    paging::Page,
    simulations::{self, PolicySource},
};
use crate::{errors, simulation::Scenario};

pub(super) struct SimulatePrincipalPolicy;

impl Operation for SimulatePrincipalPolicy {
    const RULE: Rule = Rule::iam_reads("SimulatePrincipalPolicy", "iam:SimulatePrincipalPolicy");
    type Input = SimulatePrincipalPolicyInput;
    type Output = SimulatePrincipalPolicyOutput;
    type Subject = PolicySource;

    fn subject(input: &SimulatePrincipalPolicyInput) -> &str {
        &input.policy_source_arn
    }

    fn parameters(input: &SimulatePrincipalPolicyInput, out: &mut Parameters) {
        out.put_str("policySourceArn", &input.policy_source_arn)
            .put_strings("actionNames", &input.action_names);
        simulations::put(
            out,
            input.resource_arns.as_deref(),
            input.caller_arn.as_deref(),
        );
        super::put_page(out, input);
    }

    // DIFFERS: policies of the principal can't be left out of the simulation.
    fn check(input: &SimulatePrincipalPolicyInput) -> Result<(), Error> {
        match &input.policy_exclusion_list {
            None => Ok(()),
            Some(_) => Err(errors::invalid_input(
                "PolicyExclusionList is not supported.",
            )),
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &SimulatePrincipalPolicyInput,
        on: &Admitted<PolicySource>,
    ) -> Result<SimulatePrincipalPolicyOutput, Error> {
        let scenario = Scenario {
            policies: input.policy_input_list.as_deref().unwrap_or_default(),
            boundaries: input.permissions_boundary_policy_input_list.as_deref(),
            resources: input.resource_arns.as_deref(),
            resource_policy: input.resource_policy.as_deref(),
            resource_owner: input.resource_owner.as_deref(),
            caller_arn: input.caller_arn.as_deref(),
            context: input.context_entries.as_deref(),
        };
        let cast = on.subject().cast(cx).await?;
        let simulation = scenario.stage(cx, cast).await?;
        let page = Page::read(cx, &Self::RULE, input, &input.policy_source_arn)?;
        let (results, marker) = simulations::results(
            cx,
            &simulation,
            &page,
            &input.action_names,
            scenario.resources,
        );
        Ok(SimulatePrincipalPolicyOutput {
            evaluation_results: Some(results),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
