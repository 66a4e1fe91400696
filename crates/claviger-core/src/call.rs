//! What enters the service and what leaves it: one [`Call`], one [`Answer`].

use std::sync::Arc;

use bytes::Bytes;
use claviger_model::{AccountId, Region};
use uuid::Uuid;

use crate::error::Error;

/// One authenticated request, as the protocol layer hands it over.
pub struct Call {
    /// Who calls; made by the identity crate from a verified signature.
    pub caller: Arc<Caller>,
    /// The Region of the credential scope.
    pub region: Region,
    /// The body as received; the operation decodes it.
    pub body: Bytes,
    /// The id that the answer and the audit event carry.
    pub request_id: Uuid,
    /// Where the request came from, for the audit event.
    pub origin: Origin,
}

/// An authenticated principal.
pub struct Caller {
    /// The account that the principal belongs to.
    pub account: AccountId,
    /// The principal, as policies see it.
    pub principal: claviger_policy::Principal,
    /// The access key id that signed.
    pub access_key_id: String,
    /// The identity policies that speak for the principal, compiled.
    pub identity_policies: Vec<Arc<claviger_policy::Policy>>,
    /// False when the signature could not be verified (`dev --any-credentials`); the audit event says so.
    pub verified: bool,
}

/// The network side of a request.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The peer's address without port.
    pub source_ip: String,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `Host` header as sent.
    pub host: Option<String>,
    /// Whether the request came over TLS.
    pub secure: bool,
}

/// What the service answers: the encoded output, or the error for the protocol layer to encode.
pub type Answer = Result<Vec<u8>, Error>;
