//! What is stored of accounts, principals and credentials.
//!
//! Entities stand under their unique ids; their names are found through an index of HMACs. A record lists what it
//! carries (its inline policies; the ids of attached policies, of the boundary and of groups, with the version that they
//! had at least), so that removing another record never widens what somebody may do.

mod account;
mod credential;
mod entity;
mod group;
mod holdings;
mod key_use;
mod managed_policy;
mod role;
mod user;

pub(crate) use self::{
    account::AccountRecord,
    credential::CredentialRecord,
    entity::{EntityKind, Holder, NameRecord, PrincipalRecord},
    group::{GroupRecord, MemberRecord},
    holdings::{Holdings, ListedPolicy},
    key_use::KeyUseRecord,
    managed_policy::{ManagedPolicyRecord, PolicyVersion},
    role::TrustPolicy,
    user::{AccessKeys, KeyEntry, UserRecord},
};
pub use self::{entity::Entity, role::RoleRecord};
