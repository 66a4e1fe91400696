//! Principals and credentials, and the STS operations.
//!
//! This version knows accounts and their roots. A root has no rights of its own: it carries one identity policy that
//! allows everything, and the key policies must delegate to the account as for any other principal.

mod accounts;
mod aws_managed;
mod credentials;
mod iam;
mod oidc_providers;
mod ops;
mod records;

pub use crate::{
    accounts::{RootCredentials, create_account},
    aws_managed::AwsManagedPolicy,
    credentials::Credential,
    iam::{Authentication, Iam},
    oidc_providers::OidcProviderRecord,
    ops::sts_route,
    records::{AccountRecord, CredentialRecord},
};

/// The tables of this crate.
pub const READERS: [claviger_core::check::Reader; 3] = [
    claviger_core::check::Reader::of::<AccountRecord>(),
    claviger_core::check::Reader::of::<CredentialRecord>(),
    claviger_core::check::Reader::of::<OidcProviderRecord>(),
];
