//! What users, roles, groups and managed policies have in common: a unique id, a name, a path.

use std::collections::BTreeMap;

use claviger_core::{
    json_record,
    records::{Record, Records},
};
use claviger_model::AccountId;
use serde::{Deserialize, Serialize};

use super::Holdings;

/// The kinds of entity. Each has names of its own; only users and roles are principals.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
pub enum EntityKind {
    /// A user.
    User,
    /// A role.
    Role,
    /// A group.
    Group,
    /// A managed policy.
    Policy,
}

impl EntityKind {
    /// The first four letters of its unique ids.
    pub const fn id_prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Role => "AROA",
            Self::Group => "AGPA",
            Self::Policy => "ANPA",
        }
    }

    /// The first part of the resource in its ARNs.
    pub const fn arn_word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
            Self::Policy => "policy",
        }
    }

    /// The ARN of an entity of this kind; the path begins and ends with a slash.
    pub fn arn(self, account: AccountId, path: &str, name: &str) -> String {
        format!("arn:aws:iam::{account}:{}{path}{name}", self.arn_word())
    }
}

/// A record of a user, role, group or managed policy.
pub trait Entity: Record + Clone + 'static {
    /// Which it is.
    const KIND: EntityKind;

    /// The unique id.
    fn unique_id(&self) -> &str;
    /// The name, as it was spelled when it was given.
    fn name(&self) -> &str;
    /// The path, such as `/` or `/division/`.
    fn path(&self) -> &str;
    /// The tags.
    fn tags(&self) -> &BTreeMap<String, String>;
    /// The tags, to be changed.
    fn tags_mut(&mut self) -> &mut BTreeMap<String, String>;

    /// The ARN of the permissions boundary, where there is one.
    fn boundary_arn(&self) -> Option<&str> {
        None
    }

    /// The ARN.
    fn arn(&self, account: AccountId) -> String {
        Self::KIND.arn(account, self.path(), self.name())
    }

    /// The id within the table.
    fn place(account: AccountId, unique_id: &str) -> String {
        format!("{}{unique_id}", Self::prefix(account))
    }

    /// What the ids of all of an account begin with.
    fn prefix(account: AccountId) -> String {
        format!("{account}/")
    }
}

/// An entity that policies are attached to.
pub(crate) trait Holder: Entity {
    /// What it carries.
    fn holdings(&self) -> &Holdings;
    /// The same, to be changed.
    fn holdings_mut(&mut self) -> &mut Holdings;
}

/// Implements [`Entity`] for a record with members `id`, `name` and `path`; the rest says where its tags are.
macro_rules! entity {
    ($type:ty, $kind:ident, $($more:tt)+) => {
        impl $crate::records::Entity for $type {
            const KIND: $crate::records::EntityKind = $crate::records::EntityKind::$kind;

            fn unique_id(&self) -> &str {
                &self.id
            }

            fn name(&self) -> &str {
                &self.name
            }

            fn path(&self) -> &str {
                &self.path
            }

            $($more)+
        }
    };
}

/// Implements [`Entity`] and [`Holder`] for a record that has a member `holdings` as well.
macro_rules! holder {
    ($type:ty, $kind:ident) => {
        $crate::records::entity::entity! {
            $type, $kind,

            fn tags(&self) -> &std::collections::BTreeMap<String, String> {
                &self.holdings.tags
            }

            fn tags_mut(&mut self) -> &mut std::collections::BTreeMap<String, String> {
                &mut self.holdings.tags
            }

            fn boundary_arn(&self) -> Option<&str> {
                self.holdings.boundary.as_ref().map(|(arn, _)| arn.as_str())
            }
        }

        impl $crate::records::Holder for $type {
            fn holdings(&self) -> &$crate::records::Holdings {
                &self.holdings
            }

            fn holdings_mut(&mut self) -> &mut $crate::records::Holdings {
                &mut self.holdings
            }
        }
    };
}

pub(super) use {entity, holder};

/// Who bears a name now.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct NameRecord {
    /// The unique id.
    pub id: String,
}

json_record!(NameRecord, "name");

impl NameRecord {
    /// The id within the table. Names differ by more than case; the store does not learn them.
    pub(crate) fn id(
        records: &Records,
        kind: EntityKind,
        account: AccountId,
        name: &str,
    ) -> String {
        let parts = [
            kind.arn_word(),
            &account.to_string(),
            &name.to_ascii_lowercase(),
        ];
        records.index("entity-name", &parts.map(str::as_bytes))
    }
}

/// Where the principal of a unique id is to be found.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PrincipalRecord {
    /// Its account.
    pub account: String,
    /// User or role.
    pub kind: EntityKind,
}

json_record!(PrincipalRecord, "principal");
