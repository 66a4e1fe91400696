//! GetOpenIDConnectProvider.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::{
    Timestamp,
    iam::{GetOpenIDConnectProviderInput, GetOpenIDConnectProviderOutput},
};

use super::{providers::OneProvider, tags};

pub(super) struct GetOpenIDConnectProvider;

impl Operation for GetOpenIDConnectProvider {
    const RULE: Rule = Rule::iam_reads("GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider");
    type Input = GetOpenIDConnectProviderInput;
    type Output = GetOpenIDConnectProviderOutput;
    type Subject = OneProvider;

    fn subject(input: &GetOpenIDConnectProviderInput) -> &str {
        &input.open_id_connect_provider_arn
    }

    fn parameters(input: &GetOpenIDConnectProviderInput, out: &mut Parameters) {
        out.put_str(
            "openIDConnectProviderArn",
            &input.open_id_connect_provider_arn,
        );
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &GetOpenIDConnectProviderInput,
        on: &Admitted<OneProvider>,
    ) -> Result<GetOpenIDConnectProviderOutput, Error> {
        let record = &on.subject().stored()?.record;
        Ok(GetOpenIDConnectProviderOutput {
            url: Some(record.url.clone()),
            client_id_list: Some(record.client_ids.clone()),
            thumbprint_list: Some(record.thumbprints.clone()),
            create_date: Some(Timestamp::from_epoch_ms(record.created_ms)),
            tags: Some(tags::listed(&record.tags)),
        })
    }
}
