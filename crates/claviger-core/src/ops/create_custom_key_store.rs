//! CreateCustomKeyStore.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateCustomKeyStore.html>

use claviger_audit::Parameters;
use claviger_model::{CreateCustomKeyStoreInput, CreateCustomKeyStoreOutput, CustomKeyStoreType};

use super::{
    key_store_settings::Settings,
    key_stores::{self, KeyStores},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, NoKey, Operation},
    records::{Fault, KeyStore},
    rule::Rule,
};

pub(super) struct CreateCustomKeyStore;

impl Operation for CreateCustomKeyStore {
    const RULE: Rule = Rule::key_stores("CreateCustomKeyStore", "kms:CreateCustomKeyStore");
    type Input = CreateCustomKeyStoreInput;
    type Output = CreateCustomKeyStoreOutput;
    type Subject = NoKey;

    fn subject(_: &CreateCustomKeyStoreInput) {}

    fn parameters(input: &CreateCustomKeyStoreInput, out: &mut Parameters) {
        out.put_str("customKeyStoreName", &input.custom_key_store_name)
            .put_str("customKeyStoreType", kind(input).as_str());
        Settings::to_create(input).put(out);
    }

    fn check(input: &CreateCustomKeyStoreInput) -> Result<(), Error> {
        Settings::to_create(input).backing(kind(input)).map(|_| ())
    }

    // DIFFERS: AWS looks for the cluster or the proxy before it creates a store; here that is left to connecting it, which this version
    // cannot do.
    async fn run(
        cx: &mut Cx<'_>,
        input: &CreateCustomKeyStoreInput,
        _: &Admitted<NoKey>,
    ) -> Result<CreateCustomKeyStoreOutput, Error> {
        let store = KeyStore {
            id: new_id(cx)?,
            name: input.custom_key_store_name.clone(),
            created_ms: cx.now.epoch_ms(),
            connection_failed: false,
            backing: Settings::to_create(input).backing(kind(input))?,
        };
        let mut stores = KeyStores::of_caller(cx).await?;
        if stores.all().len() >= STORES_MAX {
            return Err(error::key_stores::too_many());
        }
        let id = store.id.clone();
        key_stores::put_store(cx.notes.response(), &id);
        stores.put(store)?;
        stores.stage(cx)?;
        Ok(CreateCustomKeyStoreOutput {
            custom_key_store_id: Some(id),
        })
    }
}

fn kind(input: &CreateCustomKeyStoreInput) -> CustomKeyStoreType {
    input
        .custom_key_store_type
        .unwrap_or(CustomKeyStoreType::AwsCloudhsm)
}

fn new_id(cx: &Cx<'_>) -> Result<String, Fault> {
    let mut bytes = [0; 9];
    cx.core.rng.fill(&mut bytes).map_err(|_| Fault::Engine)?;
    let mut digits = hex::encode(bytes);
    digits.truncate(ID_DIGITS);
    Ok(format!("cks-{digits}"))
}

const ID_DIGITS: usize = 17;

/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
const STORES_MAX: usize = 10;
