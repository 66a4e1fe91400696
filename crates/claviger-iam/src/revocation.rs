//! Voiding every session of a user or role at once.
//!
//! A session token is stored nowhere, so none can be deleted; but each carries the epoch of its principal, and one of an
//! older epoch opens nothing. Whoever may still sign or assume the role gets a new session as before.

use std::sync::Arc;

use claviger_audit::Parameters;
use claviger_core::{
    Core,
    error::{self, Error},
    jobs,
    notes::ServiceEvent,
    pipeline::Outcome,
    records::Stored,
    staged::Staged,
};
use claviger_model::AccountId;

use crate::{
    entities::by_arn,
    errors::no_such_principal,
    iam::Iam,
    principals::parts,
    records::{Entity, RoleRecord, UserRecord},
};

/// Raises the epoch of the user or role of this ARN; an audit event says so.
///
/// # Errors
/// `NoSuchEntity` when the ARN names none, `ThrottlingException` when the record changed meanwhile; the store or the log
/// fails.
pub async fn revoke_sessions(core: &Core, iam: &Iam, arn: &str) -> Result<(), Error> {
    let mut staged = Staged::default();
    let (_, account, _) = parts(arn).ok_or_else(|| no_such_principal(arn))?;
    if let Some(stored) = by_arn::<UserRecord>(&iam.records, account, arn).await? {
        let mut record = stored.record.clone();
        record.epoch = record.epoch.saturating_add(1);
        replace(&mut staged, account, &stored, &record)?;
    } else if let Some(stored) = by_arn::<RoleRecord>(&iam.records, account, arn).await? {
        let mut record = stored.record.clone();
        record.epoch = record.epoch.saturating_add(1);
        replace(&mut staged, account, &stored, &record)?;
    } else {
        return Err(no_such_principal(arn));
    }
    let principals = Arc::clone(core.principals());
    staged.then(move |_| principals.changed());
    let mut details = Parameters::new();
    details.put_str("principalArn", arn);
    let event = ServiceEvent::of_deployment("RevokeSessions", details);
    match jobs::commit(core, staged, event).await? {
        Outcome::Committed => Ok(()),
        Outcome::Conflict => Err(error::throttled()),
        Outcome::Unconfirmed(error) => Err(error),
    }
}

fn replace<E: Entity>(
    staged: &mut Staged,
    account: AccountId,
    stored: &Stored<E>,
    record: &E,
) -> Result<(), Error> {
    let place = E::place(account, record.unique_id());
    let read = (stored.version, stored.revision);
    Ok(staged.replace(place, Some(&account), read, record)?)
}
