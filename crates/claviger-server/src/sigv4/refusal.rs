//! Why a request is not authentic, in AWS's words.

use std::borrow::Cow;

use claviger_model::error_code;

/// A request that could not be authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind, for the error code and the counters.
    pub reason: Reason,
    /// The public text.
    pub message: Cow<'static, str>,
}

/// The kinds of refusal, in the order in which they are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No `Authorization` header.
    MissingToken,
    /// The `Authorization` header or the date cannot be read.
    Incomplete,
    /// The signature is older than the window.
    Expired,
    /// The signature is from the future.
    NotYetCurrent,
    /// It is signed in its query string, as presigned URLs are.
    QuerySigned,
    /// A header that must be signed is not.
    UnsignedHeader,
    /// The signature does not cover the body: `UNSIGNED-PAYLOAD` or `STREAMING-…`.
    UnsignedPayload,
    /// Wrong Region, service, terminator or date in the credential scope.
    Scope,
    /// No such access key, or a session token that does not belong to it.
    UnknownCredential,
    /// The session is over.
    ExpiredToken,
    /// The token of an identity provider is not believed.
    WebIdentity,
    /// The signature is not the one that the access key makes for this request.
    Mismatch,
}

impl Refusal {
    pub(super) fn new(reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }

    /// The sentence of the Query protocol's services, which say one thing otherwise.
    pub fn query_message(&self) -> Cow<'static, str> {
        if matches!(self.reason, Reason::MissingToken) {
            return Cow::Borrowed("Request is missing Authentication Token");
        }
        self.message.clone()
    }

    pub(super) fn missing_token() -> Self {
        Self::new(Reason::MissingToken, "Missing Authentication Token")
    }

    pub(super) fn incomplete(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Reason::Incomplete, message)
    }

    pub(super) fn unsigned_header(name: &str) -> Self {
        Self::new(
            Reason::UnsignedHeader,
            format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."),
        )
    }

    pub(super) fn unsigned_payload() -> Self {
        Self::new(Reason::UnsignedPayload, SIGNATURE_MISMATCH)
    }

    pub(crate) fn query_signed() -> Self {
        Self::new(Reason::QuerySigned, QUERY_SIGNED)
    }

    pub(crate) fn unknown_credential() -> Self {
        Self::new(
            Reason::UnknownCredential,
            "The security token included in the request is invalid.",
        )
    }

    pub(crate) fn expired_token() -> Self {
        Self::new(
            Reason::ExpiredToken,
            "The security token included in the request is expired",
        )
    }

    pub(crate) fn web_identity(message: String) -> Self {
        Self::new(Reason::WebIdentity, message)
    }

    pub(super) fn mismatch() -> Self {
        Self::new(Reason::Mismatch, SIGNATURE_MISMATCH)
    }
}

impl Reason {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::MissingToken,
        Self::Incomplete,
        Self::Expired,
        Self::NotYetCurrent,
        Self::QuerySigned,
        Self::UnsignedHeader,
        Self::UnsignedPayload,
        Self::Scope,
        Self::UnknownCredential,
        Self::ExpiredToken,
        Self::WebIdentity,
        Self::Mismatch,
    ];

    /// The name in the security log.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingToken => "MissingToken",
            Self::Incomplete => "Incomplete",
            Self::Expired => "Expired",
            Self::NotYetCurrent => "NotYetCurrent",
            Self::QuerySigned => "QuerySigned",
            Self::UnsignedHeader => "UnsignedHeader",
            Self::UnsignedPayload => "UnsignedPayload",
            Self::Scope => "Scope",
            Self::UnknownCredential => "UnknownCredential",
            Self::ExpiredToken => "ExpiredToken",
            Self::WebIdentity => "WebIdentity",
            Self::Mismatch => "Mismatch",
        }
    }

    /// The error code of the JSON protocol.
    ///
    /// AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html>
    pub fn json_code(self) -> &'static str {
        match self {
            Self::MissingToken => error_code::MISSING_AUTHENTICATION_TOKEN,
            Self::Incomplete | Self::QuerySigned => error_code::INCOMPLETE_SIGNATURE,
            Self::Expired
            | Self::NotYetCurrent
            | Self::UnsignedHeader
            | Self::UnsignedPayload
            | Self::Scope
            | Self::Mismatch => error_code::INVALID_SIGNATURE,
            Self::UnknownCredential => error_code::UNRECOGNIZED_CLIENT,
            Self::ExpiredToken => error_code::EXPIRED_TOKEN,
            Self::WebIdentity => "InvalidIdentityToken",
        }
    }

    /// The error code of the Query protocol.
    ///
    /// AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>
    pub fn query_code(self) -> &'static str {
        match self {
            Self::MissingToken => "MissingAuthenticationToken",
            Self::Incomplete | Self::QuerySigned => "IncompleteSignature",
            Self::Expired
            | Self::NotYetCurrent
            | Self::UnsignedHeader
            | Self::UnsignedPayload
            | Self::Scope
            | Self::Mismatch => "SignatureDoesNotMatch",
            Self::UnknownCredential => "InvalidClientTokenId",
            Self::ExpiredToken => "ExpiredToken",
            Self::WebIdentity => "InvalidIdentityToken",
        }
    }
}

const SIGNATURE_MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

// DIFFERS: requests that are signed in their query string are refused: such a URL is a credential that ends up in logs, and
// it signs no body. Nothing that speaks to KMS makes them.
const QUERY_SIGNED: &str = "The request has a query string. Requests are signed in the Authorization header, with an empty query.";
