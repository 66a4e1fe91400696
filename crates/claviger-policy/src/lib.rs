//! Who may do what: policy documents in, a [`Decision`] with its reason out.
//!
//! The crate is pure. It reads no clock, no file and no store; whatever a decision depends on is an argument. A policy is
//! parsed and compiled once, when it is stored or loaded ([`Policy::parse`]), and decided upon many times ([`decide`]).
//!
//! Two rules keep the engine honest:
//!
//! - **What it cannot evaluate, it refuses.** An unknown element, operator, condition key or policy variable is a
//!   [`ParseError`], never something skipped: a skipped `Deny` or a skipped condition would grant.
//! - **A decision names its cause**: the policy and the statement that allowed or denied, or the kind of policy that
//!   should have allowed and did not ([`Reason`]).
//!
//! # How a call on a key is decided
//!
//! 1. A matching `Deny` in any policy wins.
//! 2. In the key's own account, a key policy statement that names the caller (or everyone) allows by itself. One that
//!    names the account hands the question to IAM: an identity policy must allow as well.
//! 3. From another account, the key policy must allow the caller or its account, and an identity policy must allow too.
//! 4. Everything else is denied. The account root is no exception; its rights are an ordinary identity policy.
//!
//! Calls without a key, and calls on an alias, are a matter of identity policies alone.

mod action;
mod arn;
mod condition;
mod decision;
mod document;
mod error;
mod glob;
mod json;
mod key_policy;
mod policy;
mod principal;
mod request;
mod resource;
mod template;

pub use decision::{Clause, Decision, Effect, PolicySource, PolicyType, Reason, decide};
pub use error::{ParseError, Refusal};
pub use key_policy::{allows_put_key_policy, default_key_policy};
pub use policy::{Policy, PolicyKind};
pub use principal::{Principal, PrincipalKind, PrincipalRef};
pub use request::{ConditionValues, NoConditionValues, Request, Resource, Value, Values};
