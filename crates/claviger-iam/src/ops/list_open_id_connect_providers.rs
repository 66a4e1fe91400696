//! ListOpenIDConnectProviders.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    ListOpenIDConnectProvidersInput, ListOpenIDConnectProvidersOutput,
    OpenIDConnectProviderListEntry,
};

use super::providers;
use crate::oidc_providers::OidcProviderRecord;

pub(super) struct ListOpenIDConnectProviders;

impl Operation for ListOpenIDConnectProviders {
    const RULE: Rule = Rule::iam_reads(
        "ListOpenIDConnectProviders",
        "iam:ListOpenIDConnectProviders",
    );
    type Input = ListOpenIDConnectProvidersInput;
    type Output = ListOpenIDConnectProvidersOutput;
    type Subject = NoKey;

    fn subject(_: &ListOpenIDConnectProvidersInput) {}

    fn parameters(_: &ListOpenIDConnectProvidersInput, _: &mut Parameters) {}

    async fn run(
        cx: &mut Cx<'_>,
        _: &ListOpenIDConnectProvidersInput,
        _: &Admitted<NoKey>,
    ) -> Result<ListOpenIDConnectProvidersOutput, Error> {
        let listed = providers::of_account(cx).await?;
        let entry = |record: OidcProviderRecord| OpenIDConnectProviderListEntry {
            arn: Some(record.arn()),
        };
        Ok(ListOpenIDConnectProvidersOutput {
            open_id_connect_provider_list: Some(listed.into_iter().map(entry).collect()),
        })
    }
}
