//! ConnectCustomKeyStore.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ConnectCustomKeyStore.html>

use claviger_audit::Parameters;
use claviger_model::{ConnectCustomKeyStoreInput, ConnectCustomKeyStoreOutput};

use super::key_stores::{self, KeyStores};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, NoKey, Operation},
    records::StoreBacking,
    rule::Rule,
};

pub(super) struct ConnectCustomKeyStore;

impl Operation for ConnectCustomKeyStore {
    const RULE: Rule = Rule::key_stores("ConnectCustomKeyStore", "kms:ConnectCustomKeyStore");
    type Input = ConnectCustomKeyStoreInput;
    type Output = ConnectCustomKeyStoreOutput;
    type Subject = NoKey;

    fn subject(_: &ConnectCustomKeyStoreInput) {}

    fn parameters(input: &ConnectCustomKeyStoreInput, out: &mut Parameters) {
        key_stores::put_store(out, &input.custom_key_store_id);
    }

    // DIFFERS: AWS connects in the background and tells of a failure in DescribeCustomKeyStores. This version cannot connect at all, and
    // says at once what AWS says of a cluster or proxy that does not answer.
    async fn run(
        cx: &mut Cx<'_>,
        input: &ConnectCustomKeyStoreInput,
        _: &Admitted<NoKey>,
    ) -> Result<ConnectCustomKeyStoreOutput, Error> {
        let stores = KeyStores::of_caller(cx).await?;
        Err(match &stores.find(&input.custom_key_store_id)?.backing {
            StoreBacking::CloudHsm(cluster) => error::key_stores::cluster_not_active(&cluster.id),
            StoreBacking::External(proxy) => {
                error::key_stores::proxy_unreachable(&proxy.endpoint, &proxy.path)
            }
        })
    }
}
