//! UpdateCustomKeyStore.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateCustomKeyStore.html>

use claviger_audit::Parameters;
use claviger_model::{UpdateCustomKeyStoreInput, UpdateCustomKeyStoreOutput};

use super::{
    key_store_settings::Settings,
    key_stores::{self, KeyStores},
};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::Rule,
};

pub(super) struct UpdateCustomKeyStore;

impl Operation for UpdateCustomKeyStore {
    const RULE: Rule = Rule::key_stores("UpdateCustomKeyStore", "kms:UpdateCustomKeyStore");
    type Input = UpdateCustomKeyStoreInput;
    type Output = UpdateCustomKeyStoreOutput;
    type Subject = NoKey;

    fn subject(_: &UpdateCustomKeyStoreInput) {}

    fn parameters(input: &UpdateCustomKeyStoreInput, out: &mut Parameters) {
        key_stores::put_store(out, &input.custom_key_store_id);
        super::put_optional(
            out,
            "newCustomKeyStoreName",
            input.new_custom_key_store_name.as_deref(),
        );
        Settings::to_update(input).put(out);
    }

    // DIFFERS: AWS asks whether a new cluster is related to the old one; nobody can be asked here.
    async fn run(
        cx: &mut Cx<'_>,
        input: &UpdateCustomKeyStoreInput,
        _: &Admitted<NoKey>,
    ) -> Result<UpdateCustomKeyStoreOutput, Error> {
        let mut stores = KeyStores::of_caller(cx).await?;
        let mut store = stores.take(&input.custom_key_store_id)?;
        if let Some(name) = &input.new_custom_key_store_name {
            store.name.clone_from(name);
        }
        let settings = Settings::to_update(input);
        // A name may change while the store is connected too, but none is; not after a connection that failed.
        key_stores::must_be_disconnected(&store)?;
        settings.apply(&mut store.backing)?;
        key_stores::note_store(cx, &store);
        stores.put(store)?;
        stores.stage(cx)?;
        if brings_a_secret(input) {
            // The old one.
            cx.staged.erase();
        }
        Ok(UpdateCustomKeyStoreOutput {})
    }
}

fn brings_a_secret(input: &UpdateCustomKeyStoreInput) -> bool {
    input.key_store_password.is_some() || input.xks_proxy_authentication_credential.is_some()
}
