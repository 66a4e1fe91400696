//! Who begins or ends to carry a managed policy: the policy counts it, so that it can't be deleted meanwhile.

use claviger_core::{cx::Cx, error::Error};

use super::policies;
use crate::{
    aws_managed::AwsManagedPolicy,
    entities, errors,
    records::{Entity, ListedPolicy, ManagedPolicyRecord},
};

/// How a policy is carried.
#[derive(Clone, Copy)]
pub(super) enum As {
    /// It speaks for its carrier.
    Attached,
    /// It bounds its carrier.
    Boundary,
}

/// Stages that the policy of this ARN is carried once more; gives what the carrier must list.
pub(super) async fn begin(cx: &mut Cx<'_>, arn: &str, how: As) -> Result<ListedPolicy, Error> {
    if let Some(own) = AwsManagedPolicy::of_arn(arn) {
        return Ok(ListedPolicy {
            id: own.id.to_owned(),
            version: 0,
        });
    }
    let account = cx.caller.account;
    let stored = entities::by_arn::<ManagedPolicyRecord>(&cx.core.records, account, arn)
        .await?
        .ok_or_else(|| policies::absent(arn, errors::not_attachable))?;
    let mut record = stored.record.clone();
    let count = how.count(&mut record);
    *count = count.saturating_add(1);
    entities::replace(cx, &stored, &record)?;
    Ok(ListedPolicy {
        id: record.unique_id().to_owned(),
        version: stored.version.saturating_add(1),
    })
}

/// Stages that a policy is carried once less. One that is not there any more has nothing to count.
pub(super) async fn end(cx: &mut Cx<'_>, listed: &ListedPolicy, how: As) -> Result<(), Error> {
    let account = cx.caller.account;
    let stored =
        entities::by_id::<ManagedPolicyRecord>(&cx.core.records, account, &listed.id).await?;
    let Some(stored) = stored else {
        return Ok(());
    };
    let mut record = stored.record.clone();
    let count = how.count(&mut record);
    *count = count.saturating_sub(1);
    entities::replace(cx, &stored, &record)
}

impl As {
    fn count(self, record: &mut ManagedPolicyRecord) -> &mut u32 {
        match self {
            Self::Attached => &mut record.attachments,
            Self::Boundary => &mut record.boundaries,
        }
    }
}
