//! What the alias operations share: the alias and the list in its key's record change together.

use std::sync::Arc;

use claviger_model::KeyUsageType;

use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    pipeline::AliasAndKeys,
    records::{AliasPlace, AliasRecord, KeyRecord},
};

/// Stages the alias's name in the list of its new key.
pub(super) fn attach(cx: &mut Cx<'_>, key: &Key, on: &AliasAndKeys) -> Result<(), Error> {
    let mut record = key.record.clone();
    let used = record.aliases.len();
    record.aliases.insert(on.place.name.as_str().to_owned());
    if record.aliases.len() > ALIASES_MAX {
        return Err(error::too_many_aliases(ALIASES_MAX, used));
    }
    cx.change_key(key, record)
}

/// Stages the removal of the alias's name from the list of its old key.
pub(super) fn detach(cx: &mut Cx<'_>, key: &Key, on: &AliasAndKeys) -> Result<(), Error> {
    let mut record = key.record.clone();
    record.aliases.remove(on.place.name.as_str());
    cx.change_key(key, record)
}

/// What the cache will say of the alias once the change is committed.
pub(super) fn publish(cx: &mut Cx<'_>, place: &AliasPlace, record: Option<&AliasRecord>) {
    let (aliases, place) = (Arc::clone(&cx.core.aliases), place.clone());
    let target = record.map(|record| Arc::new(record.target));
    cx.staged
        .then(move |committed| aliases.settle(&place, committed, target));
}

/// An alias moves only between keys of one type and usage.
pub(super) fn same_type(arn: &str, old: &KeyRecord, new: &KeyRecord) -> Result<(), Error> {
    let (from, to) = (key_type(old), key_type(new));
    if from != to {
        return Err(error::alias_type_change(arn, "key type", from, to));
    }
    if old.usage != new.usage {
        return Err(error::alias_type_change(
            arn,
            "key usage",
            old.usage.as_str(),
            new.usage.as_str(),
        ));
    }
    Ok(())
}

fn key_type(record: &KeyRecord) -> &'static str {
    match record.usage {
        KeyUsageType::GenerateVerifyMac => "HMAC",
        KeyUsageType::EncryptDecrypt
            if record.spec == claviger_model::KeySpec::SymmetricDefault =>
        {
            "SYMMETRIC"
        }
        KeyUsageType::EncryptDecrypt
        | KeyUsageType::SignVerify
        | KeyUsageType::KeyAgreement
        | KeyUsageType::EncapsulateDecapsulate => "ASYMMETRIC",
    }
}

// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
const ALIASES_MAX: usize = 50;
