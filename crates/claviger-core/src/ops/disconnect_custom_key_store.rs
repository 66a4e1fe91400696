//! DisconnectCustomKeyStore.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DisconnectCustomKeyStore.html>

use claviger_audit::Parameters;
use claviger_model::{DisconnectCustomKeyStoreInput, DisconnectCustomKeyStoreOutput};

use super::key_stores::{self, KeyStores};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::Rule,
};

pub(super) struct DisconnectCustomKeyStore;

impl Operation for DisconnectCustomKeyStore {
    const RULE: Rule = Rule::key_stores("DisconnectCustomKeyStore", "kms:DisconnectCustomKeyStore");
    type Input = DisconnectCustomKeyStoreInput;
    type Output = DisconnectCustomKeyStoreOutput;
    type Subject = NoKey;

    fn subject(_: &DisconnectCustomKeyStoreInput) {}

    fn parameters(input: &DisconnectCustomKeyStoreInput, out: &mut Parameters) {
        key_stores::put_store(out, &input.custom_key_store_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DisconnectCustomKeyStoreInput,
        _: &Admitted<NoKey>,
    ) -> Result<DisconnectCustomKeyStoreOutput, Error> {
        let mut stores = KeyStores::of_caller(cx).await?;
        let mut store = stores.take(&input.custom_key_store_id)?;
        // AWS: a store that is disconnected already is in the wrong state for this.
        if !store.connection_failed {
            return Err(key_stores::wrong_state(&store));
        }
        store.connection_failed = false;
        key_stores::note_store(cx, &store);
        stores.put(store)?;
        stores.stage(cx)?;
        Ok(DisconnectCustomKeyStoreOutput {})
    }
}
