//! May the caller do this? Every call asks the policy engine; nobody is exempt, the account root included.

use claviger_policy::{
    ConditionValues, Effect, Policies, Request, Resource, Value, Values, decide,
};

use super::{
    Operation,
    subject::{Ask, On, Subject},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    records::KeyRecord,
};

/// Asks every question of the call; the first refusal ends it.
pub(super) fn authorize<O: Operation>(
    cx: &Cx<'_>,
    input: &O::Input,
    subject: &O::Subject,
) -> Result<(), Error> {
    for ask in subject.asks(&O::RULE) {
        permit::<O>(cx, input, subject, &ask)?;
    }
    for action in O::further_actions(input) {
        permit::<O>(
            cx,
            input,
            subject,
            &Ask {
                action,
                on: On::Any,
                alias: None,
            },
        )?;
    }
    Ok(())
}

fn permit<O: Operation>(
    cx: &Cx<'_>,
    input: &O::Input,
    subject: &O::Subject,
    ask: &Ask<'_>,
) -> Result<(), Error> {
    let (resource, policy) = match ask.on {
        On::Any => (Resource::Any, None),
        On::Alias(arn) => (Resource::Alias { arn }, None),
        On::Entity(arn) => (Resource::Entity { arn }, None),
        On::Role {
            arn,
            account,
            policy,
        } => (Resource::Role { arn, account }, Some(policy)),
        On::Key(key) | On::KeyOfBlob(key) => (
            Resource::Key {
                arn: &key.arn,
                account: key.account,
            },
            Some(&key.policy),
        ),
    };
    let facts = Facts::<O> {
        cx,
        input,
        subject,
        action: ask.action,
        key: ask.on.key(),
        alias: ask.alias,
    };
    let request = Request {
        principal: &cx.caller.principal,
        action: ask.action,
        resource,
        conditions: &facts,
        encryption_context: None,
    };
    let policies = Policies {
        resource: policy,
        identity: &cx.caller.identity_policies,
        boundary: cx.caller.boundary.as_deref(),
        session: cx
            .caller
            .session
            .as_ref()
            .and_then(|session| session.policies.as_deref()),
        ..Policies::default()
    };
    let decision = decide(&request, &policies);
    match decision.effect {
        Effect::Allow => Ok(()),
        Effect::ExplicitDeny | Effect::ImplicitDeny => Err(refusal(cx, ask, || {
            decision.denial_text(&cx.caller.principal.arn, ask.action, resource.text())
        })),
    }
}

impl<'a> On<'a> {
    fn key(&self) -> Option<&'a Key> {
        match self {
            Self::Key(key) | Self::KeyOfBlob(key) => Some(key),
            Self::Any | Self::Alias(_) | Self::Entity(_) | Self::Role { .. } => None,
        }
    }
}

/// Whoever only holds a ciphertext, or stands in another account, is not told whether the key exists.
fn refusal(cx: &Cx<'_>, ask: &Ask<'_>, text: impl FnOnce() -> String) -> Error {
    match ask.on {
        On::KeyOfBlob(_) => error::out_of_reach(),
        On::Key(key) if key.account != cx.caller.account => error::out_of_reach(),
        On::Role { arn, .. } => error::role_denied(cx.caller, ask.action, arn),
        On::Any | On::Alias(_) | On::Entity(_) | On::Key(_) => error::access_denied(text()),
    }
}

/// The condition keys of a call, worked out when a policy asks for one.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>
struct Facts<'a, O: Operation> {
    cx: &'a Cx<'a>,
    input: &'a O::Input,
    subject: &'a O::Subject,
    action: &'static str,
    key: Option<&'a Key>,
    alias: Option<&'a str>,
}

impl<O: Operation> ConditionValues for Facts<'_, O> {
    fn value(&self, key: &str) -> Option<Values<'_>> {
        O::condition_for(self.input, self.action, key)
            .or_else(|| self.subject.condition(key))
            .or_else(|| self.of_key(key))
            .or_else(|| self.of_call(key))
            .or_else(|| self.of_caller(key))
            .or_else(|| self.of_web_identity(key))
    }
}

impl<O: Operation> Facts<'_, O> {
    fn of_key(&self, key: &str) -> Option<Values<'_>> {
        let record = &self.key?.record;
        if let Some(tag) = key.strip_prefix("aws:resourcetag/") {
            let value = record
                .tags
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(tag));
            return value.map(|(_, value)| Values::text(value));
        }
        match key {
            "kms:keyspec" | "kms:customermasterkeyspec" => Some(Values::text(record.spec.as_str())),
            "kms:keyusage" | "kms:customermasterkeyusage" => {
                Some(Values::text(record.usage.as_str()))
            }
            "kms:keyorigin" => Some(Values::text(record.origin.as_str())),
            "kms:multiregion" => Some(Values::One(Value::Bool(record.multi_region))),
            "kms:multiregionkeytype" => record.multi_region.then(|| Values::text("PRIMARY")),
            "kms:trailingdayswithoutkeyusage" => self.unused_days(record),
            "kms:requestalias" => self.alias.map(Values::text),
            "kms:resourcealiases" => Some(Values::texts(record.aliases.iter().map(String::as_str))),
            _ => None,
        }
    }

    /// Counted from the creation: this version does not record when a key was last used.
    fn unused_days(&self, record: &KeyRecord) -> Option<Values<'_>> {
        let asks = matches!(self.action, "kms:DisableKey" | "kms:ScheduleKeyDeletion");
        let days = self
            .cx
            .now
            .epoch_ms()
            .saturating_sub(record.created_ms)
            .div_euclid(DAY_MS);
        asks.then_some(Values::One(Value::Number(days)))
    }

    fn of_call(&self, key: &str) -> Option<Values<'_>> {
        let cx = self.cx;
        match key {
            "aws:currenttime" => Some(Values::One(Value::Time(cx.now))),
            "aws:epochtime" => Some(Values::One(Value::Number(cx.now.epoch_seconds()))),
            "aws:requestedregion" => Some(Values::text(cx.region.as_str())),
            "aws:securetransport" => Some(Values::One(Value::Bool(cx.origin.secure))),
            "aws:sourceip" => cx
                .origin
                .source_ip
                .parse()
                .ok()
                .map(|address| Values::One(Value::Address(address))),
            "aws:useragent" => cx.origin.user_agent.as_deref().map(Values::text),
            // No service calls here, neither for itself nor for somebody.
            "aws:viaawsservice" | "aws:principalisawsservice" => {
                Some(Values::One(Value::Bool(false)))
            }
            _ => None,
        }
    }

    fn of_caller(&self, key: &str) -> Option<Values<'_>> {
        let caller = self.cx.caller;
        if let Some(tag) = key.strip_prefix("aws:principaltag/") {
            let mut tags = caller.tags.iter();
            return tags
                .find(|(name, _)| name.eq_ignore_ascii_case(tag))
                .map(|(_, value)| Values::text(value));
        }
        // These tell of temporary credentials; requests that a long-term key signed do not have them.
        let session = caller.session.as_ref()?;
        match key {
            "aws:tokenissuetime" => Some(Values::One(Value::Time(session.issued))),
            "aws:multifactorauthpresent" => {
                Some(Values::One(Value::Bool(session.mfa_authenticated)))
            }
            "aws:federatedprovider" => session.federated_provider.as_deref().map(Values::text),
            "aws:sourceidentity" => session.source_identity.as_deref().map(Values::text),
            _ => None,
        }
    }

    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
    fn of_web_identity(&self, key: &str) -> Option<Values<'_>> {
        let identity = self.cx.caller.web_identity.as_ref()?;
        if key == "aws:federatedprovider" {
            return Some(Values::text(&identity.provider_arn));
        }
        let (issuer, claim) = key.rsplit_once(':')?;
        if !issuer.eq_ignore_ascii_case(&identity.issuer) {
            return None;
        }
        match claim {
            "aud" => Some(Values::text(&identity.audience)),
            "sub" => Some(Values::text(&identity.subject)),
            "amr" => Some(Values::texts(identity.methods.iter().map(String::as_str))),
            _ => None,
        }
    }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
