//! What the service asks of the identity crate.

use std::{future::Future, pin::Pin};

use claviger_policy::PrincipalRef;

use crate::records::Fault;

/// An answer about principals.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// Who exists, and how everybody is called.
pub trait Principals: Send + Sync {
    /// The unique id of whom this names now: `AIDA…` of a user, `AROA…` of a role, `AROA…:name` of its session,
    /// `<account>:<name>` of a federated user, the account id of an account; what has no such id (everyone, services)
    /// stands for itself. None when there is nobody of this name.
    fn resolve<'a>(&'a self, principal: &'a PrincipalRef) -> Asked<'a, Option<String>>;

    /// The ARN of the principal with this unique id, of any of the forms that [`Self::resolve`] gives for accounts, users,
    /// roles and sessions; none once it is deleted.
    fn arn_of<'a>(&'a self, unique_id: &'a str) -> Asked<'a, Option<String>>;

    /// Identities have changed: callers that were composed before are void.
    fn changed(&self);
}

/// How answers name whom a record means: by the ARN that the principal bears now, or by its unique id once it is
/// deleted.
pub(crate) async fn printed(principals: &dyn Principals, unique_id: &str) -> Result<String, Fault> {
    let arn = principals.arn_of(unique_id).await?;
    Ok(arn.unwrap_or_else(|| unique_id.to_owned()))
}
