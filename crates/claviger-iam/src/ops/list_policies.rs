//! ListPolicies.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    ListPoliciesInput, ListPoliciesOutput, Policy, PolicyScopeType, PolicyUsageType,
};

use super::{paging::Page, policies};
use crate::{AwsManagedPolicy, records::ManagedPolicyRecord, subjects::Listed};

pub(super) struct ListPolicies;

impl Operation for ListPolicies {
    const RULE: Rule = Rule::iam_reads("ListPolicies", "iam:ListPolicies");
    type Input = ListPoliciesInput;
    type Output = ListPoliciesOutput;
    type Subject = Listed<ManagedPolicyRecord>;

    fn subject(input: &ListPoliciesInput) -> Option<&str> {
        input.path_prefix.as_deref()
    }

    fn parameters(input: &ListPoliciesInput, out: &mut Parameters) {
        let scope = input.scope.map(PolicyScopeType::as_str);
        super::put_optional(out, "scope", scope);
        if let Some(only) = input.only_attached {
            out.put_bool("onlyAttached", only);
        }
        super::put_optional(out, "pathPrefix", input.path_prefix.as_deref());
        let usage = input.policy_usage_filter.map(PolicyUsageType::as_str);
        super::put_optional(out, "policyUsageFilter", usage);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListPoliciesInput,
        _: &Admitted<Listed<ManagedPolicyRecord>>,
    ) -> Result<ListPoliciesOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, "")?;
        let mut all = wanted(cx, input).await?;
        all.sort_by(|one, other| one.policy_id.cmp(&other.policy_id));
        let (listed, marker) = page.of_sorted(cx, all, |policy| {
            policy.policy_id.as_deref().unwrap_or_default()
        });
        Ok(ListPoliciesOutput {
            policies: Some(listed),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}

/// The policies that the request asks for, in no order.
async fn wanted(cx: &Cx<'_>, input: &ListPoliciesInput) -> Result<Vec<Policy>, Error> {
    let (records, account) = (&cx.core.records, cx.caller.account);
    let scope = input.scope.unwrap_or(PolicyScopeType::All);
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let mut found = Vec::new();
    if scope != PolicyScopeType::Local {
        let usage = policies::usage(records, account).await?;
        let aws = AwsManagedPolicy::all().iter().map(|policy| {
            let used = usage.get(&policy.arn()).copied().unwrap_or_default();
            policies::aws_listed(policy, used)
        });
        found.extend(aws);
    }
    if scope != PolicyScopeType::Aws {
        policies::each(records, account, |record: ManagedPolicyRecord| {
            found.push(policies::listed(&record, account));
        })
        .await?;
    }
    found.retain(|policy| {
        policy
            .path
            .as_ref()
            .is_some_and(|path| path.starts_with(prefix))
            && used(policy, input)
    });
    Ok(found)
}

/// Whether the policy is used as the request's filters want.
fn used(policy: &Policy, input: &ListPoliciesInput) -> bool {
    let attached = policy.attachment_count.is_some_and(|count| count > 0);
    let bounding = policy
        .permissions_boundary_usage_count
        .is_some_and(|count| count > 0);
    let by_kind = match input.policy_usage_filter {
        None => true,
        Some(PolicyUsageType::PermissionsPolicy) => attached,
        Some(PolicyUsageType::PermissionsBoundary) => bounding,
    };
    by_kind && (input.only_attached != Some(true) || attached || bounding)
}
