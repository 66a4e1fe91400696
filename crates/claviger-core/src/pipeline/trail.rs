//! The audit event of one call, collected along the line and written before the answer leaves.

use std::sync::Arc;

use claviger_audit::{
    Parameters,
    event::{Event, EventType, RecordChange, Resource, TlsDetails},
    identity::{IdentityText, UserIdentity},
};
use claviger_model::{AccountId, Timestamp, error_code};
use uuid::Uuid;

use super::{
    commit::{Composed, Outcome, commit_events},
    identity::Identity,
    subject::{Named, Subject},
};
use crate::{
    call::{Call, Origin},
    core::Core,
    error::{self, Error},
    key::Key,
    notes::{Form, Notes, ServiceEvent},
    rule::{Identifiers, Rule, Service},
    staged::Staged,
};

pub(super) struct Trail<'a> {
    /// The service's time: read as the call begins, and again after it waited in a lane.
    pub(super) now: Timestamp,
    /// The request parameters, complete once the body was decoded.
    pub(super) parameters: Parameters,
    /// Whether the body was decoded; an event without is all that a malformed body leaves.
    pub(super) decoded: bool,
    /// Whether the caller may do what the call asks for.
    pub(super) authorized: bool,
    /// What the operation added.
    pub(super) notes: Notes,
    call: &'a Call,
    rule: &'static Rule,
    /// What the call named.
    resources: Vec<Kept>,
}

/// What a call acts on, kept beyond its subject.
enum Kept {
    Key(Arc<Key>),
    Other {
        account: String,
        kind: &'static str,
        arn: String,
    },
}

impl<'a> Trail<'a> {
    pub(super) fn begin(core: &Core, call: &'a Call, rule: &'static Rule) -> Self {
        Self {
            now: core.clock.now(),
            parameters: Parameters::new(),
            decoded: false,
            authorized: false,
            notes: Notes::default(),
            call,
            rule,
            resources: Vec::new(),
        }
    }

    /// Names what the call acts on, refused or not.
    pub(super) fn name_resources(&mut self, subject: &impl Subject) {
        let own = self.call.caller.account;
        self.authorized = false;
        self.resources.clear();
        for named in subject.named() {
            let kept = match named {
                Named::Key(key) => Kept::Key(Arc::clone(key)),
                Named::Alias(arn) => Kept::other(own, KEY_KIND, arn),
                Named::Role { account, arn } => Kept::other(account, ROLE_KIND, arn),
            };
            let mut known = self.resources.iter().map(Kept::resource);
            if !known.any(|known| known.arn == kept.resource().arn) {
                self.resources.push(kept);
            }
        }
    }

    /// Writes the event of a call that changed nothing, or of a refusal, and gives its id.
    pub(super) async fn write(
        &mut self,
        core: &Core,
        refusal: Option<&Error>,
    ) -> Result<Uuid, Error> {
        let id = core.new_event_id()?;
        let event = self.compose(core, id, refusal, &[]);
        let recorded = core.audit.record(event.json).await;
        recorded.map_err(|cause| error::audit_unwritable().because(cause))?;
        Ok(id)
    }

    /// Commits the change together with its event, and sees the event into the log.
    pub(super) async fn commit(&mut self, core: &Core, staged: Staged) -> Result<Outcome, Error> {
        let id = core.new_event_id()?;
        let service_events = std::mem::take(&mut self.notes.service_events);
        let ids = service_events
            .iter()
            .map(|_| core.new_event_id())
            .collect::<Result<Vec<_>, _>>()?;
        let erases = staged.erase;
        let outcome = commit_events(core, staged, |changes| {
            let own = service_events
                .iter()
                .zip(&ids)
                .map(|(event, id)| match &event.form {
                    Form::OnBehalf(parameters) => self.on_behalf(event, *id, parameters.as_ref()),
                    Form::Service | Form::Management | Form::Call => {
                        event.compose(*id, self.now, &[])
                    }
                });
            std::iter::once(self.compose(core, id, None, changes))
                .chain(own)
                .collect()
        })
        .await?;
        // Only who deleted something answers for its erasure; what others owe is the jobs' to settle.
        match outcome {
            Outcome::Committed if erases => Ok(match core.erasure.settle(core).await {
                Ok(()) => Outcome::Committed,
                Err(unerased) => Outcome::Unconfirmed(unerased),
            }),
            Outcome::Committed | Outcome::Conflict | Outcome::Unconfirmed(_) => Ok(outcome),
        }
    }

    fn compose(
        &self,
        core: &Core,
        id: Uuid,
        refusal: Option<&Error>,
        changes: &[RecordChange<'_>],
    ) -> Composed {
        let call = self.call;
        let who = Identity::of(&call.caller);
        let account = who.account.as_str();
        let second = core.seconds.of(self.now);
        let noted = self.additional(refusal);
        let unverified =
            (!call.caller.verified).then(|| unverified(noted.cloned().unwrap_or_default()));
        let resources = self.resource_list(account, refusal.is_some());
        // DIFFERS: CloudTrail logs a call on another account's key in both accounts, under one sharedEventID. Here one log serves
        // all accounts, and one event tells of a call; of a served one in the account that owns the key, of a ReEncrypt from one
        // account's key to another's in the account of the source key. Its resources name both keys with their accounts.
        let owner = resources.first().map_or(account, |first| first.account_id);
        let event = Event {
            user_identity: &who.text,
            event_time: &second.text,
            event_source: self.rule.service.event_source(),
            event_name: self.rule.name,
            aws_region: call.region.as_str(),
            source_ip_address: &call.origin.source_ip,
            user_agent: call.origin.user_agent.as_deref().unwrap_or_default(),
            error_code: refusal.map(|refusal| self.rule.service.error_code(refusal.code())),
            error_message: refusal.and_then(Error::message),
            // UNKNOWN: what CloudTrail has of a request that breaks a rule of the model; here nothing of it was read.
            request_parameters: Some(&self.parameters)
                .filter(|parameters| self.decoded && !parameters.is_empty()),
            response_elements: self.notes.response.as_ref().filter(|_| refusal.is_none()),
            additional_event_data: unverified.as_ref().or(noted),
            request_id: Some(call.request_id),
            event_id: id,
            read_only: self.rule.read_only,
            resources: (names_keys(self.rule) || !resources.is_empty()).then_some(resources),
            event_type: EventType::ApiCall,
            management_event: Some(true),
            recipient_account_id: owner,
            service_event_details: None,
            tls_details: tls_details(&call.origin),
            changes,
        };
        Composed {
            id,
            json: event.to_text(),
        }
    }

    /// What the service did for the caller in another Region.
    fn on_behalf(
        &self,
        done: &ServiceEvent,
        id: Uuid,
        parameters: Option<&Parameters>,
    ) -> Composed {
        let call = self.call;
        let who = Identity::of(&call.caller)
            .text
            .invoked_by(self.rule.service.event_source());
        let event_time = self.now.to_string();
        let unverified = (!call.caller.verified).then(|| unverified(Parameters::new()));
        let event = Event {
            source_ip_address: &call.origin.source_ip,
            user_agent: call.origin.user_agent.as_deref().unwrap_or_default(),
            request_parameters: parameters,
            additional_event_data: unverified.as_ref(),
            // DIFFERS: AWS gives both events the request id of the call; here one request id stands for one event.
            ..done.event(id, &event_time, &who, &[])
        };
        Composed {
            id,
            json: event.to_text(),
        }
    }

    /// What a call would have acted on in another account is that account's affair: who may not do it is not told.
    fn resource_list<'s>(&'s self, caller: &str, refused: bool) -> Vec<Resource<'s>> {
        let named = self.resources.iter().map(Kept::resource);
        let named = named.filter(|named| !refused || self.authorized || named.account_id == caller);
        let made = self.notes.keys.iter().filter(|_| !refused);
        let made = made.map(|(account, arn)| Resource {
            account_id: account,
            kind: KEY_KIND,
            arn,
        });
        named.chain(made).collect()
    }

    /// What the operation noted, if it ran to its end. A dry run does: that of a RetireGrant by token tells only here of which
    /// grant.
    fn additional(&self, refusal: Option<&Error>) -> Option<&Parameters> {
        let ran = refusal.is_none_or(|refusal| refusal.code() == error_code::DRY_RUN_OPERATION);
        self.notes.additional.as_ref().filter(|_| ran)
    }
}

impl Kept {
    fn other(account: AccountId, kind: &'static str, arn: &str) -> Self {
        Self::Other {
            account: account.to_string(),
            kind,
            arn: arn.to_owned(),
        }
    }

    fn resource(&self) -> Resource<'_> {
        match self {
            Self::Key(key) => Resource {
                account_id: &key.record.account,
                kind: KEY_KIND,
                arn: &key.arn,
            },
            Self::Other { account, kind, arn } => Resource {
                account_id: account,
                kind,
                arn,
            },
        }
    }
}

impl ServiceEvent {
    /// The event of something that nobody called for.
    pub(crate) fn compose(
        &self,
        id: Uuid,
        now: Timestamp,
        changes: &[RecordChange<'_>],
    ) -> Composed {
        let event_time = now.to_string();
        let service = UserIdentity::Service {
            account_id: &self.account,
        };
        let json = self
            .event(id, &event_time, &service.to_text(), changes)
            .to_text();
        Composed { id, json }
    }

    fn event<'a>(
        &'a self,
        id: Uuid,
        event_time: &'a str,
        user_identity: &'a IdentityText,
        changes: &'a [RecordChange<'a>],
    ) -> Event<'a> {
        let resource = self.key_arn.as_deref().map(|arn| Resource {
            account_id: &self.account,
            kind: KEY_KIND,
            arn,
        });
        let (is_call, is_management) = match self.form {
            Form::Service => (false, false),
            Form::Management => (false, true),
            Form::Call | Form::OnBehalf(_) => (true, true),
        };
        Event {
            user_identity,
            event_time,
            event_source: Service::Kms.event_source(),
            event_name: self.name,
            aws_region: &self.region,
            source_ip_address: INTERNAL,
            user_agent: INTERNAL,
            error_code: None,
            error_message: None,
            request_parameters: None,
            response_elements: self.response.as_ref(),
            additional_event_data: None,
            request_id: is_call.then_some(id),
            event_id: id,
            read_only: false,
            resources: resource.map(|resource| vec![resource]),
            event_type: if is_call {
                EventType::ApiCall
            } else {
                EventType::ServiceEvent
            },
            management_event: is_management.then_some(true),
            recipient_account_id: &self.account,
            service_event_details: self.details.as_ref(),
            tls_details: None,
            changes,
        }
    }
}

/// `dev --any-credentials` can't verify who called: each event says so.
fn unverified(mut noted: Parameters) -> Parameters {
    noted.put_bool("signatureVerified", false);
    noted
}

/// CloudTrail leaves the list of keys out where an operation is about something else.
fn names_keys(rule: &Rule) -> bool {
    rule.service == Service::Kms && rule.identifiers != Identifiers::KeyStore
}

/// CloudTrail tells the `Host` header here; it does so on a plain connection too, which AWS does not have.
fn tls_details(origin: &Origin) -> Option<TlsDetails<'_>> {
    let (host, session) = (origin.host.as_deref(), origin.tls);
    (host.is_some() || session.is_some()).then_some(TlsDetails {
        tls_version: session.map(|session| session.version),
        cipher_suite: session.and_then(|session| session.cipher_suite),
        client_provided_host_header: host,
        key_exchange: session.and_then(|session| session.key_exchange),
    })
}

// CloudTrail writes this type for aliases too.
const KEY_KIND: &str = "AWS::KMS::Key";
const ROLE_KIND: &str = "AWS::IAM::Role";
const INTERNAL: &str = "AWS Internal";
