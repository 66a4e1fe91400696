//! TagOpenIDConnectProvider.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagOpenIDConnectProvider.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{TagOpenIDConnectProviderInput, TagOpenIDConnectProviderOutput};
use claviger_policy::Values;

use super::{
    providers::{self, OneProvider},
    tags,
};

pub(super) struct TagOpenIDConnectProvider;

impl Operation for TagOpenIDConnectProvider {
    const RULE: Rule = Rule::iam("TagOpenIDConnectProvider", "iam:TagOpenIDConnectProvider");
    type Input = TagOpenIDConnectProviderInput;
    type Output = TagOpenIDConnectProviderOutput;
    type Subject = OneProvider;

    fn subject(input: &TagOpenIDConnectProviderInput) -> &str {
        &input.open_id_connect_provider_arn
    }

    fn parameters(input: &TagOpenIDConnectProviderInput, out: &mut Parameters) {
        out.put_str(
            "openIDConnectProviderArn",
            &input.open_id_connect_provider_arn,
        );
        tags::put(out, Some(&input.tags));
    }

    fn condition<'a>(input: &'a TagOpenIDConnectProviderInput, key: &str) -> Option<Values<'a>> {
        tags::condition(Some(&input.tags), key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &TagOpenIDConnectProviderInput,
        on: &Admitted<OneProvider>,
    ) -> Result<TagOpenIDConnectProviderOutput, Error> {
        let stored = on.subject().stored()?;
        let mut record = stored.record.clone();
        tags::add(&mut record.tags, &input.tags)?;
        providers::replace(cx, stored, &record)?;
        Ok(TagOpenIDConnectProviderOutput)
    }
}
