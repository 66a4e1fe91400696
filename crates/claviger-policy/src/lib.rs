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
//! 4. Where policies do not allow, a [`Grant`] of the key may: to its grantee by itself, to an account as in 2.
//! 5. A permissions boundary and the policies of a session only limit: what exists of them must allow too.
//! 6. Everything else is denied. The account root is no exception; its rights are an ordinary identity policy.
//!
//! A role that is to be assumed is decided like a key, with its trust policy in the place of the key policy. Calls
//! without a key, on an alias or on an entity of IAM are a matter of identity policies alone.

mod action;
mod arn;
mod condition;
mod decide;
mod decision;
mod document;
mod error;
mod glob;
mod grant;
mod json;
mod key_policy;
mod policy;
mod principal;
mod reprint;
mod request;
mod resource;
mod spelling;
mod template;

pub use decide::{Policies, ask_all, decide};
pub use decision::{Clause, Decision, Effect, Grounds, PolicySource, PolicyType, Reason};
pub use error::{ParseError, Refusal};
pub use grant::{ContextConstraint, Grant, GrantConstraints};
pub use key_policy::default_key_policy;
pub use policy::{Policy, PolicyKind, Unbound};
pub use principal::{Principal, PrincipalKind, PrincipalRef, is_issuer};
pub use reprint::reprint;
pub use request::{ConditionValues, NoConditionValues, Request, Resource, Value, Values};
pub use spelling::{are_alike, folded};
