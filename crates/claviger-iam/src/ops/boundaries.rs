//! Permissions boundaries of users and roles.

use claviger_core::{cx::Cx, error::Error};
use claviger_model::iam::{AttachedPermissionsBoundary, PermissionsBoundaryAttachmentType};
use claviger_policy::Values;

use super::carrying::{self, As};
use crate::{
    entities, errors,
    records::{Holder, Holdings, ListedPolicy},
    subjects::One,
};

/// The boundary of something new, as its record lists it.
pub(super) async fn of_new(
    cx: &mut Cx<'_>,
    arn: Option<&str>,
) -> Result<Option<(String, ListedPolicy)>, Error> {
    match arn {
        Some(arn) => {
            let listed = carrying::begin(cx, arn, As::Boundary).await?;
            Ok(Some((arn.to_owned(), listed)))
        }
        None => Ok(None),
    }
}

/// Stages another boundary.
pub(super) async fn put<H: Holder>(cx: &mut Cx<'_>, on: &One<H>, arn: &str) -> Result<(), Error> {
    let stored = on.stored()?;
    let old = &stored.record.holdings().boundary;
    if old.as_ref().is_some_and(|(old, _)| old == arn) {
        return Ok(());
    }
    let mut record = stored.record.clone();
    record.holdings_mut().boundary = of_new(cx, Some(arn)).await?;
    end(cx, stored.record.holdings()).await?;
    entities::replace(cx, stored, &record)
}

/// Stages the end of the boundary.
pub(super) async fn delete<H: Holder>(cx: &mut Cx<'_>, on: &One<H>) -> Result<(), Error> {
    let stored = on.stored()?;
    if stored.record.holdings().boundary.is_none() {
        return Err(errors::no_boundary(H::KIND, stored.record.name()));
    }
    end(cx, stored.record.holdings()).await?;
    let mut record = stored.record.clone();
    record.holdings_mut().boundary = None;
    entities::replace(cx, stored, &record)
}

/// Stages that what is deleted or changed bears its boundary no more.
pub(super) async fn end(cx: &mut Cx<'_>, holdings: &Holdings) -> Result<(), Error> {
    match &holdings.boundary {
        Some((_, listed)) => carrying::end(cx, listed, As::Boundary).await,
        None => Ok(()),
    }
}

/// The boundary, as the answers tell of it.
// DIFFERS: AWS answers "Policy", which its own model does not list.
pub(super) fn described(holdings: &Holdings) -> Option<AttachedPermissionsBoundary> {
    let (arn, _) = holdings.boundary.as_ref()?;
    Some(AttachedPermissionsBoundary {
        permissions_boundary_type: Some(
            PermissionsBoundaryAttachmentType::PermissionsBoundaryPolicy,
        ),
        permissions_boundary_arn: Some(arn.clone()),
    })
}

/// The condition key that the boundary in a request sets.
pub(super) fn condition<'a>(arn: Option<&'a str>, key: &str) -> Option<Values<'a>> {
    let arn = arn.filter(|_| key == "iam:permissionsboundary")?;
    Some(Values::text(arn))
}
