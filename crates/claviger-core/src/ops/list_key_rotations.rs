//! ListKeyRotations.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html>

use claviger_audit::Parameters;
use claviger_model::{
    ExpirationModelType, ImportState, IncludeKeyMaterial, KeyMaterialState, KeySpec,
    ListKeyRotationsInput, ListKeyRotationsOutput, OriginType, RotationsListEntry, Timestamp,
};

use super::{
    paging::{Limits, Page},
    regions, rotation,
};
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    pipeline::{Admitted, OneKey, Operation},
    records::{MaterialEntry, MaterialRole},
    rule::Rule,
};

pub(super) struct ListKeyRotations;

impl Operation for ListKeyRotations {
    const RULE: Rule = Rule::reads("ListKeyRotations", "kms:ListKeyRotations");
    type Input = ListKeyRotationsInput;
    type Output = ListKeyRotationsOutput;
    type Subject = OneKey;

    fn subject(input: &ListKeyRotationsInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &ListKeyRotationsInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        super::put_optional(
            out,
            "includeKeyMaterial",
            input.include_key_material.map(|which| which.as_str()),
        );
        super::put_page(out, input.limit, input.marker.as_deref());
    }

    fn check(input: &ListKeyRotationsInput) -> Result<(), Error> {
        LIMITS.check(input.limit)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListKeyRotationsInput,
        on: &Admitted<OneKey>,
    ) -> Result<ListKeyRotationsOutput, Error> {
        let key = on.key();
        let all = input.include_key_material == Some(IncludeKeyMaterial::AllKeyMaterial);
        // DIFFERS: AWS's guide says that keys which can't rotate have no rotations, its model lists an error. A list without
        // entries is what a client that walks all keys stumbles over least; asking for materials, it is refused.
        let rotates = key.record.spec == KeySpec::SymmetricDefault;
        if all && !rotates {
            return Err(error::unsupported());
        }
        let of = format!("{}/{all}", key.arn);
        let page = Page::read(
            cx,
            Self::RULE.name,
            &of,
            &LIMITS,
            input.limit,
            input.marker.as_deref(),
        )?;
        let materials = key.record.materials.iter().enumerate();
        // The list is in the order of import, so positions are ids that stay.
        let id = |(position, _): &(usize, &MaterialEntry)| format!("{position:08}");
        let mut listed = page.of_sorted(
            materials.filter(|(_, entry)| all || entry.rotated.is_some()),
            id,
        );
        let next_marker = page.cut(cx, &mut listed, id);
        let pending = pending_state(cx, &key).await?;
        let rotations = listed
            .into_iter()
            .map(|(_, material)| entry(&key, material, pending, cx.now))
            .collect();
        Ok(ListKeyRotationsOutput {
            rotations: Some(rotations),
            truncated: Some(next_marker.is_some()),
            next_marker,
        })
    }
}

/// What a material is that waits for rotation: related keys wait until each of them has it.
async fn pending_state(cx: &Cx<'_>, key: &Key) -> Result<KeyMaterialState, Error> {
    let waiting = key.record.pending().and_then(MaterialEntry::material_id);
    Ok(match waiting {
        Some(id) if !regions::imported_everywhere(cx, key, &id).await? => {
            KeyMaterialState::PendingMultiRegionImportAndRotation
        }
        Some(_) | None => KeyMaterialState::PendingRotation,
    })
}

fn entry(
    key: &Key,
    material: &MaterialEntry,
    pending: KeyMaterialState,
    now: Timestamp,
) -> RotationsListEntry {
    let external = key.record.origin == OriginType::External;
    let imported = material.usable(now);
    RotationsListEntry {
        key_id: Some(key.record.key_id().to_string()),
        key_material_id: Some(material.id.clone()),
        key_material_description: material.description.clone(),
        import_state: external.then_some(if imported {
            ImportState::Imported
        } else {
            ImportState::PendingImport
        }),
        key_material_state: Some(match material.role {
            MaterialRole::Current => KeyMaterialState::Current,
            MaterialRole::NonCurrent => KeyMaterialState::NonCurrent,
            MaterialRole::PendingRotation => pending,
        }),
        expiration_model: (external && imported).then_some(match material.valid_to_ms {
            Some(_) => ExpirationModelType::KeyMaterialExpires,
            None => ExpirationModelType::KeyMaterialDoesNotExpire,
        }),
        valid_to: material.valid_to().filter(|_| imported),
        rotation_date: material
            .rotated
            .map(|rotated| Timestamp::from_epoch_ms(rotated.at_ms)),
        rotation_type: material
            .rotated
            .map(|rotated| rotation::on_wire(rotated.kind)),
    }
}

const LIMITS: Limits = Limits::UP_TO_1000;
