//! The wire names of all errors, and their HTTP status.

pub use crate::generated::kms::errors::*;

/// The caller may not do this.
pub const ACCESS_DENIED: &str = "AccessDeniedException";
/// The session token is past its end.
pub const EXPIRED_TOKEN: &str = "ExpiredTokenException";
/// The `Authorization` header lacks a part.
pub const INCOMPLETE_SIGNATURE: &str = "IncompleteSignatureException";
/// The signature does not match, is stale, or has another scope.
pub const INVALID_SIGNATURE: &str = "InvalidSignatureException";
/// A form names a parameter twice.
pub const MALFORMED_QUERY_STRING: &str = "MalformedQueryString";
/// There is no `Authorization` header.
pub const MISSING_AUTHENTICATION_TOKEN: &str = "MissingAuthenticationTokenException";
/// The name is reserved for AWS services.
pub const NOT_AUTHORIZED: &str = "NotAuthorizedException";
/// The body is not what the operation reads.
pub const SERIALIZATION: &str = "SerializationException";
/// Too many requests.
pub const THROTTLING: &str = "ThrottlingException";
/// There is no such operation.
pub const UNKNOWN_OPERATION: &str = "UnknownOperationException";
/// The access key is unknown.
pub const UNRECOGNIZED_CLIENT: &str = "UnrecognizedClientException";
/// A member breaks a rule.
pub const VALIDATION: &str = "ValidationException";

/// The HTTP status that carries an error: 400 for every error of the client, whatever the model says of it.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html>
pub fn http_status(code: &str) -> u16 {
    match code {
        DEPENDENCY_TIMEOUT => 503,
        KMS_INTERNAL | KEY_UNAVAILABLE => 500,
        _ => 400,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status() {
        assert_eq!(http_status(KMS_INTERNAL), 500);
        assert_eq!(http_status(KEY_UNAVAILABLE), 500);
        assert_eq!(http_status(DEPENDENCY_TIMEOUT), 503);
        assert_eq!(http_status(ACCESS_DENIED), 400);
        assert_eq!(http_status(NOT_FOUND), 400);
    }

    #[test]
    fn every_fault_of_the_model_is_no_client_error() {
        for code in MODELLED {
            let is_fault = FAULTS.contains(&code);
            assert_eq!(http_status(code) >= 500, is_fault, "{code}");
        }
    }
}
