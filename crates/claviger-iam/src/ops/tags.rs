//! Tags of users, roles and policies.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>

use std::collections::{BTreeMap, BTreeSet};

use claviger_audit::Parameters;
use claviger_core::{cx::Cx, error::Error, records::Stored};
use claviger_model::iam::Tag;
use claviger_policy::{Values, folded};

use super::paging::Page;
use crate::{entities, errors, records::Entity};

/// Tags by their keys, which keep the case in which they were given.
pub(super) type Tags = BTreeMap<String, String>;

/// The tags of something new.
pub(super) fn of_new(wanted: Option<&[Tag]>) -> Result<Tags, Error> {
    let mut tags = Tags::new();
    add(&mut tags, wanted.unwrap_or_default())?;
    Ok(tags)
}

/// Adds tags; one whose key differs from an existing one by case alone takes its place.
pub(super) fn add(tags: &mut Tags, wanted: &[Tag]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for Tag { key, value } in wanted {
        let wanted = folded(key);
        if wanted.starts_with("aws:") {
            return Err(errors::reserved_tag_key());
        }
        tags.retain(|existing, _| folded(existing) != wanted);
        if !seen.insert(wanted) {
            return Err(errors::duplicate_tag_keys());
        }
        tags.insert(key.clone(), value.clone());
    }
    if tags.len() > TAGS_MAX {
        return Err(errors::too_many_tags());
    }
    Ok(())
}

/// Takes tags away; keys that are not there are no error.
pub(super) fn remove(tags: &mut Tags, keys: &[String]) {
    let keys: BTreeSet<String> = keys.iter().map(|key| folded(key)).collect();
    tags.retain(|existing, _| !keys.contains(&folded(existing)));
}

/// Stages more tags of an entity.
pub(super) fn tag<E: Entity>(
    cx: &mut Cx<'_>,
    stored: &Stored<E>,
    wanted: &[Tag],
) -> Result<(), Error> {
    let mut record = stored.record.clone();
    add(record.tags_mut(), wanted)?;
    entities::replace(cx, stored, &record)
}

/// Stages fewer tags of an entity.
pub(super) fn untag<E: Entity>(
    cx: &mut Cx<'_>,
    stored: &Stored<E>,
    keys: &[String],
) -> Result<(), Error> {
    let mut record = stored.record.clone();
    remove(record.tags_mut(), keys);
    entities::replace(cx, stored, &record)
}

/// All tags, as the answers tell of them.
pub(super) fn listed(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag {
            key: key.clone(),
            value: value.clone(),
        })
        .collect()
}

/// One page of the tags, and the marker of the rest.
pub(super) fn page(cx: &Cx<'_>, page: &Page, tags: &Tags) -> (Vec<Tag>, Option<String>) {
    page.of_sorted(cx, listed(tags), |tag| &tag.key)
}

/// The tags of a request in the audit event.
pub(super) fn put(out: &mut Parameters, tags: Option<&[Tag]>) {
    if let Some(tags) = tags {
        out.put_objects("tags", tags, |member, tag| {
            member.put_str("key", &tag.key).put_str("value", &tag.value);
        });
    }
}

/// The tag keys of a request in the audit event.
pub(super) fn put_keys(out: &mut Parameters, keys: &[String]) {
    out.put_strings("tagKeys", keys);
}

/// The condition keys that tags in a request set.
pub(super) fn condition<'a>(tags: Option<&'a [Tag]>, key: &str) -> Option<Values<'a>> {
    let tags = tags?;
    if key == "aws:tagkeys" {
        return Some(Values::texts(tags.iter().map(|tag| tag.key.as_str())));
    }
    let name = key.strip_prefix("aws:requesttag/")?;
    Values::of_pairs(tags.iter().map(|tag| (&tag.key, &tag.value)), name)
}

/// The condition key that the tag keys of an Untag request set.
pub(super) fn keys_condition<'a>(keys: &'a [String], key: &str) -> Option<Values<'a>> {
    (key == "aws:tagkeys").then(|| Values::texts(keys.iter().map(String::as_str)))
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const TAGS_MAX: usize = 50;
