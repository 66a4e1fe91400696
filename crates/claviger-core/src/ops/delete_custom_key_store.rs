//! DeleteCustomKeyStore.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteCustomKeyStore.html>

use claviger_audit::Parameters;
use claviger_model::{DeleteCustomKeyStoreInput, DeleteCustomKeyStoreOutput};

use super::key_stores::{self, KeyStores};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::Rule,
};

pub(super) struct DeleteCustomKeyStore;

impl Operation for DeleteCustomKeyStore {
    const RULE: Rule = Rule::key_stores("DeleteCustomKeyStore", "kms:DeleteCustomKeyStore");
    type Input = DeleteCustomKeyStoreInput;
    type Output = DeleteCustomKeyStoreOutput;
    type Subject = NoKey;

    fn subject(_: &DeleteCustomKeyStoreInput) {}

    fn parameters(input: &DeleteCustomKeyStoreInput, out: &mut Parameters) {
        key_stores::put_store(out, &input.custom_key_store_id);
    }

    /// A store that is not connected has no keys here, so there is none that would have to go first.
    async fn run(
        cx: &mut Cx<'_>,
        input: &DeleteCustomKeyStoreInput,
        _: &Admitted<NoKey>,
    ) -> Result<DeleteCustomKeyStoreOutput, Error> {
        let mut stores = KeyStores::of_caller(cx).await?;
        let gone = stores.take(&input.custom_key_store_id)?;
        key_stores::must_be_disconnected(&gone)?;
        key_stores::note_store(cx, &gone);
        stores.stage(cx)?;
        cx.staged.erase();
        Ok(DeleteCustomKeyStoreOutput {})
    }
}
