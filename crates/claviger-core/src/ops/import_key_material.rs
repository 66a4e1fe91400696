//! ImportKeyMaterial.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html>

use claviger_audit::Parameters;
use claviger_crypto::import::{WrappingKey, token::Token};
use claviger_model::{
    ExpirationModelType, ImportKeyMaterialInput, ImportKeyMaterialOutput, ImportType, OriginType,
    Secret, Timestamp,
};
use claviger_policy::{Value, Values};

use super::{association, import};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    records::Fault,
    rule::{Actions, Rule, States},
};

pub(super) struct ImportKeyMaterial;

impl Operation for ImportKeyMaterial {
    const RULE: Rule = Rule {
        states: &States::NOT_PENDING_DELETION,
        origin: Some(OriginType::External),
        ..Rule::kms("ImportKeyMaterial", Actions::One("kms:ImportKeyMaterial"))
    };
    type Input = ImportKeyMaterialInput;
    type Output = ImportKeyMaterialOutput;
    type Subject = OneKey;

    fn subject(input: &ImportKeyMaterialInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &ImportKeyMaterialInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        super::put_optional(
            out,
            "validTo",
            input.valid_to.map(Timestamp::human).as_deref(),
        );
        out.put_str("expirationModel", expiration_model(input).as_str());
        super::put_optional(
            out,
            "importType",
            input.import_type.map(|kind| kind.as_str()),
        );
        super::put_optional(
            out,
            "keyMaterialDescription",
            input.key_material_description.as_deref(),
        );
        super::put_optional(out, "keyMaterialId", input.key_material_id.as_deref());
    }

    fn condition<'a>(input: &'a ImportKeyMaterialInput, key: &str) -> Option<Values<'a>> {
        match key {
            "kms:expirationmodel" => Some(Values::text(expiration_model(input).as_str())),
            "kms:validto" => Some(Values::One(Value::Time(input.valid_to?))),
            _ => None,
        }
    }

    fn check(input: &ImportKeyMaterialInput) -> Result<(), Error> {
        if input.import_type == Some(ImportType::NewKeyMaterial) && input.key_material_id.is_some()
        {
            return Err(error::material_id_of_new());
        }
        match (expiration_model(input), input.valid_to) {
            (ExpirationModelType::KeyMaterialExpires, None) => Err(error::valid_to_missing()),
            // UNKNOWN: AWS's own text is not recorded.
            (ExpirationModelType::KeyMaterialDoesNotExpire, Some(_)) => Err(error::validation(
                "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
            )),
            (ExpirationModelType::KeyMaterialExpires, Some(_))
            | (ExpirationModelType::KeyMaterialDoesNotExpire, None) => Ok(()),
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ImportKeyMaterialInput,
        on: &Admitted<OneKey>,
    ) -> Result<ImportKeyMaterialOutput, Error> {
        import::valid_to_in_range(input.valid_to, cx.now)?;
        let key = on.key();
        let token = import::accept_token(cx, &key, &input.import_token).await?;
        let bytes = unwrap(token, input.encrypted_key_material.clone()).await?;
        if bytes.len() != SYMMETRIC_BYTES {
            return Err(error::incorrect_key_material());
        }
        let id = claviger_crypto::material_id(key.place.key.as_bytes(), key.record.spec, &bytes)
            .map_err(|_| Fault::Engine)?;
        association::associate(cx, &key, input, &id, bytes)?;
        cx.note_key(&key).put_str("keyMaterialId", &id.to_string());
        Ok(ImportKeyMaterialOutput {
            key_id: Some(key.arn.clone()),
            key_material_id: Some(id.to_string()),
        })
    }
}

/// Every reason why the wrap does not open is one error: the caller learns nothing about the padding.
async fn unwrap(token: Token, wrapped: Vec<u8>) -> Result<Secret, Error> {
    let unwrapped = tokio::task::spawn_blocking(move || {
        WrappingKey::from_pkcs8(&token.wrapping_key)?.unwrap(token.algorithm, &wrapped)
    });
    unwrapped
        .await
        .map_err(error::internal)?
        .map_err(|_| error::invalid_ciphertext())
}

fn expiration_model(input: &ImportKeyMaterialInput) -> ExpirationModelType {
    input
        .expiration_model
        .unwrap_or(ExpirationModelType::KeyMaterialExpires)
}

const SYMMETRIC_BYTES: usize = 32;
