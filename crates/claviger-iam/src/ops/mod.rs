//! The IAM and STS operations, one file each, and what families of them share.

mod access_keys;
mod add_user_to_group;
mod attach_group_policy;
mod attach_user_policy;
mod attachments;
mod boundaries;
mod carrying;
mod create_access_key;
mod create_group;
mod create_user;
mod delete_access_key;
mod delete_group;
mod delete_group_policy;
mod delete_user;
mod delete_user_permissions_boundary;
mod delete_user_policy;
mod detach_group_policy;
mod detach_user_policy;
mod documents;
mod get_access_key_last_used;
mod get_caller_identity;
mod get_group;
mod get_group_policy;
mod get_user;
mod get_user_policy;
mod groups;
mod inline;
mod list_access_keys;
mod list_attached_group_policies;
mod list_attached_user_policies;
mod list_group_policies;
mod list_groups;
mod list_groups_for_user;
mod list_user_policies;
mod list_user_tags;
mod list_users;
mod paging;
mod put_group_policy;
mod put_user_permissions_boundary;
mod put_user_policy;
mod remove_user_from_group;
mod tag_user;
mod tags;
mod untag_user;
mod update_access_key;
mod update_group;
mod update_user;
mod users;

use claviger_audit::Parameters;
use claviger_core::pipeline::Route;

/// The entry of an STS operation; none when there is no such operation.
pub fn sts_route(action: &str) -> Option<Route> {
    match action {
        "GetCallerIdentity" => {
            Some(const { Route::of::<get_caller_identity::GetCallerIdentity>() })
        }
        _ => None,
    }
}

/// The entry of an IAM operation; none when there is no such operation.
pub fn iam_route(action: &str) -> Option<Route> {
    IAM.iter().find(|route| route.rule.name == action).copied()
}

/// The routes of operations, by their modules.
macro_rules! routes {
    ($($module:ident::$operation:ident,)+) => {
        &[$(Route::of::<$module::$operation>()),+]
    };
}

const IAM: &[Route] = routes![
    add_user_to_group::AddUserToGroup,
    attach_group_policy::AttachGroupPolicy,
    attach_user_policy::AttachUserPolicy,
    create_access_key::CreateAccessKey,
    create_group::CreateGroup,
    create_user::CreateUser,
    delete_access_key::DeleteAccessKey,
    delete_group::DeleteGroup,
    delete_group_policy::DeleteGroupPolicy,
    delete_user::DeleteUser,
    delete_user_permissions_boundary::DeleteUserPermissionsBoundary,
    delete_user_policy::DeleteUserPolicy,
    detach_group_policy::DetachGroupPolicy,
    detach_user_policy::DetachUserPolicy,
    get_access_key_last_used::GetAccessKeyLastUsed,
    get_group::GetGroup,
    get_group_policy::GetGroupPolicy,
    get_user::GetUser,
    get_user_policy::GetUserPolicy,
    list_access_keys::ListAccessKeys,
    list_attached_group_policies::ListAttachedGroupPolicies,
    list_attached_user_policies::ListAttachedUserPolicies,
    list_group_policies::ListGroupPolicies,
    list_groups::ListGroups,
    list_groups_for_user::ListGroupsForUser,
    list_user_policies::ListUserPolicies,
    list_user_tags::ListUserTags,
    list_users::ListUsers,
    put_group_policy::PutGroupPolicy,
    put_user_permissions_boundary::PutUserPermissionsBoundary,
    put_user_policy::PutUserPolicy,
    remove_user_from_group::RemoveUserFromGroup,
    tag_user::TagUser,
    untag_user::UntagUser,
    update_access_key::UpdateAccessKey,
    update_group::UpdateGroup,
    update_user::UpdateUser,
];

fn put_optional(out: &mut Parameters, name: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        out.put_str(name, value);
    }
}

/// `MaxItems` and `Marker` in the audit event.
fn put_page(out: &mut Parameters, max_items: Option<i32>, marker: Option<&str>) {
    if let Some(max_items) = max_items {
        out.put_int("maxItems", i64::from(max_items));
    }
    put_optional(out, "marker", marker);
}
