//! Principals and credentials, and the STS operations.
//!
//! This version knows accounts and their roots. A root has no rights of its own: it carries one identity policy that
//! allows everything, and the key policies must delegate to the account as for any other principal.

mod accounts;
mod credentials;
mod iam;
mod ops;
mod records;

pub use crate::{
    accounts::{RootCredentials, create_account},
    credentials::Credential,
    iam::{Authentication, Iam},
    ops::sts_route,
    records::{AccountRecord, CredentialRecord},
};

/// The tables of this crate.
pub const READERS: [claviger_core::check::Reader; 2] = [
    claviger_core::check::Reader::of::<AccountRecord>(),
    claviger_core::check::Reader::of::<CredentialRecord>(),
];
