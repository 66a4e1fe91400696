//! May the caller do this? Every call asks the policy engine; nobody is exempt, the account root included.

use std::sync::Arc;

use claviger_model::Region;
use claviger_policy::{
    ConditionValues, Decision, Effect, Grant, Policies, Policy, Request, Resource, Value, Values,
    decide,
};

use super::{
    Operation,
    subject::{Ask, On, OneKey, Subject},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    grants::{self, Granted},
    key::Key,
};

/// Asks every question of the call; the first refusal ends it.
pub(super) async fn authorize<O: Operation>(
    cx: &Cx<'_>,
    input: &O::Input,
    subject: &O::Subject,
) -> Result<(), Error> {
    let tagged = O::tags_new_key_in(input, cx.region.as_str())
        .map(|region| format!("arn:aws:kms:{region}:{}:key/*", cx.caller.account));
    let tagging = tagged.as_deref().map(|any_key| Ask {
        action: TAG,
        // Identity policies name keys here, but none in particular: the new one has no name yet.
        // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/tag-permissions.html
        on: On::Entity(any_key),
        alias: None,
    });
    let own = subject.asks(&O::RULE).map(|ask| (ask, true));
    for (ask, names_resource) in own.chain(tagging.map(|ask| (ask, false))) {
        let question = Question::<O> {
            cx,
            input,
            subject,
            region: cx.region,
            ask,
            names_resource,
        };
        question.permit().await?;
    }
    Ok(())
}

/// Whether the policies will let the caller do this to the key in its Region, once it is stored as it is here. Asked of what no
/// grant permits.
pub(crate) fn will_permit<O>(cx: &Cx<'_>, input: &O::Input, key: Key) -> bool
where
    O: Operation<Subject = OneKey>,
{
    let region = key.place.region.clone();
    let subject = OneKey::from(key);
    subject.asks(&O::RULE).all(|ask| {
        let question = Question::<O> {
            cx,
            input,
            subject: &subject,
            region: &region,
            ask,
            names_resource: true,
        };
        question.decide(&[]).effect == Effect::Allow
    })
}

/// One thing that the caller must be allowed.
struct Question<'a, O: Operation> {
    cx: &'a Cx<'a>,
    input: &'a O::Input,
    subject: &'a O::Subject,
    /// Where the call comes in.
    region: &'a Region,
    ask: Ask<'a>,
    /// Whether a refusal names the resource: AWS leaves it out for what is asked besides the operation's own action.
    names_resource: bool,
}

impl<O: Operation> Question<'_, O> {
    async fn permit(&self) -> Result<(), Error> {
        let mut decision = self.decide(self.ask.on.grants());
        if decision.effect == Effect::ImplicitDeny {
            let granted = Box::pin(self.granted()).await?;
            if !granted.is_empty() {
                decision = self.decide(&granted);
            }
        }
        match decision.effect {
            Effect::Allow => Ok(()),
            Effect::ExplicitDeny | Effect::ImplicitDeny => Err(self.refusal(&decision)),
        }
    }

    /// The grants that may allow what policies do not. Only now are they looked for: most calls need none.
    async fn granted(&self) -> Result<Granted, Error> {
        let (On::Key(key) | On::KeyOfBlob(key)) = self.ask.on else {
            return Ok(Granted::new());
        };
        if !O::RULE.grantable {
            return Ok(Granted::new());
        }
        let mut granted = grants::of_caller(self.cx.core, key, self.cx.caller).await?;
        granted.retain(|grant| O::within(self.input, grant));
        Ok(granted)
    }

    fn decide(&self, grants: &[Arc<Grant>]) -> Decision {
        let caller = self.cx.caller;
        let facts = Facts::<O> {
            cx: self.cx,
            input: self.input,
            subject: self.subject,
            region: self.region,
            action: self.ask.action,
            key: self.ask.on.key(),
            alias: self.ask.alias,
        };
        let request = Request {
            principal: &caller.principal,
            action: self.ask.action,
            resource: self.ask.on.resource(),
            conditions: &facts,
            encryption_context: O::encryption_context(self.input, self.ask.action),
        };
        let session = caller.session.as_ref();
        let policies = Policies {
            resource: self.ask.on.policy(),
            identity: &caller.identity_policies,
            boundary: caller.boundary.as_deref(),
            session: session.and_then(|session| session.policies.as_deref()),
            grants,
        };
        decide(&request, &policies)
    }

    /// Whoever only holds a ciphertext, or stands in another account, is not told whether the key exists.
    fn refusal(&self, decision: &Decision) -> Error {
        let caller = self.cx.caller;
        match self.ask.on {
            On::KeyOfBlob(_) => error::out_of_reach(),
            On::Key(key) | On::Grant { key, .. } if key.account != caller.account => {
                error::out_of_reach()
            }
            On::Role { arn, .. } => error::role_denied(caller, self.ask.action, arn),
            On::Any | On::Alias(_) | On::Entity(_) | On::Key(_) | On::Grant { .. } => {
                let resource = self.ask.on.resource().text();
                error::access_denied(decision.denial_text(
                    &caller.principal.arn,
                    self.ask.action,
                    self.names_resource.then_some(resource),
                ))
            }
        }
    }
}

impl<'a> On<'a> {
    fn key(&self) -> Option<&'a Key> {
        match self {
            Self::Key(key) | Self::KeyOfBlob(key) | Self::Grant { key, .. } => Some(key),
            Self::Any | Self::Alias(_) | Self::Entity(_) | Self::Role { .. } => None,
        }
    }

    fn resource(&self) -> Resource<'a> {
        match self {
            Self::Any => Resource::Any,
            Self::Alias(arn) => Resource::Alias { arn },
            Self::Entity(arn) => Resource::Entity { arn },
            Self::Role { arn, account, .. } => Resource::Role {
                arn,
                account: *account,
            },
            Self::Key(key) | Self::KeyOfBlob(key) | Self::Grant { key, .. } => Resource::Key {
                arn: &key.arn,
                account: key.account,
            },
        }
    }

    fn policy(&self) -> Option<&'a Policy> {
        match self {
            Self::Key(key) | Self::KeyOfBlob(key) => Some(&key.policy),
            Self::Role { policy, .. } => Some(policy),
            // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html
            // Who may retire a grant stands in the grant; the key policy has no say.
            Self::Any | Self::Alias(_) | Self::Entity(_) | Self::Grant { .. } => None,
        }
    }

    fn grants(&self) -> &'a [Arc<Grant>] {
        match self {
            Self::Grant { entitled, .. } => entitled,
            Self::Any
            | Self::Alias(_)
            | Self::Entity(_)
            | Self::Role { .. }
            | Self::Key(_)
            | Self::KeyOfBlob(_) => &[],
        }
    }
}

/// The condition keys of a call, worked out when a policy asks for one.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>
struct Facts<'a, O: Operation> {
    cx: &'a Cx<'a>,
    input: &'a O::Input,
    subject: &'a O::Subject,
    region: &'a Region,
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
            return Values::of_pairs(&record.tags, tag);
        }
        match key {
            "kms:keyspec" | "kms:customermasterkeyspec" => Some(Values::text(record.spec.as_str())),
            "kms:keyusage" | "kms:customermasterkeyusage" => {
                Some(Values::text(record.usage.as_str()))
            }
            "kms:keyorigin" => Some(Values::text(record.origin.as_str())),
            "kms:multiregion" => Some(Values::One(Value::Bool(record.multi_region))),
            "kms:multiregionkeytype" => record
                .multi_region_type()
                .map(|kind| Values::text(kind.as_str())),
            "kms:trailingdayswithoutkeyusage" => self.unused_days(),
            "kms:requestalias" => self.alias.map(Values::text),
            "kms:resourcealiases" => Some(Values::texts(record.aliases.iter().map(String::as_str))),
            _ => None,
        }
    }

    /// Whole days since the last use; of a key that was never used, since its creation.
    fn unused_days(&self) -> Option<Values<'_>> {
        if !matches!(self.action, "kms:DisableKey" | "kms:ScheduleKeyDeletion") {
            return None;
        }
        let key = self.key?;
        let last = self.cx.core.uses.last(key).map(|last| last.at_ms);
        let since = last.unwrap_or(key.record.created_ms);
        let unused_ms = self.cx.now.epoch_ms().saturating_sub(since);
        Some(Values::One(Value::Number(unused_ms.div_euclid(DAY_MS))))
    }

    fn of_call(&self, key: &str) -> Option<Values<'_>> {
        let cx = self.cx;
        match key {
            "aws:currenttime" => Some(Values::One(Value::Time(cx.now))),
            "aws:epochtime" => Some(Values::One(Value::Number(cx.now.epoch_seconds()))),
            "aws:requestedregion" => Some(Values::text(self.region.as_str())),
            "aws:securetransport" => Some(Values::One(Value::Bool(cx.origin.tls.is_some()))),
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
            return Values::of_pairs(&caller.tags, tag);
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

const TAG: &str = "kms:TagResource";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
