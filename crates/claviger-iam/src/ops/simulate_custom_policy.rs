//! SimulateCustomPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::Rule,
};
use claviger_model::iam::{SimulateCustomPolicyInput, SimulateCustomPolicyOutput};

use super::{paging::Page, simulations};
use crate::{
    errors,
    simulation::{Cast, Scenario},
};

pub(super) struct SimulateCustomPolicy;

impl Operation for SimulateCustomPolicy {
    const RULE: Rule = Rule::iam_reads("SimulateCustomPolicy", "iam:SimulateCustomPolicy");
    type Input = SimulateCustomPolicyInput;
    type Output = SimulateCustomPolicyOutput;
    type Subject = NoKey;

    fn subject(_: &SimulateCustomPolicyInput) {}

    fn parameters(input: &SimulateCustomPolicyInput, out: &mut Parameters) {
        out.put_strings("actionNames", &input.action_names);
        simulations::put(
            out,
            input.resource_arns.as_deref(),
            input.caller_arn.as_deref(),
        );
        super::put_page(out, input);
    }

    // DIFFERS: there are no organizations here, and so no policies of theirs to simulate.
    fn check(input: &SimulateCustomPolicyInput) -> Result<(), Error> {
        match &input.ordered_organization_policy_input_list {
            None => Ok(()),
            Some(_) => Err(errors::invalid_input(
                "OrderedOrganizationPolicyInputList is not supported.",
            )),
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &SimulateCustomPolicyInput,
        _: &Admitted<NoKey>,
    ) -> Result<SimulateCustomPolicyOutput, Error> {
        let scenario = Scenario {
            policies: &input.policy_input_list,
            boundaries: input.permissions_boundary_policy_input_list.as_deref(),
            resources: input.resource_arns.as_deref(),
            resource_policy: input.resource_policy.as_deref(),
            resource_owner: input.resource_owner.as_deref(),
            caller_arn: input.caller_arn.as_deref(),
            context: input.context_entries.as_deref(),
        };
        // Where nobody is named, whoever simulates is imagined to call.
        let cast = Cast {
            principal: cx.caller.principal.clone(),
            tags: BTreeMap::new(),
            identity: Vec::new(),
            boundary: None,
        };
        let simulation = scenario.stage(cx, cast).await?;
        let page = Page::read(cx, &Self::RULE, input, "")?;
        let (results, marker) = simulations::results(
            cx,
            &simulation,
            &page,
            &input.action_names,
            scenario.resources,
        );
        Ok(SimulateCustomPolicyOutput {
            evaluation_results: Some(results),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
