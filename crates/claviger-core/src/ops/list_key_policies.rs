//! ListKeyPolicies.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html>

use claviger_audit::Parameters;
use claviger_model::{ListKeyPoliciesInput, ListKeyPoliciesOutput};

use super::{
    paging::{Limits, Page},
    policies::DEFAULT_POLICY,
};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::Rule,
};

pub(super) struct ListKeyPolicies;

impl Operation for ListKeyPolicies {
    const RULE: Rule = Rule::reads("ListKeyPolicies", "kms:ListKeyPolicies");
    type Input = ListKeyPoliciesInput;
    type Output = ListKeyPoliciesOutput;
    type Subject = OneKey;

    fn subject(input: &ListKeyPoliciesInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &ListKeyPoliciesInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        super::put_page(out, input.limit, input.marker.as_deref());
    }

    fn check(input: &ListKeyPoliciesInput) -> Result<(), Error> {
        LIMITS.check(input.limit)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListKeyPoliciesInput,
        on: &Admitted<OneKey>,
    ) -> Result<ListKeyPoliciesOutput, Error> {
        let page = Page::read(
            cx,
            Self::RULE.name,
            &on.key().arn,
            &LIMITS,
            input.limit,
            input.marker.as_deref(),
        )?;
        let id = |name: &String| name.clone();
        let mut names = page.of_sorted([DEFAULT_POLICY.to_owned()], id);
        let next_marker = page.cut(cx, &mut names, id);
        Ok(ListKeyPoliciesOutput {
            policy_names: Some(names),
            truncated: Some(next_marker.is_some()),
            next_marker,
        })
    }
}

const LIMITS: Limits = Limits::UP_TO_1000;
