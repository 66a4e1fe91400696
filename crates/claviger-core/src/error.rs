//! The one error type of the service, and the public texts of KMS.
//!
//! They stand here and in the modules below, one function a sentence, so that they can be held against AWS's own in one place; a
//! rule between the members of a request has its text beside it. Those of IAM and STS are in `claviger-iam/src/errors.rs`,
//! those of the protocols beside the code that says them.

mod cryptography;
pub(crate) mod key_stores;
mod regions;
mod rotation;

use std::fmt;

use claviger_model::{error_code, wire::DecodeError};

pub(crate) use self::cryptography::*;
pub(crate) use self::regions::*;
pub(crate) use self::rotation::*;
use crate::call::Caller;

/// An error for the caller: code and public text, with a private source that is only logged.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    message: Option<String>,
    source: Option<Source>,
}

/// The wire name of an error, such as `NotFoundException`.
pub type Code = &'static str;

type Source = Box<dyn std::error::Error + Send + Sync>;

impl Error {
    /// An error with a public text.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: Some(message.into()),
            source: None,
        }))
    }

    /// An error that AWS sends without any text.
    pub fn silent(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            message: None,
            source: None,
        }))
    }

    /// Attaches the private cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The wire name.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The public text, when there is one.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The private cause: for the log, never for the wire.
    pub fn private_source(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.0.source.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => write!(f, "{}: {message}", self.code()),
            None => f.write_str(self.code()),
        }
    }
}

impl std::error::Error for Error {}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Serialization(None) => Self::silent(error_code::SERIALIZATION),
            DecodeError::Serialization(Some(text)) => Self::new(error_code::SERIALIZATION, text),
            DecodeError::Repeated(name) => Self::new(
                error_code::MALFORMED_QUERY_STRING,
                format!("The parameter {name} occurs more than once."),
            ),
            DecodeError::Validation(text) => Self::new(error_code::VALIDATION, text),
        }
    }
}

/// Something of ours broke; the caller learns no more than that.
pub fn internal(cause: impl Into<Source>) -> Error {
    Error::new(
        error_code::KMS_INTERNAL,
        "An internal error occurred. The request can be retried.",
    )
    .because(cause)
}

/// The audit log can't be written, so nothing may be answered.
pub(crate) fn audit_unwritable() -> Error {
    Error::new(
        error_code::KMS_INTERNAL,
        "The audit log cannot be written; no request is served until it can.",
    )
}

/// A rate or a queue is exhausted.
pub fn throttled() -> Error {
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html
    Error::new(
        error_code::THROTTLING,
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
    )
}

/// A constraint that no shape of the model states.
pub fn validation(text: impl Into<String>) -> Error {
    Error::new(error_code::VALIDATION, text)
}

/// One violated constraint in the wording of the generated validation.
pub(crate) fn constraint(value: impl fmt::Display, path: &str, constraint: &str) -> Error {
    validation(format!(
        "1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
    ))
}

/// No key has this ARN.
pub(crate) fn key_not_found(arn: impl fmt::Display) -> Error {
    Error::new(error_code::NOT_FOUND, format!("Key '{arn}' does not exist"))
}

/// The text is no key id.
pub(crate) fn invalid_key_id(id: &str) -> Error {
    Error::new(error_code::NOT_FOUND, format!("Invalid keyId '{id}'"))
}

/// An alias where only a key id or key ARN is taken.
pub(crate) fn alias_unsupported() -> Error {
    Error::new(
        error_code::INVALID_ARN,
        "Key Aliases are not supported for this operation.",
    )
}

/// An alias that shall point to an alias.
pub(crate) fn alias_of_alias() -> Error {
    validation("Aliases must refer to keys. Not aliases")
}

/// A colon, which the pattern of alias names lets pass.
pub(crate) fn alias_characters(name: &str) -> Error {
    validation(format!("{name} contains invalid characters for an alias"))
}

/// The ARN names no KMS resource.
pub(crate) fn invalid_arn(arn: &str) -> Error {
    Error::new(error_code::INVALID_ARN, format!("Invalid arn {arn}"))
}

/// The ARN leads to another Region, or nowhere.
pub(crate) fn arn_not_found(region_or_arn: &str) -> Error {
    Error::new(
        error_code::NOT_FOUND,
        format!("Invalid arn {region_or_arn}"),
    )
}

/// No alias has this ARN.
pub(crate) fn alias_not_found(arn: impl fmt::Display) -> Error {
    Error::new(error_code::NOT_FOUND, format!("Alias {arn} is not found."))
}

/// The alias name is taken.
pub(crate) fn alias_exists(arn: impl fmt::Display) -> Error {
    Error::new(
        error_code::ALREADY_EXISTS,
        format!("An alias with the name {arn} already exists"),
    )
}

/// `alias/aws/` belongs to AWS services.
pub(crate) fn alias_reserved() -> Error {
    Error::silent(error_code::NOT_AUTHORIZED)
}

/// The name lacks the prefix.
pub(crate) fn alias_prefix() -> Error {
    validation(
        "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    )
}

/// An alias moves only between keys of one type and usage.
pub(crate) fn alias_type_change(
    alias_arn: impl fmt::Display,
    what: &str,
    from: &str,
    to: &str,
) -> Error {
    validation(format!(
        "Alias {alias_arn} cannot be changed from a CMK with {what} {from} to a CMK with {what} {to}"
    ))
}

/// The key is disabled.
pub(crate) fn disabled(arn: &str) -> Error {
    Error::new(error_code::DISABLED, format!("{arn} is disabled."))
}

/// The key's state forbids the operation; `state` completes "is ...".
pub(crate) fn invalid_state(arn: &str, state: &str) -> Error {
    Error::new(error_code::KMS_INVALID_STATE, format!("{arn} is {state}."))
}

/// The key's origin does not fit the operation.
pub(crate) fn wrong_origin(arn: &str, origin: impl fmt::Display) -> Error {
    Error::new(
        error_code::UNSUPPORTED_OPERATION,
        format!("{arn} origin is {origin} which is not valid for this operation."),
    )
}

/// The request names another key than the ciphertext.
pub(crate) fn incorrect_key() -> Error {
    Error::new(
        error_code::INCORRECT_KEY,
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )
}

/// A ciphertext that this key, context or service can't open.
pub(crate) fn invalid_ciphertext() -> Error {
    Error::silent(error_code::INVALID_CIPHERTEXT)
}

/// The key of a ciphertext, or of another account, is absent or forbidden: the caller is not told which.
pub(crate) fn out_of_reach() -> Error {
    Error::new(
        error_code::ACCESS_DENIED,
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
    )
}

/// The policy does not allow the call; the text names the policy type.
pub fn access_denied(text: String) -> Error {
    Error::new(error_code::ACCESS_DENIED, text)
}

/// A role can't be assumed. Whether it exists, and what its trust policy says, is nobody's but its owner's to know; so the
/// text says no more than who wanted what.
pub fn role_denied(caller: &Caller, action: &str, role_arn: &str) -> Error {
    let who = &caller.principal.arn;
    access_denied(match caller.web_identity {
        Some(_) => format!("Not authorized to perform {action}"),
        None => {
            format!("User: {who} is not authorized to perform: {action} on resource: {role_arn}")
        }
    })
}

/// The call would have succeeded.
pub(crate) fn dry_run() -> Error {
    Error::new(
        error_code::DRY_RUN_OPERATION,
        "The request would have succeeded, but the DryRun option is set.",
    )
}

/// A grant token that names no grant.
pub(crate) fn invalid_grant_token() -> Error {
    Error::silent(error_code::INVALID_GRANT_TOKEN)
}

/// A text that can't be a grant id.
pub(crate) fn invalid_grant_id(id: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::INVALID_GRANT_ID,
        format!("Invalid grant ID {id}"),
    )
}

/// The key has no grant of this id.
pub(crate) fn grant_not_found(id: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(error_code::NOT_FOUND, format!("Grant ID {id} not found"))
}

/// The key can't do what a grant shall permit.
pub(crate) fn operation_not_grantable(operation: impl fmt::Display, key: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation(format!(
        "Grant operation {operation} is not supported for key {key}."
    ))
}

/// Only symmetric encryption has a context that could be constrained.
pub(crate) fn constraint_needs_symmetric_key() -> Error {
    validation(
        "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
    )
}

/// Only AWS services ask for grants by service.
pub(crate) fn filter_of_services() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation("Service principals can only be specified by AWS services.")
}

/// Only principals of the caller's own account.
pub(crate) fn retiring_principal_of_other_account(arn: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    access_denied(format!("{arn} is not a principal of your account."))
}

/// Nobody bears this ARN, or not somebody who can be granted anything.
pub(crate) fn invalid_principal(arn: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::INVALID_ARN,
        format!("ARN does not refer to a valid principal: {arn}"),
    )
}

/// A marker that this operation did not give to this caller.
pub(crate) fn invalid_marker() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(error_code::INVALID_MARKER, "Could not deserialize marker.")
}

/// A quota of the resource is used up.
pub(crate) fn limit_exceeded(text: impl Into<String>) -> Error {
    Error::new(error_code::LIMIT_EXCEEDED, text)
}

/// The account has as many keys in the Region as it may have.
pub(crate) fn too_many_keys(most: usize, used: usize) -> Error {
    limit_exceeded(format!(
        "Key quota for this account in this region is {most} but the current usage is {used}."
    ))
}

/// A key has as many aliases as a key may have.
pub(crate) fn too_many_aliases(most: usize, used: usize) -> Error {
    limit_exceeded(format!(
        "Aliases per key quota for this account in this region is {most}, current usage is {used}."
    ))
}

/// A waiting period that no deletion has.
pub(crate) fn pending_window(days_min: i32, days_max: i32) -> Error {
    validation(format!(
        "PendingWindowInDays must be between {days_min} and {days_max}"
    ))
}

/// A tag that is not allowed.
pub(crate) fn tag(text: &'static str) -> Error {
    Error::new(error_code::TAG, text)
}

/// A request to tag or to untag that names no tag.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/tag-permissions.html
pub(crate) fn no_tags() -> Error {
    // UNKNOWN: AWS's own text is not recorded, nor which error it is.
    tag("No tags were specified")
}

/// The key policy can't be used.
pub(crate) fn malformed_policy(text: impl Into<String>) -> Error {
    Error::new(error_code::MALFORMED_POLICY_DOCUMENT, text)
}

/// The key policy names somebody who does not exist.
pub(crate) fn policy_of_nobody() -> Error {
    malformed_policy("Policy contains a statement with one or more invalid principals.")
}

/// The caller could not change the key policy back.
pub(crate) fn policy_locks_out() -> Error {
    malformed_policy(
        "The new key policy will not allow you to update the key policy in the future.",
    )
}

/// The policy of a key that RAM shares.
pub(crate) fn policy_of_ram() -> Error {
    validation("The AWS_RAM policy can only be managed by the RAM service")
}

/// The key type can't do this at all, said without a text as AWS does.
pub(crate) fn unsupported() -> Error {
    Error::silent(error_code::UNSUPPORTED_OPERATION)
}

/// The request asks for something that this service does not offer.
pub(crate) fn unsupported_because(text: impl Into<String>) -> Error {
    Error::new(error_code::UNSUPPORTED_OPERATION, text)
}

/// An import token that was not given out for this key.
pub(crate) fn invalid_import_token() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::silent(error_code::INVALID_IMPORT_TOKEN)
}

/// An import token older than 24 hours.
pub(crate) fn expired_import_token() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::silent(error_code::EXPIRED_IMPORT_TOKEN)
}

/// The imported bytes are not those that the key expects.
pub(crate) fn incorrect_key_material() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::silent(error_code::INCORRECT_KEY_MATERIAL)
}

/// An expiring import needs its date.
pub(crate) fn valid_to_missing() -> Error {
    validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES")
}

/// The alias name breaks a rule that its pattern does not state.
pub(crate) fn invalid_alias_name(name: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::INVALID_ALIAS_NAME,
        format!("{name} is not a valid alias name"),
    )
}

/// A member that must be there.
pub(crate) fn missing(path: &str) -> Error {
    validation(format!(
        "1 validation error detected: Value null at '{path}' failed to satisfy constraint: Member must not be null"
    ))
}

/// The old and the new name of one member.
pub(crate) fn two_key_specs() -> Error {
    validation(
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
    )
}

/// Only symmetric keys have a default usage.
pub(crate) fn key_usage_required() -> Error {
    validation(
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    )
}

/// This usage does not exist for this spec.
pub(crate) fn usage_not_compatible(usage: impl fmt::Display, spec: impl fmt::Display) -> Error {
    validation(format!(
        "KeyUsage {usage} is not compatible with KeySpec {spec}"
    ))
}

/// The key has no policy of the wanted name.
pub(crate) fn policy_not_found() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(error_code::NOT_FOUND, "No such policy exists")
}

/// The key knows no material of this id.
pub(crate) fn material_not_found(id: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::NOT_FOUND,
        format!("Key material {id} does not exist"),
    )
}

/// The id of a material that is only being imported is not the caller's to name.
pub(crate) fn material_id_of_new() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation("KeyMaterialId cannot be specified with ImportType NEW_KEY_MATERIAL.")
}
