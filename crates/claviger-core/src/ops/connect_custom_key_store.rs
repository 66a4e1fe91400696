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

    // DIFFERS: AWS connects in the background. This version cannot connect at all: to a cluster it says so at once, as AWS does of one
    // that is not active; an external key store has failed to connect before the answer.
    async fn run(
        cx: &mut Cx<'_>,
        input: &ConnectCustomKeyStoreInput,
        _: &Admitted<NoKey>,
    ) -> Result<ConnectCustomKeyStoreOutput, Error> {
        let mut stores = KeyStores::of_caller(cx).await?;
        let mut store = stores.take(&input.custom_key_store_id)?;
        // AWS: a failed connection is to be disconnected first.
        key_stores::must_be_disconnected(&store)?;
        if let StoreBacking::CloudHsm(cluster) = &store.backing {
            return Err(error::key_stores::cluster_not_active(&cluster.id));
        }
        store.connection_failed = true;
        key_stores::note_store(cx, &store);
        stores.put(store)?;
        stores.stage(cx)?;
        Ok(ConnectCustomKeyStoreOutput {})
    }
}
