//! What several operations say and check of keys: metadata and tags.

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{
    ExpirationModelType, KeyManagerType, KeyMetadata, KeyState, OriginType, Tag, Timestamp,
};
use claviger_policy::Values;

use super::{algorithms, regions, rotation};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::AdmittedKey,
    records::{KeyRecord, MaterialEntry},
};

/// `KeyMetadata` as DescribeKey and CreateKey give it.
pub(super) fn metadata(record: &KeyRecord, arn: &str, now: Timestamp) -> KeyMetadata {
    let state = record.state(now);
    let algorithms = algorithms::of(record);
    let external = record.origin == OriginType::External;
    let imported = external
        && record
            .materials
            .iter()
            .any(|material| material.permanent() && material.usable(now));
    let valid_to = record
        .materials
        .iter()
        .filter(|m| m.permanent() && m.usable(now))
        .filter_map(MaterialEntry::valid_to)
        .min();
    KeyMetadata {
        aws_account_id: Some(record.account.clone()),
        key_id: record.key_id().to_string(),
        arn: Some(arn.to_owned()),
        creation_date: Some(record.created()),
        enabled: Some(state == KeyState::Enabled),
        description: Some(record.description.clone()),
        key_usage: Some(record.usage),
        key_state: Some(state),
        deletion_date: record.deletion(),
        pending_deletion_window_in_days: record
            .replica_window_days
            .and_then(|days| i32::try_from(days).ok()),
        valid_to: valid_to.filter(|_| external),
        origin: Some(record.origin),
        expiration_model: imported.then_some(match valid_to {
            Some(_) => ExpirationModelType::KeyMaterialExpires,
            None => ExpirationModelType::KeyMaterialDoesNotExpire,
        }),
        key_manager: Some(match record.managed_for {
            None => KeyManagerType::Customer,
            Some(_) => KeyManagerType::Aws,
        }),
        customer_master_key_spec: Some(record.spec),
        key_spec: Some(record.spec),
        encryption_algorithms: algorithms.encryption,
        signing_algorithms: algorithms.signing,
        mac_algorithms: algorithms.mac,
        key_agreement_algorithms: algorithms.agreement,
        encapsulation_algorithms: algorithms.encapsulation,
        multi_region: Some(record.multi_region),
        multi_region_configuration: regions::configuration(record),
        current_key_material_id: record
            .current()
            .filter(|_| record.is_symmetric())
            .map(|material| material.id.clone()),
        ..KeyMetadata::default()
    }
}

/// `KeyMetadata` in the audit event.
pub(super) fn put_metadata(out: &mut Parameters, metadata: &KeyMetadata) {
    let text = |value: &Option<&str>, name: &'static str, out: &mut Parameters| {
        super::put_optional(out, name, *value)
    };
    text(&metadata.aws_account_id.as_deref(), "aWSAccountId", out);
    out.put_str("keyId", &metadata.key_id);
    text(&metadata.arn.as_deref(), "arn", out);
    text(
        &metadata.creation_date.map(Timestamp::human).as_deref(),
        "creationDate",
        out,
    );
    out.put_bool("enabled", metadata.enabled == Some(true));
    text(&metadata.description.as_deref(), "description", out);
    text(
        &metadata.key_usage.map(|usage| usage.as_str()),
        "keyUsage",
        out,
    );
    text(
        &metadata.key_state.map(|state| state.as_str()),
        "keyState",
        out,
    );
    text(
        &metadata.origin.map(|origin| origin.as_str()),
        "origin",
        out,
    );
    text(
        &metadata.key_manager.map(|manager| manager.as_str()),
        "keyManager",
        out,
    );
    text(
        &metadata.customer_master_key_spec.map(|spec| spec.as_str()),
        "customerMasterKeySpec",
        out,
    );
    text(&metadata.key_spec.map(|spec| spec.as_str()), "keySpec", out);
    algorithms::put(out, metadata);
    out.put_bool("multiRegion", metadata.multi_region == Some(true));
    if let Some(configuration) = &metadata.multi_region_configuration {
        regions::put_configuration(out, configuration);
    }
    text(
        &metadata.current_key_material_id.as_deref(),
        "currentKeyMaterialId",
        out,
    );
}

/// Sets or clears the disabled flag; setting what is set changes nothing. A rotation that was missed meanwhile runs as the
/// key is enabled.
pub(super) async fn switch(
    cx: &mut Cx<'_>,
    key: AdmittedKey<'_>,
    disabled: bool,
) -> Result<(), Error> {
    cx.note_key(&key);
    if key.record.disabled == disabled {
        return Ok(());
    }
    let record = KeyRecord {
        disabled,
        ..key.record.clone()
    };
    if disabled || key.record.is_replica() || !key.record.rotation_is_due(cx.now) {
        return cx.change_key(&key, record);
    }
    let events = rotation::on_schedule(cx.core, &mut cx.staged, &key, record, cx.now).await?;
    cx.notes.service_events.extend(events);
    Ok(())
}

/// Adds tags to a key's; the limits are AWS's.
pub(super) fn add_tags(existing: &mut BTreeMap<String, String>, tags: &[Tag]) -> Result<(), Error> {
    let mut seen = std::collections::BTreeSet::new();
    for tag in tags {
        if tag
            .tag_key
            .get(..4)
            .is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
        {
            return Err(error::tag("Tags beginning with aws: are reserved"));
        }
        if ![&tag.tag_key, &tag.tag_value]
            .into_iter()
            .all(|text| is_tag_text(text))
        {
            return Err(error::tag("Invalid tag"));
        }
        if !seen.insert(&tag.tag_key) {
            return Err(error::tag("Duplicate tag keys"));
        }
    }
    existing.extend(
        tags.iter()
            .map(|tag| (tag.tag_key.clone(), tag.tag_value.clone())),
    );
    if existing.len() > TAGS_MAX {
        return Err(error::tag("Too many tags"));
    }
    Ok(())
}

/// Whether a tag's key or value has only characters that tags may have.
///
/// AWS: <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
// UNKNOWN: which characters AWS KMS itself refuses; `&` is known to be one. These are what AWS's tags have in common.
fn is_tag_text(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || c.is_whitespace() || TAG_SIGNS.contains(c))
}

/// The tags of a request in the audit event.
pub(super) fn put_tags(out: &mut Parameters, name: &'static str, tags: &[Tag]) {
    out.put_objects(name, tags, |member, tag| {
        member
            .put_str("tagKey", &tag.tag_key)
            .put_str("tagValue", &tag.tag_value);
    });
}

/// The condition keys that tags in a request set.
pub(super) fn tag_condition<'a>(tags: &'a [Tag], key: &str) -> Option<Values<'a>> {
    if key == "aws:tagkeys" {
        return Some(Values::texts(tags.iter().map(|tag| tag.tag_key.as_str())));
    }
    let name = key.strip_prefix("aws:requesttag/")?;
    Values::of_pairs(tags.iter().map(|tag| (&tag.tag_key, &tag.tag_value)), name)
}

// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html
const TAGS_MAX: usize = 50;

const TAG_SIGNS: &str = "_.:/=+-@";

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(key: &str, value: &str) -> Option<String> {
        let tag = Tag {
            tag_key: key.to_owned(),
            tag_value: value.to_owned(),
        };
        let refused = add_tags(&mut BTreeMap::new(), &[tag]).err()?;
        assert_eq!(refused.code(), "TagException");
        refused.message().map(str::to_owned)
    }

    #[test]
    fn tags_of_other_characters_are_invalid() {
        for (key, value) in [
            ("Größe", "10 Ω"),
            ("team:a/b", "x_y.z=1+2-3@4"),
            ("空", ""),
            ("key aws:", "aws:value"),
        ] {
            assert_eq!(refusal(key, value), None, "{key} {value}");
        }
        for (key, value) in [
            ("R&D", ""),
            ("k", "My & My Team"),
            ("k", "(a)"),
            ("k", "a,b"),
            ("k\0", ""),
        ] {
            let text = refusal(key, value);
            assert_eq!(text.as_deref(), Some("Invalid tag"), "{key} {value}");
        }
        let reserved = Some("Tags beginning with aws: are reserved".to_owned());
        assert_eq!(refusal("AwS:&", ""), reserved);
    }
}
