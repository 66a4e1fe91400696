//! A group and its members.

use claviger_core::json_record;
use claviger_model::AccountId;
use serde::{Deserialize, Serialize};

use super::{Holdings, entity::holder};

/// A group. It carries policies; it has no tags and no boundary.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct GroupRecord {
    /// The unique id, `AGPA…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The path.
    pub path: String,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// How many users are in it. It is written whenever somebody joins or leaves, so that a group can't be deleted beside.
    pub members: u32,
    /// Its policies.
    pub holdings: Holdings,
}

json_record!(GroupRecord, "group");
holder!(GroupRecord, Group);

/// One member in a group's list. The user's own record decides what the user may do.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct MemberRecord {
    /// The unique id of the user.
    pub user: String,
}

json_record!(MemberRecord, "member");

impl MemberRecord {
    /// The id within the table.
    pub(crate) fn id(account: AccountId, group: &str, user: &str) -> String {
        format!("{}{user}", Self::prefix(account, group))
    }

    /// What the ids of all members of a group begin with.
    pub(crate) fn prefix(account: AccountId, group: &str) -> String {
        format!("{account}/{group}/")
    }
}
