//! Managed policies that are attached to users, groups and roles.

use claviger_core::{cx::Cx, error::Error};
use claviger_model::iam::AttachedPolicy;
use claviger_policy::Values;

use super::{
    carrying::{self, As},
    paging::Page,
    policies,
};
use crate::{
    entities, errors,
    records::{EntityKind, Holder},
    subjects::One,
};

/// Stages the attachment of a policy; one that is attached already stays so.
pub(super) async fn attach<H: Holder>(
    cx: &mut Cx<'_>,
    on: &One<H>,
    arn: &str,
) -> Result<(), Error> {
    let stored = on.stored()?;
    let attached = &stored.record.holdings().attached;
    if attached.contains_key(arn) {
        return Ok(());
    }
    if attached.len() >= ATTACHED_MAX {
        return Err(errors::quota(quota_name(H::KIND), ATTACHED_MAX));
    }
    let listed = carrying::begin(cx, arn, As::Attached).await?;
    let mut record = stored.record.clone();
    record
        .holdings_mut()
        .attached
        .insert(arn.to_owned(), listed);
    entities::replace(cx, stored, &record)
}

/// Stages the end of an attachment.
pub(super) async fn detach<H: Holder>(
    cx: &mut Cx<'_>,
    on: &One<H>,
    arn: &str,
) -> Result<(), Error> {
    let stored = on.stored()?;
    let mut record = stored.record.clone();
    let listed = record
        .holdings_mut()
        .attached
        .remove(arn)
        .ok_or_else(|| policies::absent(arn, errors::no_such_policy))?;
    carrying::end(cx, &listed, As::Attached).await?;
    entities::replace(cx, stored, &record)
}

/// One page of the attached policies whose paths begin with `prefix`, and the marker of the rest.
pub(super) fn page<H: Holder>(
    cx: &Cx<'_>,
    page: &Page,
    on: &One<H>,
    prefix: Option<&str>,
) -> Result<(Vec<AttachedPolicy>, Option<String>), Error> {
    let attached = &on.stored()?.record.holdings().attached;
    let wanted = attached
        .keys()
        .filter(|arn| prefix.is_none_or(|prefix| path_of(arn).starts_with(prefix)));
    let (arns, marker) = page.of_sorted(cx, wanted, |arn| arn);
    let listed = arns.into_iter().map(|arn| AttachedPolicy {
        policy_name: arn.rsplit_once('/').map(|(_, name)| name.to_owned()),
        policy_arn: Some(arn.clone()),
    });
    Ok((listed.collect(), marker))
}

/// The condition key that the policy in a request sets.
pub(super) fn condition<'a>(arn: &'a str, key: &str) -> Option<Values<'a>> {
    (key == "iam:policyarn").then(|| Values::text(arn))
}

/// The path within a policy's ARN.
fn path_of(arn: &str) -> &str {
    arn.split_once(":policy")
        .and_then(|(_, path)| path.rfind('/').and_then(|end| path.get(..=end)))
        .unwrap_or_default()
}

const fn quota_name(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::User => "PoliciesPerUser",
        EntityKind::Group => "PoliciesPerGroup",
        EntityKind::Role | EntityKind::Policy => "PoliciesPerRole",
    }
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const ATTACHED_MAX: usize = 10;
