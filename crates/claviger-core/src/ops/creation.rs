//! What a new key may be, and its first record.

use std::collections::{BTreeMap, BTreeSet};

use claviger_crypto::spec::{self, SpecFacts};
use claviger_model::{CreateKeyInput, KeySpec, KeyUsageType, OriginType, Tag};

use super::policies::KeyPolicy;
use crate::{
    cx::Cx,
    error::{self, Error},
    records::{KeyPlace, KeyRecord},
};

/// Whether the members of a request fit together.
pub(super) fn possible(input: &CreateKeyInput) -> Result<(), Error> {
    if input.key_spec.is_some() && input.customer_master_key_spec.is_some() {
        return Err(error::two_key_specs());
    }
    let facts = usage_fits(spec(input), input.key_usage)?;
    origin_fits(input, facts)
}

/// The record of the key that a request asks for, without its material.
pub(super) fn new_record(
    cx: &Cx<'_>,
    input: &CreateKeyInput,
    place: &KeyPlace,
    policy: KeyPolicy,
    tags: BTreeMap<String, String>,
) -> Result<KeyRecord, Error> {
    let record = KeyRecord {
        id: place.key,
        multi_region: input.multi_region == Some(true),
        account: cx.caller.account.to_string(),
        region: cx.region.to_string(),
        created_ms: cx.now.epoch_ms(),
        description: input.description.clone().unwrap_or_default(),
        spec: spec(input),
        usage: input.key_usage.unwrap_or(KeyUsageType::EncryptDecrypt),
        origin: origin(input),
        policy: String::new(),
        principals: BTreeMap::new(),
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
        rotation: None,
        last_use: None,
    };
    policy.attach(cx, place, record)
}

/// Whether there are such keys.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>
fn usage_fits(spec: KeySpec, usage: Option<KeyUsageType>) -> Result<&'static SpecFacts, Error> {
    let usage = match usage {
        None if spec == KeySpec::SymmetricDefault => KeyUsageType::EncryptDecrypt,
        None => return Err(error::key_usage_required()),
        Some(usage) => usage,
    };
    let facts = spec::facts(spec).ok_or_else(|| error::only_in_china("KeySpec", spec))?;
    if facts.usages.contains(&usage) {
        Ok(facts)
    } else {
        Err(error::usage_not_compatible(usage, spec))
    }
}

/// Whether material of this spec can come from there; and a key of a custom key store names its store, and nobody else does.
fn origin_fits(input: &CreateKeyInput, facts: &SpecFacts) -> Result<(), Error> {
    if origin(input) == OriginType::External && !facts.importable {
        return Err(error::not_importable(facts.spec));
    }
    let in_store = matches!(
        origin(input),
        OriginType::AwsCloudhsm | OriginType::ExternalKeyStore
    );
    match &input.custom_key_store_id {
        Some(_) if !in_store => Err(error::validation(
            "CustomKeyStoreId is only valid for an Origin of AWS_CLOUDHSM or EXTERNAL_KEY_STORE.",
        )),
        Some(_) if spec(input) != KeySpec::SymmetricDefault || input.multi_region == Some(true) => {
            Err(error::unsupported_because(
                "Keys in a custom key store are symmetric encryption keys of one Region.",
            ))
        }
        Some(_) if origin(input) == OriginType::ExternalKeyStore && input.xks_key_id.is_none() => {
            // UNKNOWN: AWS's text.
            Err(error::validation(
                "XksKeyId is required for keys in an external key store.",
            ))
        }
        Some(_) if origin(input) == OriginType::AwsCloudhsm && input.xks_key_id.is_some() => {
            Err(error::key_stores::xks_key_id_not_valid())
        }
        Some(_) => Ok(()),
        None if in_store => Err(error::validation(
            "CustomKeyStoreId is required for this Origin.",
        )),
        None if input.xks_key_id.is_some() => Err(error::key_stores::xks_key_id_not_valid()),
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
