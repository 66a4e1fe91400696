//! What a new key may be, and its first record.

use std::collections::{BTreeMap, BTreeSet};

use claviger_model::{CreateKeyInput, KeySpec, KeyUsageType, OriginType, Tag};

use super::policies::KeyPolicy;
use crate::{
    cx::Cx,
    error::{self, Error},
    records::{KeyPlace, KeyRecord},
};

/// Whether the members of a request fit together, and this version can make such a key.
pub(super) fn possible(input: &CreateKeyInput) -> Result<(), Error> {
    if input.key_spec.is_some() && input.customer_master_key_spec.is_some() {
        return Err(error::two_key_specs());
    }
    usage_fits(spec(input), input.key_usage)?;
    origin_fits(input)?;
    served(spec(input))
}

/// The record of the key that a request asks for, without its material.
pub(super) fn new_record(
    cx: &Cx<'_>,
    input: &CreateKeyInput,
    place: &KeyPlace,
    policy: KeyPolicy,
    tags: BTreeMap<String, String>,
) -> KeyRecord {
    KeyRecord {
        id: place.key,
        multi_region: input.multi_region == Some(true),
        account: cx.caller.account.to_string(),
        region: cx.region.to_string(),
        created_ms: cx.now.epoch_ms(),
        description: input.description.clone().unwrap_or_default(),
        spec: spec(input),
        usage: input.key_usage.unwrap_or(KeyUsageType::EncryptDecrypt),
        origin: origin(input),
        policy: policy.text,
        principals: policy.principals,
        managed_for: None,
        tags,
        aliases: BTreeSet::new(),
        disabled: false,
        deletion_ms: None,
        replica_window_days: None,
        related: None,
        import_epoch: 0,
        materials: Vec::new(),
        on_demand_rotations: 0,
    }
}

fn usage_fits(spec: KeySpec, usage: Option<KeyUsageType>) -> Result<(), Error> {
    match usage {
        None if spec == KeySpec::SymmetricDefault => Ok(()),
        None => Err(error::key_usage_required()),
        Some(usage) if usages(spec).contains(&usage) => Ok(()),
        Some(usage) => Err(error::usage_not_compatible(usage, spec)),
    }
}

/// Keys of custom key stores need a connected store, and there is none yet.
fn origin_fits(input: &CreateKeyInput) -> Result<(), Error> {
    let in_store = matches!(
        origin(input),
        OriginType::AwsCloudhsm | OriginType::ExternalKeyStore
    );
    match &input.custom_key_store_id {
        Some(store) => Err(error::custom_key_store_not_found(store)),
        None if in_store => Err(error::validation(
            "CustomKeyStoreId is required for this Origin.",
        )),
        None if input.xks_key_id.is_some() => Err(error::validation(
            "XksKeyId is only valid for keys in an external key store.",
        )),
        None => Ok(()),
    }
}

/// The spec that is asked for, by either name of the member.
pub(super) fn spec(input: &CreateKeyInput) -> KeySpec {
    let old_name = input
        .customer_master_key_spec
        .and_then(|spec| KeySpec::from_wire(spec.as_str()));
    input
        .key_spec
        .or(old_name)
        .unwrap_or(KeySpec::SymmetricDefault)
}

/// The origin that is asked for.
pub(super) fn origin(input: &CreateKeyInput) -> OriginType {
    input.origin.unwrap_or(OriginType::AwsKms)
}

/// Whether the lockout safety check is waived.
pub(super) fn bypass(input: &CreateKeyInput) -> bool {
    input.bypass_policy_lockout_safety_check == Some(true)
}

/// The tags that are asked for.
pub(super) fn tags(input: &CreateKeyInput) -> &[Tag] {
    input.tags.as_deref().unwrap_or_default()
}

/// What keys of a spec can be for.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>
fn usages(spec: KeySpec) -> &'static [KeyUsageType] {
    use KeyUsageType::{
        EncapsulateDecapsulate, EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify,
    };
    match spec {
        KeySpec::SymmetricDefault => &[EncryptDecrypt],
        KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => &[EncryptDecrypt, SignVerify],
        KeySpec::EccNistP256 | KeySpec::EccNistP384 | KeySpec::EccNistP521 => {
            &[SignVerify, KeyAgreement]
        }
        KeySpec::EccSecgP256k1
        | KeySpec::EccNistEdwards25519
        | KeySpec::MlDsa44
        | KeySpec::MlDsa65
        | KeySpec::MlDsa87 => &[SignVerify],
        KeySpec::Hmac224 | KeySpec::Hmac256 | KeySpec::Hmac384 | KeySpec::Hmac512 => {
            &[GenerateVerifyMac]
        }
        KeySpec::MlKem512 | KeySpec::MlKem768 | KeySpec::MlKem1024 => &[EncapsulateDecapsulate],
        KeySpec::Sm2 => &[EncryptDecrypt, SignVerify, KeyAgreement],
    }
}

/// What this version can make.
fn served(spec: KeySpec) -> Result<(), Error> {
    if spec == KeySpec::SymmetricDefault {
        Ok(())
    } else {
        Err(error::unsupported_because(format!(
            "KeySpec {spec} is not supported by this version of the service."
        )))
    }
}
