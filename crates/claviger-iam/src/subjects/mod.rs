//! What the IAM operations act on.
//!
//! All authorize first, on the ARN that the named entity has or would have, and only then say that it does not exist:
//! whoever may not ask learns nothing.

mod access_key;
mod list;
mod new;
mod one;
mod renamed;
mod user_or_caller;

use claviger_core::{
    pipeline::{Ask, On, lane},
    rule::{Actions, Rule},
};
use claviger_model::AccountId;
use claviger_policy::Values;

use crate::records::Entity;

pub(crate) use self::{
    access_key::KeyInUse,
    list::Listed,
    new::{New, Wanted},
    one::{GroupAndUser, One},
    renamed::{Renamed, WantedName},
    user_or_caller::{KeyOwner, UserOrCaller},
};

/// What the rule asks, of one resource.
pub(crate) fn asks<'a>(rule: &Rule, on: On<'a>) -> Option<Ask<'a>> {
    match rule.actions {
        Actions::One(action) => Some(Ask {
            action,
            on,
            alias: None,
        }),
        Actions::Open | Actions::FromTo(..) => None,
    }
}

/// Changes of the identities of one account run one after the other: most touch several records.
pub(crate) fn lanes(account: AccountId) -> Vec<u64> {
    vec![lane(&("identities", account))]
}

/// The condition keys that an existing entity sets.
pub(crate) fn condition_of<'a>(entity: &'a impl Entity, key: &str) -> Option<Values<'a>> {
    if key == "iam:permissionsboundary" {
        return entity.boundary_arn().map(Values::text);
    }
    let name = key
        .strip_prefix("aws:resourcetag/")
        .or_else(|| key.strip_prefix("iam:resourcetag/"))?;
    Values::of_pairs(entity.tags(), name)
}
