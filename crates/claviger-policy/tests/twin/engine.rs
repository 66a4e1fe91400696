//! The production engine, asked through the crate's public API alone. Every document of a case must parse: the generator
//! writes only what AWS takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use claviger_model::{AccountId, GrantOperation};
use claviger_policy::{
    ConditionValues, Effect, GrantConstraints, Policies, Policy, PolicyKind, Principal,
    PrincipalKind, PrincipalRef, Request, Value, Values, decide, folded,
};

use crate::case::{
    Caller, CallerKind, Case, ContextConstraint, Fact, FactKind, Grant, Grantee, Outcome, Resource,
};

/// What the engine says.
pub(crate) fn outcome(case: &Case) -> Outcome {
    let principal = principal(&case.caller);
    let facts = Facts::of(&case.context);
    let request = Request {
        principal: &principal,
        action: &case.action,
        resource: resource(&case.resource),
        conditions: &facts,
        encryption_context: case.encryption_context.as_ref(),
    };
    let resource_policy = resource_policy(case);
    let boundary = case.boundary.as_deref().map(of_identity);
    let session = case.session_policies.as_ref();
    let session: Option<Vec<_>> =
        session.map(|texts| texts.iter().map(|text| of_identity(text)).collect());
    let grants: Vec<_> = case.grants.iter().map(grant).collect();
    let policies = Policies {
        resource: resource_policy.as_ref(),
        identity: &identity_policies(case),
        boundary: boundary.as_deref(),
        session: session.as_deref(),
        grants: &grants,
    };
    match decide(&request, &policies).effect {
        Effect::Allow => Outcome::Allow,
        Effect::ExplicitDeny => Outcome::ExplicitDeny,
        Effect::ImplicitDeny => Outcome::ImplicitDeny,
    }
}

fn principal(caller: &Caller) -> Principal {
    Principal {
        account: account(&caller.account),
        arn: caller.arn.clone(),
        unique_id: caller.unique_id.clone(),
        kind: match &caller.kind {
            CallerKind::Root => PrincipalKind::Root,
            CallerKind::User => PrincipalKind::User,
            CallerKind::Role => PrincipalKind::Role,
            CallerKind::Session { role_arn, role_id } => PrincipalKind::Session {
                role_arn: role_arn.clone(),
                role_id: role_id.clone(),
            },
            CallerKind::FederatedUser => PrincipalKind::FederatedUser,
            CallerKind::WebIdentity { provider } => PrincipalKind::WebIdentity {
                provider: provider.clone(),
            },
        },
    }
}

fn resource(resource: &Resource) -> claviger_policy::Resource<'_> {
    match resource {
        Resource::Any => claviger_policy::Resource::Any,
        Resource::Alias { arn } => claviger_policy::Resource::Alias { arn },
        Resource::Entity { arn } => claviger_policy::Resource::Entity { arn },
        Resource::Role { arn, account: own } => claviger_policy::Resource::Role {
            arn,
            account: account(own),
        },
        Resource::Key { arn, account: own } => claviger_policy::Resource::Key {
            arn,
            account: account(own),
        },
    }
}

fn resource_policy(case: &Case) -> Option<Policy> {
    let kind = match case.resource {
        Resource::Role { .. } => PolicyKind::Trust,
        Resource::Key { .. } | Resource::Any | Resource::Alias { .. } | Resource::Entity { .. } => {
            PolicyKind::Key
        }
    };
    let policy = parse(case.resource_policy.as_deref()?, kind);
    Some(policy.bind(&case.bindings).expect("every name is bound"))
}

/// The policies that a caller brings, as the service composes them: the root's rights are a policy, and a federated user
/// has its user's only together with session policies.
fn identity_policies(case: &Case) -> Vec<Arc<Policy>> {
    let own = case.identity_policies.iter().map(|text| of_identity(text));
    match &case.caller.kind {
        CallerKind::Root => own.chain([of_identity(ROOT_POLICY)]).collect(),
        CallerKind::FederatedUser if case.session_policies.is_none() => Vec::new(),
        CallerKind::FederatedUser
        | CallerKind::User
        | CallerKind::Role
        | CallerKind::Session { .. }
        | CallerKind::WebIdentity { .. } => own.collect(),
    }
}

fn of_identity(text: &str) -> Arc<Policy> {
    Arc::new(parse(text, PolicyKind::Identity))
}

fn parse(text: &str, kind: PolicyKind) -> Policy {
    Policy::parse(text, kind).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn grant(grant: &Grant) -> Arc<claviger_policy::Grant> {
    let operation = |name: &String| GrantOperation::from_wire(name).expect("a grantable operation");
    let operations: BTreeSet<_> = grant.operations.iter().map(operation).collect();
    let context = grant.context.clone().map(|constraint| match constraint {
        ContextConstraint::Equals(pairs) => claviger_policy::ContextConstraint::Equals(pairs),
        ContextConstraint::Subset(pairs) => claviger_policy::ContextConstraint::Subset(pairs),
    });
    Arc::new(claviger_policy::Grant {
        id: String::new(),
        grantee: match &grant.grantee {
            Grantee::Principal(id) => PrincipalRef::UniqueId(id.clone()),
            Grantee::Account(own) => PrincipalRef::Account(account(own)),
        },
        operations,
        constraints: GrantConstraints {
            context,
            source_arn: grant.source_arn.clone(),
        },
    })
}

fn account(digits: &str) -> AccountId {
    AccountId::parse(digits).expect("twelve digits")
}

/// The request context by folded names, with the types that the service gives.
struct Facts<'c>(BTreeMap<String, Values<'c>>);

impl<'c> Facts<'c> {
    fn of(context: &'c BTreeMap<String, Fact>) -> Self {
        let mut facts = BTreeMap::new();
        for (name, fact) in context {
            let entry: &mut Vec<_> = facts.entry(folded(name)).or_default();
            entry.push(values(fact));
        }
        let one = |(name, mut said): (String, Vec<Values<'c>>)| match said.len() {
            1 => (name, said.remove(0)),
            _ => (
                name,
                Values::Spellings(said.into_iter().map(single).collect()),
            ),
        };
        Facts(facts.into_iter().map(one).collect())
    }
}

impl ConditionValues for Facts<'_> {
    fn value(&self, key: &str) -> Option<Values<'_>> {
        self.0.get(key).cloned()
    }
}

fn single(values: Values<'_>) -> Value<'_> {
    match values {
        Values::One(value) => value,
        Values::Many(_) | Values::Spellings(_) => panic!("a multi-valued key has one spelling"),
    }
}

fn values(fact: &Fact) -> Values<'_> {
    let first = || {
        fact.values
            .first()
            .expect("a single-valued key has a value")
    };
    match fact.kind {
        FactKind::Strings => Values::texts(fact.values.iter().map(String::as_str)),
        FactKind::String | FactKind::Arn => Values::text(first()),
        FactKind::Numeric => Values::One(number(first())),
        FactKind::Bool => Values::One(Value::Bool(first() == "true")),
        FactKind::Date => Values::One(date(first())),
        FactKind::Ip => Values::One(Value::Address(first().parse().expect("an IP address"))),
    }
}

/// Whole numbers are numbers to the service; it has no others.
fn number(text: &str) -> Value<'_> {
    text.parse()
        .map_or_else(|_| Value::Text(text.into()), Value::Number)
}

fn date(text: &str) -> Value<'_> {
    match text.parse::<jiff::Timestamp>() {
        Ok(moment) => Value::Time(claviger_model::Timestamp::from_epoch_ms(
            moment.as_millisecond(),
        )),
        Err(_) => number(text),
    }
}

const ROOT_POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
