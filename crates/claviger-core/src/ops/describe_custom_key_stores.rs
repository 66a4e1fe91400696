//! DescribeCustomKeyStores.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeCustomKeyStores.html>

use claviger_audit::Parameters;
use claviger_model::{
    ConnectionErrorCodeType, CustomKeyStoreType, CustomKeyStoresListEntry,
    DescribeCustomKeyStoresInput, DescribeCustomKeyStoresOutput, SecretText,
    XksProxyConfigurationType,
};

use super::{
    key_store_settings::connectivity,
    key_stores::KeyStores,
    paging::{Limits, Page},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, NoKey, Operation},
    records::{KeyStore, Proxy, StoreBacking},
    rule::Rule,
};

pub(super) struct DescribeCustomKeyStores;

impl Operation for DescribeCustomKeyStores {
    const RULE: Rule = Rule {
        read_only: true,
        changes: false,
        ..Rule::key_stores("DescribeCustomKeyStores", "kms:DescribeCustomKeyStores")
    };
    type Input = DescribeCustomKeyStoresInput;
    type Output = DescribeCustomKeyStoresOutput;
    type Subject = NoKey;

    fn subject(_: &DescribeCustomKeyStoresInput) {}

    fn parameters(input: &DescribeCustomKeyStoresInput, out: &mut Parameters) {
        super::put_optional(
            out,
            "customKeyStoreId",
            input.custom_key_store_id.as_deref(),
        );
        super::put_optional(
            out,
            "customKeyStoreName",
            input.custom_key_store_name.as_deref(),
        );
        super::put_page(out, input.limit, input.marker.as_deref());
    }

    fn check(input: &DescribeCustomKeyStoresInput) -> Result<(), Error> {
        if input.custom_key_store_id.is_some() && input.custom_key_store_name.is_some() {
            return Err(error::key_stores::named_twice());
        }
        Ok(())
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DescribeCustomKeyStoresInput,
        _: &Admitted<NoKey>,
    ) -> Result<DescribeCustomKeyStoresOutput, Error> {
        let (limit, marker) = (input.limit, input.marker.as_deref());
        let page = Page::read(cx, Self::RULE.name, "", &LIMITS, limit, marker)?;
        let stores = KeyStores::of_caller(cx).await?;
        let wanted = |store: &&KeyStore| {
            let by_id = input.custom_key_store_id.as_ref();
            let by_name = input.custom_key_store_name.as_ref();
            by_id.is_none_or(|id| store.id == *id) && by_name.is_none_or(|name| store.name == *name)
        };
        let found: Vec<&KeyStore> = stores.all().iter().filter(wanted).collect();
        let named = [&input.custom_key_store_id, &input.custom_key_store_name];
        if let (true, Some(name)) = (found.is_empty(), named.into_iter().flatten().next()) {
            return Err(error::key_stores::not_found(name));
        }
        let mut found = page.of_sorted(found, |store| store.id.clone());
        let next_marker = page.cut(cx, &mut found, |store| store.id.clone());
        let account = cx.caller.account.to_string();
        Ok(DescribeCustomKeyStoresOutput {
            custom_key_stores: Some(
                found
                    .into_iter()
                    .map(|store| entry(store, &account))
                    .collect(),
            ),
            truncated: Some(next_marker.is_some()),
            next_marker,
        })
    }
}

fn entry(store: &KeyStore, account: &str) -> CustomKeyStoresListEntry {
    let common = CustomKeyStoresListEntry {
        custom_key_store_id: Some(store.id.clone()),
        custom_key_store_name: Some(store.name.clone()),
        connection_state: Some(store.connection()),
        connection_error_code: store
            .connection_failed
            .then_some(ConnectionErrorCodeType::XksProxyNotReachable),
        creation_date: Some(store.created()),
        ..CustomKeyStoresListEntry::default()
    };
    match &store.backing {
        StoreBacking::CloudHsm(cluster) => CustomKeyStoresListEntry {
            custom_key_store_type: Some(CustomKeyStoreType::AwsCloudhsm),
            cloud_hsm_cluster_id: Some(cluster.id.clone()),
            trust_anchor_certificate: Some(cluster.trust_anchor.clone()),
            ..common
        },
        StoreBacking::External(proxy) => CustomKeyStoresListEntry {
            custom_key_store_type: Some(CustomKeyStoreType::ExternalKeyStore),
            xks_proxy_configuration: Some(configuration(proxy, account)),
            ..common
        },
    }
}

fn configuration(proxy: &Proxy, account: &str) -> XksProxyConfigurationType {
    let service = proxy.service.as_ref();
    let owner = service.map(|service| service.owner.clone());
    XksProxyConfigurationType {
        connectivity: Some(connectivity(proxy)),
        // EXPOSE: the id of the access key, which AWS shows as well; never its secret.
        access_key_id: Some(SecretText::copy_of(proxy.access_key_id.expose())),
        uri_endpoint: Some(proxy.endpoint.clone()),
        uri_path: Some(proxy.path.clone()),
        vpc_endpoint_service_name: service.map(|service| service.name.clone()),
        vpc_endpoint_service_owner: owner.map(|owner| owner.unwrap_or(account.to_owned())),
    }
}

// UNKNOWN: AWS states neither a default nor a limit of its own.
const LIMITS: Limits = Limits::UP_TO_1000;
