//! The APIs whose facts are pinned and generated, and how much of each.

/// One API.
pub(crate) struct ApiChoice {
    /// Its name, for people.
    pub(crate) title: &'static str,
    /// The name of its file in `model/` and of its folder in the generated code.
    pub(crate) name: &'static str,
    /// The version, which is botocore's folder.
    pub(crate) version: &'static str,
    /// What its bodies are.
    pub(crate) protocol: Protocol,
    /// The operations that are wanted; empty for all.
    pub(crate) operations: &'static [&'static str],
    /// Shapes that are secret though the model does not say so.
    pub(crate) also_secret: &'static [&'static str],
    /// Shapes that are no secret, and that refusals must not repeat all the same.
    pub(crate) unprinted: &'static [&'static str],
    /// Shapes that answers percent-encode (RFC 3986).
    pub(crate) percent_encoded: &'static [&'static str],
}

/// What bodies are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON both ways.
    Json,
    /// A form in, XML out.
    Query,
}

/// All of them.
pub(crate) const APIS: [ApiChoice; 3] = [
    ApiChoice {
        title: "KMS",
        name: "kms",
        version: "2014-11-01",
        protocol: Protocol::Json,
        operations: &[],
        also_secret: &[],
        unprinted: &["GrantTokenType"],
        percent_encoded: &[],
    },
    ApiChoice {
        title: "IAM",
        name: "iam",
        version: "2010-05-08",
        protocol: Protocol::Query,
        operations: &IAM_OPERATIONS,
        also_secret: &[],
        unprinted: &[],
        percent_encoded: &["policyDocumentType"],
    },
    ApiChoice {
        title: "STS",
        name: "sts",
        version: "2011-06-15",
        protocol: Protocol::Query,
        operations: &STS_OPERATIONS,
        // A session token alone opens nothing, but it is half of a credential.
        also_secret: &["tokenType"],
        unprinted: &["tokenCodeType"],
        percent_encoded: &[],
    },
];

#[rustfmt::skip]
const IAM_OPERATIONS: [&str; 91] = [
    "CreateUser", "GetUser", "ListUsers", "UpdateUser", "DeleteUser",
    "TagUser", "UntagUser", "ListUserTags",
    "PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy",
    "AttachUserPolicy", "DetachUserPolicy", "ListAttachedUserPolicies",
    "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary",
    "CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey", "GetAccessKeyLastUsed",
    "GetLoginProfile", "DeleteLoginProfile", "ListMFADevices", "ListVirtualMFADevices",
    "ListSSHPublicKeys", "ListSigningCertificates", "ListServiceSpecificCredentials",
    "CreateRole", "GetRole", "ListRoles", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "DeleteRole",
    "TagRole", "UntagRole", "ListRoleTags", "ListInstanceProfilesForRole",
    "PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy",
    "AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies",
    "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary",
    "CreateGroup", "GetGroup", "ListGroups", "UpdateGroup", "DeleteGroup",
    "AddUserToGroup", "RemoveUserFromGroup", "ListGroupsForUser",
    "PutGroupPolicy", "GetGroupPolicy", "ListGroupPolicies", "DeleteGroupPolicy",
    "AttachGroupPolicy", "DetachGroupPolicy", "ListAttachedGroupPolicies",
    "CreatePolicy", "GetPolicy", "ListPolicies", "DeletePolicy",
    "CreatePolicyVersion", "GetPolicyVersion", "ListPolicyVersions", "DeletePolicyVersion", "SetDefaultPolicyVersion",
    "ListEntitiesForPolicy", "TagPolicy", "UntagPolicy", "ListPolicyTags",
    "CreateOpenIDConnectProvider", "GetOpenIDConnectProvider", "ListOpenIDConnectProviders", "DeleteOpenIDConnectProvider",
    "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider", "ListOpenIDConnectProviderTags",
    "UpdateOpenIDConnectProviderThumbprint", "AddClientIDToOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider",
    "SimulatePrincipalPolicy", "SimulateCustomPolicy", "GetAccountSummary", "ListAccountAliases",
];

const STS_OPERATIONS: [&str; 5] = [
    "GetCallerIdentity",
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "GetSessionToken",
    "GetAccessKeyInfo",
];
