//! UpdateOpenIDConnectProviderThumbprint.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    UpdateOpenIDConnectProviderThumbprintInput, UpdateOpenIDConnectProviderThumbprintOutput,
};

use super::providers::{self, OneProvider};

pub(super) struct UpdateOpenIDConnectProviderThumbprint;

impl Operation for UpdateOpenIDConnectProviderThumbprint {
    const RULE: Rule = Rule::iam(
        "UpdateOpenIDConnectProviderThumbprint",
        "iam:UpdateOpenIDConnectProviderThumbprint",
    );
    type Input = UpdateOpenIDConnectProviderThumbprintInput;
    type Output = UpdateOpenIDConnectProviderThumbprintOutput;
    type Subject = OneProvider;

    fn subject(input: &UpdateOpenIDConnectProviderThumbprintInput) -> &str {
        &input.open_id_connect_provider_arn
    }

    fn parameters(input: &UpdateOpenIDConnectProviderThumbprintInput, out: &mut Parameters) {
        out.put_str(
            "openIDConnectProviderArn",
            &input.open_id_connect_provider_arn,
        );
        providers::put_thumbprints(out, &input.thumbprint_list);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UpdateOpenIDConnectProviderThumbprintInput,
        on: &Admitted<OneProvider>,
    ) -> Result<UpdateOpenIDConnectProviderThumbprintOutput, Error> {
        let stored = on.subject().stored()?;
        let mut record = stored.record.clone();
        record.thumbprints = providers::thumbprints(&input.thumbprint_list)?;
        providers::replace(cx, stored, &record)?;
        Ok(UpdateOpenIDConnectProviderThumbprintOutput)
    }
}
