//! Inline policies of users, groups and roles.

use claviger_core::{cx::Cx, error::Error};

use super::documents;
use crate::{
    entities, errors,
    records::{EntityKind, Holder},
    subjects::One,
};

/// Stages a new inline policy, or a new text of one.
pub(super) fn put<H: Holder>(
    cx: &mut Cx<'_>,
    on: &One<H>,
    name: &str,
    document: &str,
) -> Result<(), Error> {
    documents::check_identity(document)?;
    let stored = on.stored()?;
    let mut record = stored.record.clone();
    let inline = &mut record.holdings_mut().inline;
    inline.insert(name.to_owned(), document.to_owned());
    let limit = bytes_max(H::KIND);
    if inline
        .values()
        .map(|text| documents::size(text))
        .sum::<usize>()
        > limit
    {
        return Err(errors::inline_too_large(
            H::KIND,
            stored.record.name(),
            limit,
        ));
    }
    entities::replace(cx, stored, &record)
}

/// The text of an inline policy.
pub(super) fn text<H: Holder>(on: &One<H>, name: &str) -> Result<String, Error> {
    let inline = &on.stored()?.record.holdings().inline;
    inline
        .get(name)
        .cloned()
        .ok_or_else(|| errors::no_such_inline_policy(H::KIND, name))
}

/// The names of the inline policies, in order.
pub(super) fn names<H: Holder>(on: &One<H>) -> Result<Vec<String>, Error> {
    let inline = &on.stored()?.record.holdings().inline;
    Ok(inline.keys().cloned().collect())
}

/// Stages the end of an inline policy.
pub(super) fn delete<H: Holder>(cx: &mut Cx<'_>, on: &One<H>, name: &str) -> Result<(), Error> {
    let stored = on.stored()?;
    let mut record = stored.record.clone();
    record
        .holdings_mut()
        .inline
        .remove(name)
        .ok_or_else(|| errors::no_such_inline_policy(H::KIND, name))?;
    entities::replace(cx, stored, &record)
}

/// For all inline policies of one entity together, without white space.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>
const fn bytes_max(kind: EntityKind) -> usize {
    match kind {
        EntityKind::User => 2048,
        EntityKind::Group => 5120,
        EntityKind::Role | EntityKind::Policy => 10_240,
    }
}
