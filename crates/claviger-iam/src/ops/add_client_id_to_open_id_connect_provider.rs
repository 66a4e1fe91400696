//! AddClientIDToOpenIDConnectProvider.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    AddClientIDToOpenIDConnectProviderInput, AddClientIDToOpenIDConnectProviderOutput,
};

use super::providers::{self, OneProvider};

pub(super) struct AddClientIDToOpenIDConnectProvider;

impl Operation for AddClientIDToOpenIDConnectProvider {
    const RULE: Rule = Rule::iam(
        "AddClientIDToOpenIDConnectProvider",
        "iam:AddClientIDToOpenIDConnectProvider",
    );
    type Input = AddClientIDToOpenIDConnectProviderInput;
    type Output = AddClientIDToOpenIDConnectProviderOutput;
    type Subject = OneProvider;

    fn subject(input: &AddClientIDToOpenIDConnectProviderInput) -> &str {
        &input.open_id_connect_provider_arn
    }

    fn parameters(input: &AddClientIDToOpenIDConnectProviderInput, out: &mut Parameters) {
        out.put_str(
            "openIDConnectProviderArn",
            &input.open_id_connect_provider_arn,
        )
        .put_str("clientID", &input.client_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &AddClientIDToOpenIDConnectProviderInput,
        on: &Admitted<OneProvider>,
    ) -> Result<AddClientIDToOpenIDConnectProviderOutput, Error> {
        let stored = on.subject().stored()?;
        let mut record = stored.record.clone();
        // AWS: adding what is there already is no error.
        if !record.client_ids.contains(&input.client_id) {
            record.client_ids.push(input.client_id.clone());
            providers::check_client_ids(&record.client_ids)?;
            providers::replace(cx, stored, &record)?;
        }
        Ok(AddClientIDToOpenIDConnectProviderOutput)
    }
}
