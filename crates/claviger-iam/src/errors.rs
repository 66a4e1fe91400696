//! The errors of IAM and every public text that they can carry.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>

use std::fmt::Display;

use claviger_core::error::Error;
use claviger_model::AccountId;

use crate::{records::EntityKind, subjects::KeyOwner};

/// No entity of this kind has this name.
pub(crate) fn no_such_entity(kind: EntityKind, name: &str) -> Error {
    not_found(format!(
        "The {} with name {name} cannot be found.",
        kind.arn_word()
    ))
}

/// No user and no role has this ARN: for the operator's commands, which AWS does not have.
pub(crate) fn no_such_principal(arn: &str) -> Error {
    not_found(format!("No user and no role has the ARN {arn}."))
}

/// The user, role or group has no inline policy of this name.
pub(crate) fn no_such_inline_policy(kind: EntityKind, name: &str) -> Error {
    not_found(format!(
        "The {} policy with name {name} cannot be found.",
        kind.arn_word()
    ))
}

/// No managed policy has this ARN, or it is not attached.
pub(crate) fn no_such_policy(arn: &str) -> Error {
    not_found(format!("Policy {arn} was not found."))
}

/// A policy that shall be attached or be a boundary is not there.
pub(crate) fn not_attachable(arn: &str) -> Error {
    not_found(format!("Policy {arn} does not exist or is not attachable."))
}

/// The user has no such access key.
pub(crate) fn no_such_access_key(id: &str) -> Error {
    not_found(format!("The Access Key with id {id} cannot be found."))
}

/// Nobody has a password for the console.
pub(crate) fn no_login_profile(owner: &KeyOwner, account: AccountId) -> Error {
    let name = owner
        .name()
        .map_or_else(|| account.to_string(), str::to_owned);
    // UNKNOWN: AWS's own text is not recorded.
    not_found(format!("Login Profile for User {name} cannot be found."))
}

/// The user is not in the group.
pub(crate) fn not_a_member(user: &str, group: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    not_found(format!("User {user} is not in group {group}."))
}

/// There is no permissions boundary to be removed.
pub(crate) fn no_boundary(kind: EntityKind, name: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    not_found(format!(
        "The {} with name {name} does not have a permissions boundary.",
        kind.arn_word()
    ))
}

/// The name is taken, in whatever case it is spelled.
pub(crate) fn name_taken(kind: EntityKind, name: &str) -> Error {
    let text = match kind {
        EntityKind::User => format!("User with name {name} already exists."),
        EntityKind::Role => format!("Role with name {name} already exists."),
        EntityKind::Group => format!("Group with name {name} already exists."),
        EntityKind::Policy => {
            format!("A policy called {name} already exists. Duplicate names are not allowed.")
        }
    };
    Error::new("EntityAlreadyExists", text)
}

/// What must be taken away before the entity can be deleted; `what` completes "must ... first".
pub(crate) fn delete_conflict(what: &str) -> Error {
    Error::new(
        "DeleteConflict",
        format!("Cannot delete entity, must {what} first."),
    )
}

/// A quota is used up.
pub(crate) fn quota(name: impl Display, limit: usize) -> Error {
    Error::new(
        "LimitExceeded",
        format!("Cannot exceed quota for {name}: {limit}"),
    )
}

/// The inline policies of one entity have grown too large.
pub(crate) fn inline_too_large(kind: EntityKind, name: &str, limit: usize) -> Error {
    Error::new(
        "LimitExceeded",
        format!(
            "Maximum policy size of {limit} bytes exceeded for {} {name}",
            kind.arn_word()
        ),
    )
}

/// The document is not a policy of the kind that is wanted.
pub(crate) fn malformed_policy(text: impl Into<String>) -> Error {
    Error::new("MalformedPolicyDocument", text)
}

/// Parameters that do not go together.
pub(crate) fn invalid_input(text: impl Into<String>) -> Error {
    Error::new("InvalidInput", text)
}

/// A parameter that breaks a rule that no shape of the model states.
pub(crate) fn validation(text: impl Into<String>) -> Error {
    Error::new("ValidationError", text)
}

/// The caller is no user, and so `UserName` must say who is meant.
pub(crate) fn user_name_needed() -> Error {
    validation("Must specify userName when calling with non-User credentials")
}

/// A marker that was not given out for this list.
pub(crate) fn invalid_marker() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation("Invalid Marker.")
}

/// Tag keys differ by more than case.
pub(crate) fn duplicate_tag_keys() -> Error {
    invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
}

/// Tag keys that nobody may use.
pub(crate) fn reserved_tag_key() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    invalid_input("Tag keys beginning with aws: are reserved for system use.")
}

/// Too many tags.
pub(crate) fn too_many_tags() -> Error {
    Error::new(
        "LimitExceeded",
        "The number of tags has reached the maximum limit.",
    )
}

/// The policy belongs to AWS or to another account.
pub(crate) fn policy_of_others() -> Error {
    Error::new("AccessDenied", "Policy is outside your own account.")
}

/// The policy is still attached, or somebody's boundary.
pub(crate) fn policy_attached() -> Error {
    Error::new(
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    )
}

/// Only the default version goes with its policy.
pub(crate) fn policy_has_versions() -> Error {
    Error::new(
        "DeleteConflict",
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    )
}

/// A policy has as many versions as it may have.
pub(crate) fn too_many_versions(limit: usize) -> Error {
    Error::new(
        "LimitExceeded",
        format!(
            "A managed policy can have up to {limit} versions. Before you create a new version, you must delete an existing version."
        ),
    )
}

/// The policy has no such version.
pub(crate) fn no_such_version(arn: &str, version: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    not_found(format!(
        "Policy {arn} version {version} does not exist or is not attachable."
    ))
}

/// The version in force can't be deleted.
pub(crate) fn default_version() -> Error {
    Error::new(
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )
}

/// No OpenID Connect provider has this ARN.
pub(crate) fn no_such_provider(arn: &str) -> Error {
    not_found(format!("OpenIDConnect Provider not found for arn {arn}"))
}

/// The account has a provider of this issuer already.
pub(crate) fn provider_exists(url: &str) -> Error {
    Error::new(
        "EntityAlreadyExists",
        format!("Provider with url {url} already exists."),
    )
}

/// The URL can't be an issuer's.
pub(crate) fn invalid_provider_url() -> Error {
    validation("Invalid Open ID Connect Provider URL")
}

/// More thumbprints than a provider may have.
pub(crate) fn too_many_thumbprints(limit: usize) -> Error {
    invalid_input(format!(
        "Thumbprint list must contain fewer than {limit} entries."
    ))
}

/// A thumbprint that is no SHA-1 digest in hex.
pub(crate) fn invalid_thumbprint() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    invalid_input("Thumbprints must consist of 40 hexadecimal digits.")
}

/// The ARN names no user, group or role.
pub(crate) fn invalid_entity_arn(arn: &str) -> Error {
    invalid_input(format!(
        "Invalid Entity Arn: {arn} does not clearly define entity type and name."
    ))
}

/// A value of the simulated request context that is not of its type.
pub(crate) fn invalid_context(name: &str, kind: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    invalid_input(format!(
        "The value of context key {name} is not of type {kind}."
    ))
}

/// An ARN that can't be one of the kind that is wanted.
pub(crate) fn invalid_arn(arn: &str) -> Error {
    invalid_input(format!("ARN {arn} is not valid."))
}

fn not_found(text: String) -> Error {
    Error::new("NoSuchEntity", text)
}
