//! What enters the service and what leaves it: one [`Call`], one [`Answer`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use claviger_model::{AccountId, Region, Timestamp};
use claviger_policy::{Policy, Principal};
use uuid::Uuid;

use crate::{error::Error, pipeline::Audited};

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
    pub origin: Arc<Origin>,
}

/// An authenticated principal.
pub struct Caller {
    /// The account that the principal belongs to.
    pub account: AccountId,
    /// The principal, as policies see it.
    pub principal: Principal,
    /// The access key id that signed.
    pub access_key_id: String,
    /// The identity policies that speak for the principal, compiled.
    pub identity_policies: Vec<Arc<Policy>>,
    /// The permissions boundary of the user or role: what it does not allow, nothing allows.
    pub boundary: Option<Arc<Policy>>,
    /// The session, when the credentials are temporary.
    pub session: Option<SessionFacts>,
    /// Whom a provider vouches for, when a token of it stands in the place of a signature.
    pub web_identity: Option<WebIdentity>,
    /// The tags of the principal and of its session, as `aws:PrincipalTag/...` gives them.
    pub tags: BTreeMap<String, String>,
    /// What the audit events say of it.
    pub audited: Audited,
    /// False when the signature could not be verified (`dev --any-credentials`); the audit event says so.
    pub verified: bool,
}

/// What temporary credentials say beyond who calls.
pub struct SessionFacts {
    /// The session policies: where there are any, one of them must allow, whatever else does.
    pub policies: Option<Vec<Arc<Policy>>>,
    /// When the session was made.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// The role or user whose session it is; none where the principal itself is that, as after GetSessionToken.
    pub issuer: Option<Issuer>,
    /// Whether a second factor was shown when the session was made.
    pub mfa_authenticated: bool,
    /// The source identity that was set when the first role was assumed.
    pub source_identity: Option<String>,
    /// The ARN of the web identity provider that vouched for the caller.
    pub federated_provider: Option<String>,
    /// The keys of the session tags that the next role inherits.
    pub transitive_tags: BTreeSet<String>,
}

/// Somebody whom only a web identity provider knows, for the one call that asks for a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebIdentity {
    /// The ARN of the provider that vouches.
    pub provider_arn: String,
    /// The issuer without `https://`: the first part of the condition keys.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// The accepted audience.
    pub audience: String,
    /// `amr`, how the person was authenticated.
    pub methods: Vec<String>,
    /// The session tags that the provider gives along.
    pub tags: BTreeMap<String, String>,
    /// The keys of those that the next role inherits.
    pub transitive_tags: BTreeSet<String>,
    /// The source identity that the provider gives along.
    pub source_identity: Option<String>,
}

/// The role or user behind a session.
pub struct Issuer {
    /// Its ARN.
    pub arn: String,
    /// Its unique id: `AROA…`, `AIDA…`, or the account id for the root.
    pub unique_id: String,
    /// Its name.
    pub name: String,
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
    /// What the TLS handshake agreed on; none when the connection was not encrypted.
    pub tls: Option<TlsSession>,
}

/// What a TLS handshake agreed on, in CloudTrail's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsSession {
    /// The version: `TLSv1.2` or `TLSv1.3`.
    pub version: &'static str,
    /// The cipher suite.
    pub cipher_suite: Option<&'static str>,
    /// The group of the key exchange; none when an older session was resumed.
    pub key_exchange: Option<&'static str>,
}

/// What the service answers: the encoded output, or the error for the protocol layer to encode.
pub type Answer = Result<Vec<u8>, Error>;
