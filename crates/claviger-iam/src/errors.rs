//! The errors of IAM and every public text that they can carry.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>

use std::fmt::Display;

use claviger_core::error::Error;

use crate::records::EntityKind;

/// No entity of this kind has this name.
pub(crate) fn no_such_entity(kind: EntityKind, name: &str) -> Error {
    not_found(format!(
        "The {} with name {name} cannot be found.",
        kind.arn_word()
    ))
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

fn not_found(text: String) -> Error {
    Error::new("NoSuchEntity", text)
}
