//! ListOpenIDConnectProviderTags.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviderTags.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    ListOpenIDConnectProviderTagsInput, ListOpenIDConnectProviderTagsOutput,
};

use super::{paging::Page, providers::OneProvider, tags};

pub(super) struct ListOpenIDConnectProviderTags;

impl Operation for ListOpenIDConnectProviderTags {
    const RULE: Rule = Rule::iam_reads(
        "ListOpenIDConnectProviderTags",
        "iam:ListOpenIDConnectProviderTags",
    );
    type Input = ListOpenIDConnectProviderTagsInput;
    type Output = ListOpenIDConnectProviderTagsOutput;
    type Subject = OneProvider;

    fn subject(input: &ListOpenIDConnectProviderTagsInput) -> &str {
        &input.open_id_connect_provider_arn
    }

    fn parameters(input: &ListOpenIDConnectProviderTagsInput, out: &mut Parameters) {
        out.put_str(
            "openIDConnectProviderArn",
            &input.open_id_connect_provider_arn,
        );
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListOpenIDConnectProviderTagsInput,
        on: &Admitted<OneProvider>,
    ) -> Result<ListOpenIDConnectProviderTagsOutput, Error> {
        let record = &on.subject().stored()?.record;
        let page = Page::read(cx, &Self::RULE, input, &input.open_id_connect_provider_arn)?;
        let (tags, marker) = tags::page(cx, &page, &record.tags);
        Ok(ListOpenIDConnectProviderTagsOutput {
            tags,
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
