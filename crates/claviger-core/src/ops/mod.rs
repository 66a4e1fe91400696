//! The operations: one file each, named after the operation. What several share stands in the family modules.

mod aliases;
mod association;
mod import;
mod keys;
pub(crate) mod material;
mod messages;
mod not_built;
mod paging;
mod rotation;

mod cancel_key_deletion;
mod create_alias;
mod create_key;
mod decrypt;
mod delete_alias;
mod delete_imported_key_material;
mod describe_key;
mod disable_key;
mod enable_key;
mod encrypt;
mod generate_data_key;
mod generate_data_key_without_plaintext;
mod generate_random;
mod get_key_policy;
mod get_parameters_for_import;
mod import_key_material;
mod list_aliases;
mod list_key_rotations;
mod list_keys;
mod list_resource_tags;
mod re_encrypt;
mod rotate_key_on_demand;
mod schedule_key_deletion;
mod tag_resource;
mod untag_resource;
mod update_alias;
mod update_key_description;

use claviger_audit::Parameters;
use claviger_model::Operation;

pub(crate) use self::import::day_of;
use crate::pipeline::Route;

/// The entry of an operation of the API: every one has one, served or not.
pub fn route(operation: Operation) -> Route {
    match operation {
        Operation::CancelKeyDeletion => {
            const { Route::of::<cancel_key_deletion::CancelKeyDeletion>() }
        }
        Operation::ConnectCustomKeyStore => {
            const { Route::not_built::<not_built::ConnectCustomKeyStore>() }
        }
        Operation::CreateAlias => const { Route::of::<create_alias::CreateAlias>() },
        Operation::CreateCustomKeyStore => {
            const { Route::not_built::<not_built::CreateCustomKeyStore>() }
        }
        Operation::CreateGrant => const { Route::not_built::<not_built::CreateGrant>() },
        Operation::CreateKey => const { Route::of::<create_key::CreateKey>() },
        Operation::Decapsulate => const { Route::not_built::<not_built::Decapsulate>() },
        Operation::Decrypt => const { Route::of::<decrypt::Decrypt>() },
        Operation::DeleteAlias => const { Route::of::<delete_alias::DeleteAlias>() },
        Operation::DeleteCustomKeyStore => {
            const { Route::not_built::<not_built::DeleteCustomKeyStore>() }
        }
        Operation::DeleteImportedKeyMaterial => {
            const { Route::of::<delete_imported_key_material::DeleteImportedKeyMaterial>() }
        }
        Operation::DeriveSharedSecret => {
            const { Route::not_built::<not_built::DeriveSharedSecret>() }
        }
        Operation::DescribeCustomKeyStores => {
            const { Route::not_built::<not_built::DescribeCustomKeyStores>() }
        }
        Operation::DescribeKey => const { Route::of::<describe_key::DescribeKey>() },
        Operation::DisableKey => const { Route::of::<disable_key::DisableKey>() },
        Operation::DisableKeyRotation => {
            const { Route::not_built::<not_built::DisableKeyRotation>() }
        }
        Operation::DisconnectCustomKeyStore => {
            const { Route::not_built::<not_built::DisconnectCustomKeyStore>() }
        }
        Operation::EnableKey => const { Route::of::<enable_key::EnableKey>() },
        Operation::EnableKeyRotation => {
            const { Route::not_built::<not_built::EnableKeyRotation>() }
        }
        Operation::Encapsulate => const { Route::not_built::<not_built::Encapsulate>() },
        Operation::Encrypt => const { Route::of::<encrypt::Encrypt>() },
        Operation::GenerateDataKey => const { Route::of::<generate_data_key::GenerateDataKey>() },
        Operation::GenerateDataKeyPair => {
            const { Route::not_built::<not_built::GenerateDataKeyPair>() }
        }
        Operation::GenerateDataKeyPairWithoutPlaintext => {
            const { Route::not_built::<not_built::GenerateDataKeyPairWithoutPlaintext>() }
        }
        Operation::GenerateDataKeyWithoutPlaintext => {
            const { Route::of::<generate_data_key_without_plaintext::GenerateDataKeyWithoutPlaintext>() }
        }
        Operation::GenerateMac => const { Route::not_built::<not_built::GenerateMac>() },
        Operation::GenerateRandom => const { Route::of::<generate_random::GenerateRandom>() },
        Operation::GetKeyLastUsage => const { Route::not_built::<not_built::GetKeyLastUsage>() },
        Operation::GetKeyPolicy => const { Route::of::<get_key_policy::GetKeyPolicy>() },
        Operation::GetKeyRotationStatus => {
            const { Route::not_built::<not_built::GetKeyRotationStatus>() }
        }
        Operation::GetParametersForImport => {
            const { Route::of::<get_parameters_for_import::GetParametersForImport>() }
        }
        Operation::GetPublicKey => const { Route::not_built::<not_built::GetPublicKey>() },
        Operation::ImportKeyMaterial => {
            const { Route::of::<import_key_material::ImportKeyMaterial>() }
        }
        Operation::ListAliases => const { Route::of::<list_aliases::ListAliases>() },
        Operation::ListGrants => const { Route::not_built::<not_built::ListGrants>() },
        Operation::ListKeyPolicies => const { Route::not_built::<not_built::ListKeyPolicies>() },
        Operation::ListKeyRotations => {
            const { Route::of::<list_key_rotations::ListKeyRotations>() }
        }
        Operation::ListKeys => const { Route::of::<list_keys::ListKeys>() },
        Operation::ListResourceTags => {
            const { Route::of::<list_resource_tags::ListResourceTags>() }
        }
        Operation::ListRetirableGrants => {
            const { Route::not_built::<not_built::ListRetirableGrants>() }
        }
        Operation::PutKeyPolicy => const { Route::not_built::<not_built::PutKeyPolicy>() },
        Operation::ReEncrypt => const { Route::of::<re_encrypt::ReEncrypt>() },
        Operation::ReplicateKey => const { Route::not_built::<not_built::ReplicateKey>() },
        Operation::RetireGrant => const { Route::not_built::<not_built::RetireGrant>() },
        Operation::RevokeGrant => const { Route::not_built::<not_built::RevokeGrant>() },
        Operation::RotateKeyOnDemand => {
            const { Route::of::<rotate_key_on_demand::RotateKeyOnDemand>() }
        }
        Operation::ScheduleKeyDeletion => {
            const { Route::of::<schedule_key_deletion::ScheduleKeyDeletion>() }
        }
        Operation::Sign => const { Route::not_built::<not_built::Sign>() },
        Operation::TagResource => const { Route::of::<tag_resource::TagResource>() },
        Operation::UntagResource => const { Route::of::<untag_resource::UntagResource>() },
        Operation::UpdateAlias => const { Route::of::<update_alias::UpdateAlias>() },
        Operation::UpdateCustomKeyStore => {
            const { Route::not_built::<not_built::UpdateCustomKeyStore>() }
        }
        Operation::UpdateKeyDescription => {
            const { Route::of::<update_key_description::UpdateKeyDescription>() }
        }
        Operation::UpdatePrimaryRegion => {
            const { Route::not_built::<not_built::UpdatePrimaryRegion>() }
        }
        Operation::Verify => const { Route::not_built::<not_built::Verify>() },
        Operation::VerifyMac => const { Route::not_built::<not_built::VerifyMac>() },
    }
}

fn put_optional(out: &mut Parameters, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.put_str(name, value);
    }
}

/// `Limit` and `Marker` in the audit event.
fn put_page(out: &mut Parameters, limit: Option<i32>, marker: Option<&str>) {
    if let Some(limit) = limit {
        out.put_int("limit", i64::from(limit));
    }
    put_optional(out, "marker", marker);
}
