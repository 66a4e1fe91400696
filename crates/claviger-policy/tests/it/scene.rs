//! The people, the key and the request context that the tests share.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use claviger_model::AccountId;
use claviger_policy::{
    ConditionValues, Decision, Effect, Policies, Policy, PolicyKind, Principal, PrincipalKind,
    PrincipalRef, Request, Resource, Value, Values, decide,
};

pub(crate) const KEY: &str =
    "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
pub(crate) const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

pub(crate) fn account(digits: &str) -> AccountId {
    AccountId::parse(digits).unwrap()
}

pub(crate) fn own() -> AccountId {
    account("111122223333")
}

pub(crate) fn root(digits: &str) -> Principal {
    Principal {
        account: account(digits),
        arn: format!("arn:aws:iam::{digits}:root"),
        unique_id: digits.to_owned(),
        kind: PrincipalKind::Root,
    }
}

pub(crate) fn user(digits: &str, path_and_name: &str) -> Principal {
    Principal {
        account: account(digits),
        arn: format!("arn:aws:iam::{digits}:user/{path_and_name}"),
        unique_id: "AIDACKCEVSQ6C2EXAMPLE".to_owned(),
        kind: PrincipalKind::User,
    }
}

pub(crate) fn alice() -> Principal {
    user("111122223333", "Alice")
}

pub(crate) fn session() -> Principal {
    Principal {
        account: own(),
        arn: "arn:aws:sts::111122223333:assumed-role/Admin/build".to_owned(),
        unique_id: "AROADBQP57FF2AEXAMPLE:build".to_owned(),
        kind: PrincipalKind::Session {
            role_arn: "arn:aws:iam::111122223333:role/ops/Admin".to_owned(),
            role_id: "AROADBQP57FF2AEXAMPLE".to_owned(),
        },
    }
}

pub(crate) fn federated_user() -> Principal {
    Principal {
        account: own(),
        arn: "arn:aws:sts::111122223333:federated-user/Carol".to_owned(),
        unique_id: "111122223333:Carol".to_owned(),
        kind: PrincipalKind::FederatedUser,
    }
}

/// A request context held in a map of lower-case names.
#[derive(Debug, Default)]
pub(crate) struct Conditions(HashMap<String, Values<'static>>);

impl Conditions {
    pub(crate) fn with(mut self, key: &str, values: Values<'static>) -> Self {
        self.0.insert(claviger_policy::folded(key), values);
        self
    }

    pub(crate) fn text(self, key: &str, value: &'static str) -> Self {
        self.with(key, Values::text(value))
    }

    pub(crate) fn value(self, key: &str, value: Value<'static>) -> Self {
        self.with(key, Values::One(value))
    }
}

impl ConditionValues for Conditions {
    fn value(&self, key: &str) -> Option<Values<'_>> {
        self.0.get(key).cloned()
    }
}

/// A question that tests vary in one or two places.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) principal: Principal,
    pub(crate) action: &'a str,
    pub(crate) resource: Resource<'a>,
    pub(crate) conditions: Conditions,
    pub(crate) encryption_context: Option<BTreeMap<String, String>>,
}

impl<'a> Ask<'a> {
    pub(crate) fn of(principal: Principal, action: &'a str) -> Self {
        Ask {
            principal,
            action,
            resource: key(),
            conditions: Conditions::default(),
            encryption_context: None,
        }
    }

    pub(crate) fn on(self, resource: Resource<'a>) -> Self {
        Ask { resource, ..self }
    }

    pub(crate) fn given(self, conditions: Conditions) -> Self {
        Ask { conditions, ..self }
    }

    pub(crate) fn with_context(self, pairs: &[(&str, &str)]) -> Self {
        let encryption_context = Some(pairs_of(pairs));
        Ask {
            encryption_context,
            ..self
        }
    }

    pub(crate) fn request(&'a self) -> Request<'a> {
        Request {
            principal: &self.principal,
            action: self.action,
            resource: self.resource,
            conditions: &self.conditions,
            encryption_context: self.encryption_context.as_ref(),
        }
    }

    pub(crate) fn decide(&self, key_policy: &str, identity: &[&str]) -> Decision {
        let key_policy = Policy::parse(key_policy, PolicyKind::Key).unwrap();
        let identity: Vec<Arc<Policy>> = identity
            .iter()
            .map(|text| Arc::new(Policy::parse(text, PolicyKind::Identity).unwrap()))
            .collect();
        let policies = Policies {
            resource: Some(&key_policy),
            identity: &identity,
            ..Policies::default()
        };
        decide(&self.request(), &policies)
    }

    pub(crate) fn decide_under(&self, policies: &Policies<'_>) -> Decision {
        decide(&self.request(), policies)
    }

    pub(crate) fn check(&self, key_policy: &str, identity: &[&str], expected: Effect) {
        let decision = self.decide(key_policy, identity);
        assert_eq!(
            decision.effect, expected,
            "{} {} under {key_policy} and {identity:?}: {:?}",
            self.principal.arn, self.action, decision.reason
        );
    }
}

pub(crate) fn pairs_of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

pub(crate) fn key() -> Resource<'static> {
    Resource::Key {
        arn: KEY,
        account: own(),
    }
}

pub(crate) fn key_policy(text: &str) -> Policy {
    Policy::parse(text, PolicyKind::Key).unwrap()
}

pub(crate) fn identity(text: &str) -> Arc<Policy> {
    Arc::new(Policy::parse(text, PolicyKind::Identity).unwrap())
}

/// An identity policy of one statement without conditions.
pub(crate) fn statement(effect: &str, action: &str) -> Arc<Policy> {
    identity(&policy(&[&format!(
        r#"{{"Effect":"{effect}","Action":"{action}","Resource":"*"}}"#
    )]))
}

/// A key policy of these statements.
pub(crate) fn policy(statements: &[&str]) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    )
}

/// A key policy statement that allows an action to a principal.
pub(crate) fn allow(principal: &str, action: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"{action}","Resource":"*"}}"#
    )
}

pub(crate) fn names(policy: &str) -> Vec<PrincipalRef> {
    Policy::parse(policy, PolicyKind::Key)
        .unwrap()
        .principals()
        .cloned()
        .collect()
}
