//! What a session carries along: tags, which of them go on to the next role, and the source identity.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>

use std::collections::{BTreeMap, BTreeSet};

use claviger_audit::Parameters;
use claviger_core::{
    call::{Caller, WebIdentity},
    cx::Cx,
    error::{self, Error},
};
use claviger_model::sts::{Tag, is_source_identity, is_tag_key, is_tag_value};
use claviger_policy::{are_alike, folded};

use crate::errors;

/// What the credentials that a session begins with, or its provider, or the request, give it along.
#[derive(Default)]
pub(super) struct Carried {
    /// The session tags.
    pub(super) tags: BTreeMap<String, String>,
    /// The keys of those that the next role inherits.
    pub(super) transitive: BTreeSet<String>,
    /// The source identity.
    pub(super) source_identity: Option<String>,
}

impl Carried {
    /// What a request gives along.
    pub(super) fn of_request(
        tags: &[Tag],
        transitive: &[String],
        source_identity: Option<&str>,
    ) -> Self {
        Self {
            tags: tags
                .iter()
                .map(|tag| (tag.key.clone(), tag.value.clone()))
                .collect(),
            transitive: transitive.iter().cloned().collect(),
            source_identity: source_identity.map(str::to_owned),
        }
    }

    /// What a provider gives along.
    pub(super) fn of_provider(identity: &WebIdentity) -> Self {
        Self {
            tags: identity.tags.clone(),
            transitive: identity.transitive_tags.clone(),
            source_identity: identity.source_identity.clone(),
        }
    }

    /// What a session passes on to the next one is not the caller's to change.
    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
    pub(super) fn with_inherited(mut self, cx: &Cx<'_>) -> Result<Self, Error> {
        let Some(session) = &cx.caller.session else {
            return Ok(self);
        };
        for (key, value) in inherited(cx.caller) {
            if self.tags.keys().any(|own| are_alike(own, key)) {
                // UNKNOWN: AWS's own text is not recorded.
                return Err(errors::validation(format!(
                    "The tag key {key} is inherited from the calling session and cannot be set."
                )));
            }
            self.tags.insert(key.clone(), value.clone());
            self.transitive.insert(key.clone());
        }
        match (&session.source_identity, &self.source_identity) {
            (Some(set), Some(wanted)) if set != wanted => {
                // UNKNOWN: AWS's own text is not recorded.
                Err(error::access_denied(
                    "The source identity of a session cannot be changed.".to_owned(),
                ))
            }
            (Some(set), _) => Ok(Self {
                source_identity: Some(set.clone()),
                ..self
            }),
            (None, _) => Ok(self),
        }
    }
}

/// The tags that a session passes on to the next one.
pub(super) fn inherited(caller: &Caller) -> impl Iterator<Item = (&String, &String)> {
    let session = caller.session.iter();
    let keys = session.flat_map(|session| &session.transitive_tags);
    keys.filter_map(|key| caller.tags.get_key_value(key))
}

/// What a provider gives the session along, in the audit event.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
pub(super) fn put_of_provider(out: &mut Parameters, identity: &WebIdentity) {
    if !identity.tags.is_empty() {
        out.put_map("principalTags", &identity.tags);
    }
    if !identity.transitive_tags.is_empty() {
        out.put_strings("transitiveTagKeys", &identity.transitive_tags);
    }
    if let Some(source) = &identity.source_identity {
        out.put_str("sourceIdentity", source);
    }
}

/// Refuses transitive keys that are not among the tags of the request.
pub(super) fn check_transitive(tags: &[Tag], transitive: &[String]) -> Result<(), Error> {
    let is_tag = |key: &String| tags.iter().any(|tag| tag.key == *key);
    match transitive.iter().find(|key| !is_tag(key)) {
        // UNKNOWN: AWS's own text is not recorded.
        Some(key) => Err(errors::validation(format!(
            "The transitive tag key {key} must be one of the tags of the request."
        ))),
        None => Ok(()),
    }
}

/// Refuses tags that no session carries, whether a request or the token of a provider gives them along. Of a request, the
/// form of each text was looked at before.
// AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
pub(crate) fn check_tags<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for (key, value) in tags {
        let name = folded(key);
        if name.starts_with("aws:") {
            return Err(errors::reserved_tag_key());
        }
        if !is_tag_key(key) || key.chars().count() > TAG_KEY_CHARS_MAX {
            return Err(errors::validation(format!("The tag key {key} is invalid.")));
        }
        if !is_tag_value(value) || value.chars().count() > TAG_VALUE_CHARS_MAX {
            let text = format!("The value of the tag {key} is invalid.");
            return Err(errors::validation(text));
        }
        if !seen.insert(name) {
            return Err(errors::duplicate_tag_keys());
        }
    }
    if seen.len() > TAGS_MAX {
        return Err(errors::too_many_tags());
    }
    Ok(())
}

/// Whether a session can carry this source identity; one that begins with `aws:` cannot, for its colon.
pub(crate) fn may_be_source_identity(text: &str) -> bool {
    SOURCE_IDENTITY_CHARS.contains(&text.chars().count()) && is_source_identity(text)
}

const TAGS_MAX: usize = 50;
const TAG_KEY_CHARS_MAX: usize = 128;
const TAG_VALUE_CHARS_MAX: usize = 256;
const SOURCE_IDENTITY_CHARS: std::ops::RangeInclusive<usize> = 2..=64;
