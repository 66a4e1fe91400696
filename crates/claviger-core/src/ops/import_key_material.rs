//! ImportKeyMaterial.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html>

use claviger_audit::Parameters;
use claviger_model::{
    ExpirationModelType, ImportKeyMaterialInput, ImportKeyMaterialOutput, ImportType, OriginType,
    Timestamp,
};
use claviger_policy::{Value, Values};

use super::{association, import};
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    pipeline::{Admitted, OneKey, Operation},
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
            // Set by the request alone: policies ask with Null whether the default was left.
            // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-expiration-model
            "kms:expirationmodel" => Some(Values::text(input.expiration_model?.as_str())),
            "kms:validto" => Some(Values::One(Value::Time(input.valid_to?))),
            _ => None,
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ImportKeyMaterialInput,
        on: &Admitted<OneKey>,
    ) -> Result<ImportKeyMaterialOutput, Error> {
        let key = on.key();
        possible(input)?;
        import::valid_to_in_range(input.valid_to, cx.now)?;
        suits(&key, input)?;
        let token = import::accept_token(cx, &key, &input.import_token).await?;
        let wrapped = input.encrypted_key_material.clone();
        let fresh = import::unwrap(cx, token, wrapped, key.record.spec).await?;
        let id = fresh.id(&key.place)?;
        association::associate(cx, &key, input, &id, fresh).await?;
        let shown = key.record.is_symmetric().then(|| id.to_string());
        let response = cx.note_key(&key);
        super::put_optional(response, "keyMaterialId", shown.as_deref());
        Ok(ImportKeyMaterialOutput {
            key_id: Some(key.arn.clone()),
            key_material_id: shown,
        })
    }
}

/// Whether the members of a request fit together.
// UNKNOWN: whether AWS asks this before it looks at the key. Here a key that can't be imported into says so first.
fn possible(input: &ImportKeyMaterialInput) -> Result<(), Error> {
    if input.import_type == Some(ImportType::NewKeyMaterial) && input.key_material_id.is_some() {
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

/// Keys other than symmetric ones have one material for life: there is nothing to tell apart.
fn suits(key: &Key, input: &ImportKeyMaterialInput) -> Result<(), Error> {
    let members = [
        ("ImportType", input.import_type.is_some()),
        (
            "KeyMaterialDescription",
            input.key_material_description.is_some(),
        ),
        ("KeyMaterialId", input.key_material_id.is_some()),
    ];
    match members.iter().find(|(_, given)| *given) {
        Some((member, _)) if !key.record.is_symmetric() => {
            Err(error::import_member_of_symmetric_keys(member))
        }
        Some(_) | None => Ok(()),
    }
}

fn expiration_model(input: &ImportKeyMaterialInput) -> ExpirationModelType {
    input
        .expiration_model
        .unwrap_or(ExpirationModelType::KeyMaterialExpires)
}
