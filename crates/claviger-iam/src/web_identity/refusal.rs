//! Why a token is not believed, in AWS's words.

use claviger_core::error::Error;
use claviger_model::Timestamp;

use crate::errors;

/// Why a token is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no token at all.
    NoToken,
    /// The account knows no such provider.
    NoProvider(String),
    /// The provider publishes no key that this token could be signed with.
    NoKey,
    /// The provider could not be asked.
    Unreachable,
    /// The signature, or the algorithm that it was made with.
    Signature,
    /// A claim that must be there is not, or is not what it must be.
    Claim(&'static str),
    /// It gives tags along that no session can carry.
    Tags,
    /// It gives a source identity along that no session can carry.
    SourceIdentity,
    /// Another provider made it.
    Issuer,
    /// It is for somebody else.
    Audience,
    /// It is over.
    Expired {
        /// When it was looked at.
        now: Timestamp,
        /// When it ended, seconds since the epoch.
        end_seconds: i64,
    },
    /// It is from the future.
    NotYet,
}

impl Refusal {
    /// The error of AssumeRoleWithWebIdentity.
    // AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    pub fn error(&self) -> Error {
        let invalid = |text: String| Error::new("InvalidIdentityToken", text);
        match self {
            Self::NoToken => invalid(
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
                    .to_owned(),
            ),
            Self::NoProvider(url) => invalid(format!(
                "No OpenIDConnect provider found in your account for https://{url}"
            )),
            Self::NoKey => invalid(
                "Couldn't retrieve verification key from your identity provider,  please reference \
                 AssumeRoleWithWebIdentity documentation for requirements"
                    .to_owned(),
            ),
            // UNKNOWN: AWS's own text is not recorded.
            Self::Unreachable => Error::new(
                "IDPCommunicationError",
                "The identity provider could not be reached, or did not answer as it must. Retry the request.",
            ),
            // UNKNOWN: AWS's own text is not recorded.
            Self::Signature => invalid("The signature of the web identity token is invalid.".to_owned()),
            // UNKNOWN: AWS's own text for a claim of another type than it must have; here it counts as missing.
            Self::Claim(name) => invalid(format!("Missing a required claim: {name}")),
            // UNKNOWN: whether AWS says this, as clients report, whatever is wrong with the tags of a token.
            Self::Tags => errors::validation("Unable to validate tags"),
            // UNKNOWN: AWS's own code and text for a source identity that no session can carry.
            Self::SourceIdentity => {
                invalid("The source identity of the web identity token is invalid.".to_owned())
            }
            // UNKNOWN: AWS's own text is not recorded.
            Self::Issuer => invalid("Incorrect token issuer".to_owned()),
            Self::Audience => invalid("Incorrect token audience".to_owned()),
            Self::Expired { now, end_seconds } => Error::new(
                "ExpiredTokenException",
                format!(
                    "Token expired: current date/time {} must be before the expiration date/time {end_seconds}",
                    now.epoch_seconds()
                ),
            ),
            // UNKNOWN: AWS's own text is not recorded.
            Self::NotYet => Error::new(
                "IDPRejectedClaim",
                "The web identity token is not valid yet.",
            ),
        }
    }
}
