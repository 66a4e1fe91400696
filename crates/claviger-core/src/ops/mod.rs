//! The operations: one file each, named after the operation. What several share stands in the family modules.

mod algorithms;
mod aliases;
mod association;
mod creation;
mod encryption;
mod granting;
mod grants;
mod import;
mod key_store_settings;
mod key_stores;
mod keys;
mod macs;
pub(crate) mod material;
mod messages;
mod paging;
mod pairs;
mod policies;
pub(crate) mod regions;
mod replicas;
pub(crate) mod rotation;
mod signing;

mod cancel_key_deletion;
mod connect_custom_key_store;
mod create_alias;
mod create_custom_key_store;
mod create_grant;
mod create_key;
mod decapsulate;
mod decrypt;
mod delete_alias;
mod delete_custom_key_store;
mod delete_imported_key_material;
mod derive_shared_secret;
mod describe_custom_key_stores;
mod describe_key;
mod disable_key;
mod disable_key_rotation;
mod disconnect_custom_key_store;
mod enable_key;
mod enable_key_rotation;
mod encapsulate;
mod encrypt;
mod generate_data_key;
mod generate_data_key_pair;
mod generate_data_key_pair_without_plaintext;
mod generate_data_key_without_plaintext;
mod generate_mac;
mod generate_random;
mod get_key_last_usage;
mod get_key_policy;
mod get_key_rotation_status;
mod get_parameters_for_import;
mod get_public_key;
mod import_key_material;
mod list_aliases;
mod list_grants;
mod list_key_policies;
mod list_key_rotations;
mod list_keys;
mod list_resource_tags;
mod list_retirable_grants;
mod put_key_policy;
mod re_encrypt;
mod replicate_key;
mod retire_grant;
mod revoke_grant;
mod rotate_key_on_demand;
mod schedule_key_deletion;
mod sign;
mod tag_resource;
mod untag_resource;
mod update_alias;
mod update_custom_key_store;
mod update_key_description;
mod update_primary_region;
mod verify;
mod verify_mac;

use claviger_audit::Parameters;
use claviger_model::Operation;

use crate::pipeline::Route;

/// One arm an operation; the compiler sees that none is missing.
macro_rules! routes {
    ($operation:expr; $($served:ident in $module:ident,)*) => {
        match $operation {
            $(Operation::$served => const { Route::of::<$module::$served>() },)*
        }
    };
}
/// The entry of an operation of the API: every one has one.
pub fn route(operation: Operation) -> Route {
    routes! {
        operation;
        CancelKeyDeletion in cancel_key_deletion,
        ConnectCustomKeyStore in connect_custom_key_store,
        CreateAlias in create_alias,
        CreateCustomKeyStore in create_custom_key_store,
        CreateGrant in create_grant,
        CreateKey in create_key,
        Decapsulate in decapsulate,
        Decrypt in decrypt,
        DeleteAlias in delete_alias,
        DeleteCustomKeyStore in delete_custom_key_store,
        DeleteImportedKeyMaterial in delete_imported_key_material,
        DeriveSharedSecret in derive_shared_secret,
        DescribeCustomKeyStores in describe_custom_key_stores,
        DescribeKey in describe_key,
        DisableKey in disable_key,
        DisableKeyRotation in disable_key_rotation,
        DisconnectCustomKeyStore in disconnect_custom_key_store,
        EnableKey in enable_key,
        EnableKeyRotation in enable_key_rotation,
        Encapsulate in encapsulate,
        Encrypt in encrypt,
        GenerateDataKey in generate_data_key,
        GenerateDataKeyPair in generate_data_key_pair,
        GenerateDataKeyPairWithoutPlaintext in generate_data_key_pair_without_plaintext,
        GenerateDataKeyWithoutPlaintext in generate_data_key_without_plaintext,
        GenerateMac in generate_mac,
        GenerateRandom in generate_random,
        GetKeyLastUsage in get_key_last_usage,
        GetKeyPolicy in get_key_policy,
        GetKeyRotationStatus in get_key_rotation_status,
        GetParametersForImport in get_parameters_for_import,
        GetPublicKey in get_public_key,
        ImportKeyMaterial in import_key_material,
        ListAliases in list_aliases,
        ListGrants in list_grants,
        ListKeyPolicies in list_key_policies,
        ListKeyRotations in list_key_rotations,
        ListKeys in list_keys,
        ListResourceTags in list_resource_tags,
        ListRetirableGrants in list_retirable_grants,
        PutKeyPolicy in put_key_policy,
        ReEncrypt in re_encrypt,
        ReplicateKey in replicate_key,
        RetireGrant in retire_grant,
        RevokeGrant in revoke_grant,
        RotateKeyOnDemand in rotate_key_on_demand,
        ScheduleKeyDeletion in schedule_key_deletion,
        Sign in sign,
        TagResource in tag_resource,
        UntagResource in untag_resource,
        UpdateAlias in update_alias,
        UpdateCustomKeyStore in update_custom_key_store,
        UpdateKeyDescription in update_key_description,
        UpdatePrimaryRegion in update_primary_region,
        Verify in verify,
        VerifyMac in verify_mac,
    }
}

fn put_optional(out: &mut Parameters, name: &'static str, value: Option<&str>) {
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
