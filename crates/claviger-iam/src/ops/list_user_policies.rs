//! ListUserPolicies.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListUserPoliciesInput, ListUserPoliciesOutput};

use super::{inline, paging::Page};
use crate::{records::UserRecord, subjects::One};

pub(super) struct ListUserPolicies;

impl Operation for ListUserPolicies {
    const RULE: Rule = Rule::iam_reads("ListUserPolicies", "iam:ListUserPolicies");
    type Input = ListUserPoliciesInput;
    type Output = ListUserPoliciesOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &ListUserPoliciesInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &ListUserPoliciesInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListUserPoliciesInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<ListUserPoliciesOutput, Error> {
        let page = Page::read(cx, &Self::RULE, input, on.subject().id()?)?;
        let names = inline::names(on.subject())?;
        let (policy_names, marker) = page.of_sorted(cx, names, |name| name);
        Ok(ListUserPoliciesOutput {
            policy_names,
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
