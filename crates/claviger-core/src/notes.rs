//! What an operation adds to its audit event, beyond the request parameters.

use claviger_audit::Parameters;

use crate::key::Key;

/// Collected while the operation runs.
#[derive(Default)]
pub struct Notes {
    /// `responseElements`, by an allow-list; empty means null.
    pub response: Option<Parameters>,
    /// `additionalEventData`.
    pub additional: Option<Parameters>,
    /// Keys that the event names beside the subject's: account and ARN.
    pub keys: Vec<(String, String)>,
    /// Events of the service's own doing, committed with the call's.
    pub service_events: Vec<ServiceEvent>,
}

/// Something that the service did on its own, such as a rotation.
pub struct ServiceEvent {
    /// CloudTrail's `eventName`.
    pub name: &'static str,
    /// The Region.
    pub region: String,
    /// The account.
    pub account: String,
    /// The key, when there is one.
    pub key_arn: Option<String>,
    /// `responseElements`.
    pub response: Option<Parameters>,
    /// `serviceEventDetails`.
    pub details: Option<Parameters>,
    /// What CloudTrail makes of it.
    pub form: Form,
}

/// The forms that CloudTrail gives to what nobody called for by its name.
pub enum Form {
    /// An `AwsServiceEvent`.
    Service,
    /// An `AwsServiceEvent` that is marked as a management event.
    Management,
    /// The service's own `AwsApiCall`, with a request id.
    Call,
    /// What KMS does for the caller in another Region: an `AwsApiCall` with the caller's identity and these request
    /// parameters.
    OnBehalf(Option<Parameters>),
}

impl Notes {
    /// Adds to `responseElements`.
    pub fn response(&mut self) -> &mut Parameters {
        self.response.get_or_insert_default()
    }

    /// Adds to `additionalEventData`.
    pub fn additional(&mut self) -> &mut Parameters {
        self.additional.get_or_insert_default()
    }
}

impl ServiceEvent {
    /// An event about one key.
    pub fn of_key(name: &'static str, key: &Key, details: Option<Parameters>) -> Self {
        Self {
            name,
            region: key.record.region.clone(),
            account: key.record.account.clone(),
            key_arn: Some(key.arn.clone()),
            response: None,
            details,
            form: Form::Service,
        }
    }

    /// The same in another form.
    pub fn as_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Names the key in `responseElements`, as CloudTrail does for every change of a key.
    pub fn note_key(&mut self, arn: &str) {
        self.response
            .get_or_insert_with(Parameters::new)
            .put_str("keyId", arn);
    }

    /// An event about the deployment, of no account and no Region.
    pub fn of_deployment(name: &'static str, details: Parameters) -> Self {
        Self {
            name,
            region: String::new(),
            account: String::new(),
            key_arn: None,
            response: None,
            details: Some(details),
            form: Form::Service,
        }
    }
}
