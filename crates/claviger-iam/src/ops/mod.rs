//! The IAM operations, one file each, and what families of them share.

mod access_keys;
mod add_client_id_to_open_id_connect_provider;
mod add_user_to_group;
mod attach_group_policy;
mod attach_role_policy;
mod attach_user_policy;
mod attachments;
mod boundaries;
mod carrying;
mod create_access_key;
mod create_group;
mod create_open_id_connect_provider;
mod create_policy;
mod create_policy_version;
mod create_role;
mod create_user;
mod delete_access_key;
mod delete_group;
mod delete_group_policy;
mod delete_login_profile;
mod delete_open_id_connect_provider;
mod delete_policy;
mod delete_policy_version;
mod delete_role;
mod delete_role_permissions_boundary;
mod delete_role_policy;
mod delete_user;
mod delete_user_permissions_boundary;
mod delete_user_policy;
mod detach_group_policy;
mod detach_role_policy;
mod detach_user_policy;
mod documents;
mod get_access_key_last_used;
mod get_account_summary;
mod get_group;
mod get_group_policy;
mod get_login_profile;
mod get_open_id_connect_provider;
mod get_policy;
mod get_policy_version;
mod get_role;
mod get_role_policy;
mod get_user;
mod get_user_policy;
mod groups;
mod inline;
mod list_access_keys;
mod list_account_aliases;
mod list_attached_group_policies;
mod list_attached_role_policies;
mod list_attached_user_policies;
mod list_entities_for_policy;
mod list_group_policies;
mod list_groups;
mod list_groups_for_user;
mod list_instance_profiles_for_role;
mod list_mfa_devices;
mod list_open_id_connect_provider_tags;
mod list_open_id_connect_providers;
mod list_policies;
mod list_policy_tags;
mod list_policy_versions;
mod list_role_policies;
mod list_role_tags;
mod list_roles;
mod list_service_specific_credentials;
mod list_signing_certificates;
mod list_ssh_public_keys;
mod list_user_policies;
mod list_user_tags;
mod list_users;
mod list_virtual_mfa_devices;
mod paging;
mod policies;
mod providers;
mod put_group_policy;
mod put_role_permissions_boundary;
mod put_role_policy;
mod put_user_permissions_boundary;
mod put_user_policy;
mod quotas;
mod remove_client_id_from_open_id_connect_provider;
mod remove_user_from_group;
mod roles;
mod set_default_policy_version;
mod simulate_custom_policy;
mod simulate_principal_policy;
mod simulations;
mod tag_open_id_connect_provider;
mod tag_policy;
mod tag_role;
mod tag_user;
mod tags;
mod untag_open_id_connect_provider;
mod untag_policy;
mod untag_role;
mod untag_user;
mod update_access_key;
mod update_assume_role_policy;
mod update_group;
mod update_open_id_connect_provider_thumbprint;
mod update_role;
mod update_role_description;
mod update_user;
mod users;

use claviger_audit::Parameters;
use claviger_core::pipeline::Route;

pub(crate) use self::documents::check_identity;
use self::paging::Paged;

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
    add_client_id_to_open_id_connect_provider::AddClientIDToOpenIDConnectProvider,
    add_user_to_group::AddUserToGroup,
    attach_group_policy::AttachGroupPolicy,
    attach_role_policy::AttachRolePolicy,
    attach_user_policy::AttachUserPolicy,
    create_access_key::CreateAccessKey,
    create_group::CreateGroup,
    create_open_id_connect_provider::CreateOpenIDConnectProvider,
    create_policy::CreatePolicy,
    create_policy_version::CreatePolicyVersion,
    create_role::CreateRole,
    create_user::CreateUser,
    delete_access_key::DeleteAccessKey,
    delete_group::DeleteGroup,
    delete_group_policy::DeleteGroupPolicy,
    delete_login_profile::DeleteLoginProfile,
    delete_open_id_connect_provider::DeleteOpenIDConnectProvider,
    delete_policy::DeletePolicy,
    delete_policy_version::DeletePolicyVersion,
    delete_role::DeleteRole,
    delete_role_permissions_boundary::DeleteRolePermissionsBoundary,
    delete_role_policy::DeleteRolePolicy,
    delete_user::DeleteUser,
    delete_user_permissions_boundary::DeleteUserPermissionsBoundary,
    delete_user_policy::DeleteUserPolicy,
    detach_group_policy::DetachGroupPolicy,
    detach_role_policy::DetachRolePolicy,
    detach_user_policy::DetachUserPolicy,
    get_access_key_last_used::GetAccessKeyLastUsed,
    get_account_summary::GetAccountSummary,
    get_group::GetGroup,
    get_group_policy::GetGroupPolicy,
    get_login_profile::GetLoginProfile,
    get_open_id_connect_provider::GetOpenIDConnectProvider,
    get_policy::GetPolicy,
    get_policy_version::GetPolicyVersion,
    get_role::GetRole,
    get_role_policy::GetRolePolicy,
    get_user::GetUser,
    get_user_policy::GetUserPolicy,
    list_access_keys::ListAccessKeys,
    list_account_aliases::ListAccountAliases,
    list_attached_group_policies::ListAttachedGroupPolicies,
    list_attached_role_policies::ListAttachedRolePolicies,
    list_attached_user_policies::ListAttachedUserPolicies,
    list_entities_for_policy::ListEntitiesForPolicy,
    list_group_policies::ListGroupPolicies,
    list_groups::ListGroups,
    list_groups_for_user::ListGroupsForUser,
    list_instance_profiles_for_role::ListInstanceProfilesForRole,
    list_mfa_devices::ListMFADevices,
    list_open_id_connect_provider_tags::ListOpenIDConnectProviderTags,
    list_open_id_connect_providers::ListOpenIDConnectProviders,
    list_policies::ListPolicies,
    list_policy_tags::ListPolicyTags,
    list_policy_versions::ListPolicyVersions,
    list_role_policies::ListRolePolicies,
    list_role_tags::ListRoleTags,
    list_roles::ListRoles,
    list_service_specific_credentials::ListServiceSpecificCredentials,
    list_signing_certificates::ListSigningCertificates,
    list_ssh_public_keys::ListSSHPublicKeys,
    list_user_policies::ListUserPolicies,
    list_user_tags::ListUserTags,
    list_users::ListUsers,
    list_virtual_mfa_devices::ListVirtualMFADevices,
    put_group_policy::PutGroupPolicy,
    put_role_permissions_boundary::PutRolePermissionsBoundary,
    put_role_policy::PutRolePolicy,
    put_user_permissions_boundary::PutUserPermissionsBoundary,
    put_user_policy::PutUserPolicy,
    remove_client_id_from_open_id_connect_provider::RemoveClientIDFromOpenIDConnectProvider,
    remove_user_from_group::RemoveUserFromGroup,
    set_default_policy_version::SetDefaultPolicyVersion,
    simulate_custom_policy::SimulateCustomPolicy,
    simulate_principal_policy::SimulatePrincipalPolicy,
    tag_open_id_connect_provider::TagOpenIDConnectProvider,
    tag_policy::TagPolicy,
    tag_role::TagRole,
    tag_user::TagUser,
    untag_open_id_connect_provider::UntagOpenIDConnectProvider,
    untag_policy::UntagPolicy,
    untag_role::UntagRole,
    untag_user::UntagUser,
    update_access_key::UpdateAccessKey,
    update_assume_role_policy::UpdateAssumeRolePolicy,
    update_group::UpdateGroup,
    update_open_id_connect_provider_thumbprint::UpdateOpenIDConnectProviderThumbprint,
    update_role::UpdateRole,
    update_role_description::UpdateRoleDescription,
    update_user::UpdateUser,
];

fn put_optional(out: &mut Parameters, name: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        out.put_str(name, value);
    }
}

/// `MaxItems` and `Marker` in the audit event.
fn put_page(out: &mut Parameters, input: &impl Paged) {
    if let Some(max_items) = input.max_items() {
        out.put_int("maxItems", i64::from(max_items));
    }
    put_optional(out, "marker", input.marker());
}
