//! How many entities an account may have.

use claviger_core::{cx::Cx, error::Error};

use crate::{
    errors,
    records::{Entity, EntityKind},
};

/// Refuses one more when the account has as many as it may have.
// DIFFERS: AWS raises these quotas on request; here they stand.
pub(super) async fn one_more<E: Entity>(cx: &Cx<'_>) -> Result<(), Error> {
    let (name, limit) = quota(E::KIND);
    if number::<E>(cx).await? < limit {
        Ok(())
    } else {
        Err(errors::quota(name, limit))
    }
}

/// How many the account has; what is beyond its quota is not counted.
pub(super) async fn number<E: Entity>(cx: &Cx<'_>) -> Result<usize, Error> {
    let (_, limit) = quota(E::KIND);
    let prefix = E::prefix(cx.caller.account);
    Ok(cx.core.records.count::<E>(&prefix, limit).await?)
}

/// The name that AWS gives the quota, and the number.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const fn quota(kind: EntityKind) -> (&'static str, usize) {
    match kind {
        EntityKind::User => ("UsersPerAccount", 5_000),
        EntityKind::Role => ("RolesPerAccount", 1_000),
        EntityKind::Group => ("GroupsPerAccount", 300),
        EntityKind::Policy => ("PoliciesPerAccount", 1_500),
    }
}
