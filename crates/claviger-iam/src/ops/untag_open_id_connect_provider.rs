//! UntagOpenIDConnectProvider.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagOpenIDConnectProvider.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UntagOpenIDConnectProviderInput, UntagOpenIDConnectProviderOutput};
use claviger_policy::Values;

use super::{
    providers::{self, OneProvider},
    tags,
};

pub(super) struct UntagOpenIDConnectProvider;

impl Operation for UntagOpenIDConnectProvider {
    const RULE: Rule = Rule::iam(
        "UntagOpenIDConnectProvider",
        "iam:UntagOpenIDConnectProvider",
    );
    type Input = UntagOpenIDConnectProviderInput;
    type Output = UntagOpenIDConnectProviderOutput;
    type Subject = OneProvider;

    fn subject(input: &UntagOpenIDConnectProviderInput) -> &str {
        &input.open_id_connect_provider_arn
    }

    fn parameters(input: &UntagOpenIDConnectProviderInput, out: &mut Parameters) {
        out.put_str(
            "openIDConnectProviderArn",
            &input.open_id_connect_provider_arn,
        );
        tags::put_keys(out, &input.tag_keys);
    }

    fn condition<'a>(input: &'a UntagOpenIDConnectProviderInput, key: &str) -> Option<Values<'a>> {
        tags::keys_condition(&input.tag_keys, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UntagOpenIDConnectProviderInput,
        on: &Admitted<OneProvider>,
    ) -> Result<UntagOpenIDConnectProviderOutput, Error> {
        let stored = on.subject().stored()?;
        let mut record = stored.record.clone();
        tags::remove(&mut record.tags, &input.tag_keys);
        providers::replace(cx, stored, &record)?;
        Ok(UntagOpenIDConnectProviderOutput)
    }
}
