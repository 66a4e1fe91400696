//! Groups and who is in them.
//!
//! The user's record lists the groups, and decides; the group's list of members is kept beside it for those who ask.

use claviger_core::{cx::Cx, error::Error};
use claviger_model::{Timestamp, iam::Group};

use super::paging::Page;
use crate::{
    entities::{self, as_listed},
    errors,
    records::{Entity, GroupRecord, MemberRecord, UserRecord},
    subjects::GroupAndUser,
};

/// Stages that a user joins a group; who is in it already stays so.
pub(super) fn join(cx: &mut Cx<'_>, on: &GroupAndUser) -> Result<(), Error> {
    let (group, user) = (on.group.stored()?, on.user.stored()?);
    let id = &group.record.id;
    if user.record.groups.contains_key(id) {
        return Ok(());
    }
    if user.record.groups.len() >= GROUPS_MAX {
        return Err(errors::quota("GroupsPerUser", GROUPS_MAX));
    }
    let mut joined = user.record.clone();
    joined
        .groups
        .insert(id.clone(), group.version.saturating_add(1));
    entities::replace(cx, user, &joined)?;
    let mut grown = group.record.clone();
    grown.members = grown.members.saturating_add(1);
    entities::replace(cx, group, &grown)?;
    let account = cx.caller.account;
    let member = MemberRecord {
        user: joined.id.clone(),
    };
    let place = MemberRecord::id(account, id, &joined.id);
    Ok(cx.staged.create(place, Some(&account), &member)?)
}

/// Stages that a user leaves a group.
pub(super) fn leave(cx: &mut Cx<'_>, on: &GroupAndUser) -> Result<(), Error> {
    let (group, user) = (on.group.stored()?, on.user.stored()?);
    let id = &group.record.id;
    let mut left = user.record.clone();
    left.groups
        .remove(id)
        .ok_or_else(|| errors::not_a_member(&user.record.name, &group.record.name))?;
    entities::replace(cx, user, &left)?;
    let mut shrunk = group.record.clone();
    shrunk.members = shrunk.members.saturating_sub(1);
    entities::replace(cx, group, &shrunk)?;
    let account = cx.caller.account;
    let place = MemberRecord::id(account, id, &left.id);
    cx.staged
        .remove::<MemberRecord>(place, Some(&account), None);
    Ok(())
}

/// One page of the users in a group, and the marker of the rest.
pub(super) async fn members(
    cx: &Cx<'_>,
    page: &Page,
    group: &GroupRecord,
) -> Result<(Vec<UserRecord>, Option<String>), Error> {
    let account = cx.caller.account;
    let prefix = MemberRecord::prefix(account, &group.id);
    let (members, marker) = page.of_records::<MemberRecord>(cx, &prefix).await?;
    let mut users = Vec::new();
    for member in members {
        let user = entities::by_id::<UserRecord>(&cx.core.records, account, &member.user).await?;
        // The user decides whether it is in the group.
        let user = user.filter(|user| user.record.groups.contains_key(&group.id));
        users.extend(user.map(|user| user.record));
    }
    Ok((users, marker))
}

/// One page of the groups that a user is in, and the marker of the rest.
pub(super) async fn of_user(
    cx: &Cx<'_>,
    page: &Page,
    user: &UserRecord,
) -> Result<(Vec<GroupRecord>, Option<String>), Error> {
    let account = cx.caller.account;
    let (listed, marker) = page.of_sorted(cx, &user.groups, |(id, _)| id);
    let mut groups = Vec::new();
    for (id, version) in listed {
        let group = entities::by_id::<GroupRecord>(&cx.core.records, account, id).await?;
        groups.push(as_listed(group, account, id, *version)?.record);
    }
    Ok((groups, marker))
}

/// A group, as the answers tell of it.
pub(super) fn described(cx: &Cx<'_>, group: &GroupRecord) -> Group {
    Group {
        path: group.path.clone(),
        group_name: group.name.clone(),
        group_id: group.id.clone(),
        arn: group.arn(cx.caller.account),
        create_date: Timestamp::from_epoch_ms(group.created_ms),
    }
}

/// What the audit event says of a new group.
pub(super) fn note(cx: &mut Cx<'_>, group: &GroupRecord) {
    let arn = group.arn(cx.caller.account);
    cx.notes.response().put_object("group", |noted| {
        noted
            .put_str("path", &group.path)
            .put_str("groupName", &group.name)
            .put_str("groupId", &group.id)
            .put_str("arn", &arn);
    });
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const GROUPS_MAX: usize = 10;
