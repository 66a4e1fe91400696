//! CreateOpenIDConnectProvider.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{CreateOpenIDConnectProviderInput, CreateOpenIDConnectProviderOutput};
use claviger_policy::Values;

use super::{
    providers::{self, NewProvider},
    tags,
};
use crate::oidc_providers::OidcProviderRecord;

pub(super) struct CreateOpenIDConnectProvider;

impl Operation for CreateOpenIDConnectProvider {
    const RULE: Rule = Rule::iam(
        "CreateOpenIDConnectProvider",
        "iam:CreateOpenIDConnectProvider",
    );
    type Input = CreateOpenIDConnectProviderInput;
    type Output = CreateOpenIDConnectProviderOutput;
    type Subject = NewProvider;

    fn subject(input: &CreateOpenIDConnectProviderInput) -> &str {
        &input.url
    }

    fn parameters(input: &CreateOpenIDConnectProviderInput, out: &mut Parameters) {
        out.put_str("url", &input.url);
        providers::put_client_ids(out, input.client_id_list.as_deref().unwrap_or_default());
        providers::put_thumbprints(out, input.thumbprint_list.as_deref().unwrap_or_default());
        tags::put(out, input.tags.as_deref());
    }

    fn check(input: &CreateOpenIDConnectProviderInput) -> Result<(), Error> {
        providers::check_url(&input.url)
    }

    fn condition<'a>(input: &'a CreateOpenIDConnectProviderInput, key: &str) -> Option<Values<'a>> {
        tags::condition(input.tags.as_deref(), key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &CreateOpenIDConnectProviderInput,
        on: &Admitted<NewProvider>,
    ) -> Result<CreateOpenIDConnectProviderOutput, Error> {
        on.subject().is_free()?;
        let account = cx.caller.account;
        providers::within_quota(cx).await?;
        let client_ids = input.client_id_list.clone().unwrap_or_default();
        providers::check_client_ids(&client_ids)?;
        let thumbprints = input.thumbprint_list.as_deref().unwrap_or_default();
        let record = OidcProviderRecord {
            account: account.to_string(),
            url: on.subject().url.clone(),
            client_ids,
            thumbprints: providers::thumbprints(thumbprints)?,
            created_ms: cx.now.epoch_ms(),
            tags: tags::of_new(input.tags.as_deref())?,
        };
        let place = OidcProviderRecord::place(&cx.core.records, account, &record.url);
        cx.staged.create(place, Some(&account), &record)?;
        cx.notes
            .response()
            .put_str("openIDConnectProviderArn", &record.arn());
        Ok(CreateOpenIDConnectProviderOutput {
            open_id_connect_provider_arn: Some(record.arn()),
            tags: Some(tags::listed(&record.tags)),
        })
    }
}
