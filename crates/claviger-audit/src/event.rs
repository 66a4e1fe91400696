//! What one line says: an event with the members of an AWS CloudTrail record, in AWS's order.
//!
//! AWS: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use uuid::Uuid;

use crate::error::Error;
use crate::frame::is_event;
use crate::identity::IdentityText;
use crate::json::Parameters;

/// One audit event.
///
/// `Option` members are left out when `None`, except `request_parameters` and `response_elements`, which AWS writes as null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Who called.
    pub user_identity: &'a IdentityText,
    /// When, in UTC to the second: `2026-01-02T03:04:05Z`.
    pub event_time: &'a str,
    /// The service, such as `kms.amazonaws.com`.
    pub event_source: &'static str,
    /// The operation.
    pub event_name: &'static str,
    /// The Region that was called.
    pub aws_region: &'a str,
    /// The caller's address without port, or `AWS Internal`.
    pub source_ip_address: &'a str,
    /// The caller's `User-Agent`, or `AWS Internal`; cut behind 1 KiB.
    pub user_agent: &'a str,
    /// The exception's name, when the call was refused.
    pub error_code: Option<&'a str>,
    /// The exception's public text; cut behind 1 KiB.
    pub error_message: Option<&'a str>,
    /// The input, from the operation's allow-list; beyond 100 KiB only its size is written.
    pub request_parameters: Option<&'a Parameters>,
    /// The output of a change, from the operation's allow-list.
    pub response_elements: Option<&'a Parameters>,
    /// What is in neither, such as `keyMaterialId`.
    pub additional_event_data: Option<&'a Parameters>,
    /// The id that the caller got with the answer; absent from events that nobody called for.
    pub request_id: Option<Uuid>,
    /// The id of this event, never used twice.
    pub event_id: Uuid,
    /// Whether the operation only reads.
    pub read_only: bool,
    /// What was acted on: `Some(vec![])` writes an empty list, `None` writes nothing.
    pub resources: Option<Vec<Resource<'a>>>,
    /// Called for, or done by the service on its own.
    pub event_type: EventType,
    /// True for calls; left out of the service's own events.
    pub management_event: Option<bool>,
    /// The account that owns the resource.
    pub recipient_account_id: &'a str,
    /// Details of an [`EventType::ServiceEvent`].
    pub service_event_details: Option<&'a Parameters>,
    /// The TLS connection that the call came over.
    pub tls_details: Option<TlsDetails<'a>>,
    /// Which stored records the call changed; Claviger's own member, left out when empty.
    pub changes: &'a [RecordChange<'a>],
}

/// A resource that the call acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource<'a> {
    /// The owner.
    pub account_id: &'a str,
    /// The kind, such as `AWS::KMS::Key`.
    pub kind: &'a str,
    /// The ARN.
    pub arn: &'a str,
}

/// Whether somebody called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// `AwsApiCall`.
    ApiCall,
    /// `AwsServiceEvent`: expiry, rotation, deletion and the like.
    ServiceEvent,
}

/// The TLS side of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TlsDetails<'a> {
    /// Such as `TLSv1.3`.
    pub tls_version: Option<&'a str>,
    /// Such as `TLS_AES_256_GCM_SHA384`.
    pub cipher_suite: Option<&'a str>,
    /// The `Host` header.
    pub client_provided_host_header: Option<&'a str>,
    /// Such as `X25519MLKEM768`.
    pub key_exchange: Option<&'a str>,
}

/// The mark of one changed record, by which `clavigerd check` finds a record that was put back to an older state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordChange<'a> {
    /// The table of the record.
    pub table: &'a str,
    /// The record's id; written in hex.
    pub id: &'a [u8],
    /// The version that the change made.
    pub version: u64,
    /// SHA-256 of the sealed value; `None` when the record was deleted.
    pub sha256: Option<[u8; 32]>,
}

/// The JSON text of an event: one object on one line.
///
/// An [`Event`] makes nothing else, because a string with a line break in it is escaped; any other text is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventText(Vec<u8>);

impl EventText {
    /// The text of an event that was composed before, such as one from the store.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not one object on one line.
    pub fn parse(json: Vec<u8>) -> Result<Self, Error> {
        if is_event(&json) {
            Ok(Self(json))
        } else {
            Err(Error::Malformed)
        }
    }

    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Event<'_> {
    /// The event as a line of the log carries it. What stands in every event is written in ready pieces, not member by member.
    pub fn to_text(&self) -> EventText {
        let mut event = Parameters::with_capacity(TYPICAL_BYTES);
        self.put_call(&mut event);
        self.put_outcome(&mut event);
        self.put_classification(&mut event);
        EventText(event.into_json())
    }

    fn put_call(&self, event: &mut Parameters) {
        event
            .ready(r#""eventVersion":"1.11","userIdentity":"#)
            .parameters(self.user_identity.as_parameters())
            .ready(r#","eventTime":"#)
            .string(self.event_time)
            .ready(r#","eventSource":""#)
            .ready(self.event_source)
            .ready(r#"","eventName":""#)
            .ready(self.event_name)
            .ready(r#"","awsRegion":"#)
            .string(self.aws_region)
            .ready(r#","sourceIPAddress":"#)
            .string(self.source_ip_address)
            .ready(r#","userAgent":"#)
            .string(cut(self.user_agent));
    }

    fn put_outcome(&self, event: &mut Parameters) {
        put_optional_str(event, "errorCode", self.error_code);
        put_optional_str(event, "errorMessage", self.error_message.map(cut));
        let request = event.ready(r#","requestParameters":"#);
        match self.request_parameters.map(Parameters::json_bytes) {
            Some(size) if size > PARAMETERS_BYTES_MAX => put_omitted(request, size),
            Some(_) | None => put_nullable(request, self.request_parameters),
        }
        put_nullable(
            event.ready(r#","responseElements":"#),
            self.response_elements,
        );
        if let Some(data) = self.additional_event_data {
            event.ready(r#","additionalEventData":"#).parameters(data);
        }
        if let Some(id) = self.request_id {
            event.ready(r#","requestID":"#).uuid(id);
        }
        event.ready(r#","eventID":"#).uuid(self.event_id);
    }

    fn put_classification(&self, event: &mut Parameters) {
        event.ready(r#","readOnly":"#).bool(self.read_only);
        if let Some(resources) = &self.resources {
            let list = event.ready(r#","resources":"#);
            list.objects(resources, |member, resource| {
                member
                    .ready(r#""accountId":"#)
                    .string(resource.account_id)
                    .ready(r#","type":"#)
                    .string(resource.kind)
                    .ready(r#","ARN":"#)
                    .string(resource.arn);
            });
        }
        event
            .ready(r#","eventType":""#)
            .ready(self.event_type.name())
            .ready(r#"""#);
        if let Some(management) = self.management_event {
            event.ready(r#","managementEvent":"#).bool(management);
        }
        event
            .ready(r#","recipientAccountId":"#)
            .string(self.recipient_account_id);
        if let Some(details) = self.service_event_details {
            event
                .ready(r#","serviceEventDetails":"#)
                .parameters(details);
        }
        event.ready(r#","eventCategory":"Management""#);
        if let Some(tls) = &self.tls_details {
            let details = event.ready(r#","tlsDetails":"#);
            details.object(|details| tls.put_into(details));
        }
        if !self.changes.is_empty() {
            event.put_object("claviger", |own| {
                own.put_objects("records", self.changes, |record, change| {
                    change.put_into(record)
                });
            });
        }
    }
}

impl EventType {
    /// AWS's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiCall => "AwsApiCall",
            Self::ServiceEvent => "AwsServiceEvent",
        }
    }
}

impl TlsDetails<'_> {
    fn put_into(&self, details: &mut Parameters) {
        put_optional_str(details, "tlsVersion", self.tls_version);
        put_optional_str(details, "cipherSuite", self.cipher_suite);
        put_optional_str(
            details,
            "clientProvidedHostHeader",
            self.client_provided_host_header,
        );
        put_optional_str(details, "keyExchange", self.key_exchange);
    }
}

impl RecordChange<'_> {
    fn put_into(&self, record: &mut Parameters) {
        record
            .put_str("table", self.table)
            .put_str("id", &hex::encode(self.id));
        record.put_uint("version", self.version);
        match self.sha256 {
            Some(digest) => record.put_str("sha256", &hex::encode(digest)),
            None => record.put_null("sha256"),
        };
    }
}

fn put_optional_str(object: &mut Parameters, name: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        object.put_str(name, value);
    }
}

fn put_nullable(event: &mut Parameters, value: Option<&Parameters>) {
    match value {
        Some(value) => event.parameters(value),
        None => event.ready("null"),
    };
}

/// As much of a text as CloudTrail keeps. Without this limit whoever may call at all could fill the log's disk by a few calls.
fn cut(text: &str) -> &str {
    let (kept, _) = text.split_at(text.floor_char_boundary(TEXT_BYTES_MAX));
    kept
}

/// What CloudTrail writes in the place of parameters that are too large.
fn put_omitted(event: &mut Parameters, size: usize) {
    event.object(|omitted| {
        omitted
            .put_str("reason", "requestParameters too large")
            .put_str("omitted", "true")
            .put_str("originalSize", &size.to_string());
    });
}

const TYPICAL_BYTES: usize = 2048;

/// CloudTrail's limits.
///
/// AWS: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
const TEXT_BYTES_MAX: usize = 1024;
const PARAMETERS_BYTES_MAX: usize = 100 * 1024;

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
