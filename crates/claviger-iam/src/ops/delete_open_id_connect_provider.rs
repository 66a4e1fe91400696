//! DeleteOpenIDConnectProvider.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{DeleteOpenIDConnectProviderInput, DeleteOpenIDConnectProviderOutput};

use super::providers::OneProvider;
use crate::oidc_providers::OidcProviderRecord;

pub(super) struct DeleteOpenIDConnectProvider;

impl Operation for DeleteOpenIDConnectProvider {
    const RULE: Rule = Rule::iam(
        "DeleteOpenIDConnectProvider",
        "iam:DeleteOpenIDConnectProvider",
    );
    type Input = DeleteOpenIDConnectProviderInput;
    type Output = DeleteOpenIDConnectProviderOutput;
    type Subject = OneProvider;

    fn subject(input: &DeleteOpenIDConnectProviderInput) -> &str {
        &input.open_id_connect_provider_arn
    }

    fn parameters(input: &DeleteOpenIDConnectProviderInput, out: &mut Parameters) {
        out.put_str(
            "openIDConnectProviderArn",
            &input.open_id_connect_provider_arn,
        );
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeleteOpenIDConnectProviderInput,
        on: &Admitted<OneProvider>,
    ) -> Result<DeleteOpenIDConnectProviderOutput, Error> {
        // AWS: deleting what is not there is no error.
        if let Some(stored) = on.subject().found() {
            let record = &stored.record;
            let account = cx.caller.account;
            let place = OidcProviderRecord::place(&cx.core.records, account, &record.url);
            cx.staged
                .remove::<OidcProviderRecord>(place, Some(&account), Some(stored.revision));
        }
        Ok(DeleteOpenIDConnectProviderOutput)
    }
}
