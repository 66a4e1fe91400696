//! RemoveClientIDFromOpenIDConnectProvider.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    RemoveClientIDFromOpenIDConnectProviderInput, RemoveClientIDFromOpenIDConnectProviderOutput,
};

use super::providers::{self, OneProvider};

pub(super) struct RemoveClientIDFromOpenIDConnectProvider;

impl Operation for RemoveClientIDFromOpenIDConnectProvider {
    const RULE: Rule = Rule::iam(
        "RemoveClientIDFromOpenIDConnectProvider",
        "iam:RemoveClientIDFromOpenIDConnectProvider",
    );
    type Input = RemoveClientIDFromOpenIDConnectProviderInput;
    type Output = RemoveClientIDFromOpenIDConnectProviderOutput;
    type Subject = OneProvider;

    fn subject(input: &RemoveClientIDFromOpenIDConnectProviderInput) -> &str {
        &input.open_id_connect_provider_arn
    }

    fn parameters(input: &RemoveClientIDFromOpenIDConnectProviderInput, out: &mut Parameters) {
        out.put_str(
            "openIDConnectProviderArn",
            &input.open_id_connect_provider_arn,
        )
        .put_str("clientID", &input.client_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &RemoveClientIDFromOpenIDConnectProviderInput,
        on: &Admitted<OneProvider>,
    ) -> Result<RemoveClientIDFromOpenIDConnectProviderOutput, Error> {
        let stored = on.subject().stored()?;
        let mut record = stored.record.clone();
        // AWS: removing what is not there is no error.
        if record.client_ids.contains(&input.client_id) {
            record.client_ids.retain(|known| *known != input.client_id);
            providers::replace(cx, stored, &record)?;
        }
        Ok(RemoveClientIDFromOpenIDConnectProviderOutput)
    }
}
