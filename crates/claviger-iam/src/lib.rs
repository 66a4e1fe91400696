//! Principals and credentials, and the IAM and STS operations.
//!
//! Accounts have a root, users and roles. A root has no rights of its own: it carries one identity policy that allows
//! everything, and the key policies must delegate to the account as for any other principal.

mod accounts;
mod aws_managed;
mod compose;
mod credentials;
mod entities;
mod errors;
mod iam;
mod ids;
pub mod last_used;
mod oidc_providers;
mod ops;
mod principals;
mod records;
mod revocation;
mod sessions;
mod simulation;
mod sts_ops;
mod subjects;
pub mod web_identity;

use claviger_core::check::Reader;

use crate::records::{
    AccountRecord, CredentialRecord, GroupRecord, KeyUseRecord, ManagedPolicyRecord, MemberRecord,
    NameRecord, PrincipalRecord, UserRecord,
};
pub use crate::{
    accounts::{Account, RootCredentials, accounts, create_account},
    aws_managed::AwsManagedPolicy,
    credentials::Credential,
    entities::by_name,
    iam::{Authentication, Iam},
    oidc_providers::OidcProviderRecord,
    ops::iam_route,
    records::{Entity, RoleRecord},
    revocation::revoke_sessions,
    sessions::Presented,
    sts_ops::sts_route,
};

/// The tables of this crate.
pub const READERS: [Reader; 11] = [
    Reader::of::<AccountRecord>(),
    Reader::of::<CredentialRecord>(),
    Reader::of::<GroupRecord>(),
    Reader::of::<KeyUseRecord>(),
    Reader::of::<ManagedPolicyRecord>(),
    Reader::of::<MemberRecord>(),
    Reader::of::<NameRecord>(),
    Reader::of::<OidcProviderRecord>(),
    Reader::of::<PrincipalRecord>(),
    Reader::of::<RoleRecord>(),
    Reader::of::<UserRecord>(),
];
