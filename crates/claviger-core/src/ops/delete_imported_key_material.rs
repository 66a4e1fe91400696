//! DeleteImportedKeyMaterial.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html>

use claviger_audit::Parameters;
use claviger_model::{DeleteImportedKeyMaterialInput, DeleteImportedKeyMaterialOutput, OriginType};

use super::material;
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    pipeline::{Admitted, OneKey, Operation},
    records::MaterialEntry,
    rule::{Actions, Rule},
};

pub(super) struct DeleteImportedKeyMaterial;

impl Operation for DeleteImportedKeyMaterial {
    const RULE: Rule = Rule {
        origin: Some(OriginType::External),
        ..Rule::kms(
            "DeleteImportedKeyMaterial",
            Actions::One("kms:DeleteImportedKeyMaterial"),
        )
    };
    type Input = DeleteImportedKeyMaterialInput;
    type Output = DeleteImportedKeyMaterialOutput;
    type Subject = OneKey;

    fn subject(input: &DeleteImportedKeyMaterialInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &DeleteImportedKeyMaterialInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        super::put_optional(out, "keyMaterialId", input.key_material_id.as_deref());
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DeleteImportedKeyMaterialInput,
        on: &Admitted<OneKey>,
    ) -> Result<DeleteImportedKeyMaterialOutput, Error> {
        let key = on.key();
        let entry = wanted(&key, input.key_material_id.as_deref())?.cloned();
        cx.note_key(&key);
        let shown = entry.as_ref().filter(|_| key.record.is_symmetric());
        if let Some(entry) = &shown {
            cx.notes.response().put_str("keyMaterialId", &entry.id);
        }
        if let Some(entry) = entry.as_ref().filter(|entry| entry.imported) {
            let event = material::remove(cx.core, &mut cx.staged, &key, entry).await?;
            cx.notes.service_events.extend(event);
        }
        // Of a deletion that is tried again because its erasure failed, nothing else is left to do.
        cx.staged.erase();
        Ok(DeleteImportedKeyMaterialOutput {
            key_id: Some(key.arn.clone()),
            // None to show, or a key that never had any material: the model allows the empty text for this.
            key_material_id: Some(shown.map(|entry| entry.id.clone()).unwrap_or_default()),
        })
    }
}

/// The material of this id, or the current one.
fn wanted<'a>(key: &'a Key, id: Option<&str>) -> Result<Option<&'a MaterialEntry>, Error> {
    match id {
        None => Ok(key.record.current()),
        Some(id) => {
            let entry = key.record.materials.iter().find(|entry| entry.id == id);
            entry.map(Some).ok_or_else(|| error::material_not_found(id))
        }
    }
}
