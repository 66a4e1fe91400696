//! ListAccessKeys.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListAccessKeysInput, ListAccessKeysOutput};

use super::{access_keys, paging::Page};
use crate::subjects::UserOrCaller;

pub(super) struct ListAccessKeys;

impl Operation for ListAccessKeys {
    const RULE: Rule = Rule::iam_reads("ListAccessKeys", "iam:ListAccessKeys");
    type Input = ListAccessKeysInput;
    type Output = ListAccessKeysOutput;
    type Subject = UserOrCaller;

    fn subject(input: &ListAccessKeysInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &ListAccessKeysInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListAccessKeysInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<ListAccessKeysOutput, Error> {
        let owner = on.subject().owner()?;
        let page = Page::read(cx, &Self::RULE, input, owner.name().unwrap_or_default())?;
        let (keys, marker) = page.of_sorted(cx, owner.keys(), |(id, _)| id);
        let listed = keys
            .into_iter()
            .map(|(id, entry)| access_keys::listed(owner, id, entry));
        Ok(ListAccessKeysOutput {
            access_key_metadata: listed.collect(),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
