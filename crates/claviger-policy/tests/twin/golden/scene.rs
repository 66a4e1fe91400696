//! The people and things of the examples, and cases built of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::case::{
    Caller, CallerKind, Case, ContextConstraint, Fact, FactKind, Grant, Grantee, Resource,
};

pub(super) const HOME: &str = "111122223333";
pub(super) const AWAY: &str = "444455556666";
pub(super) const KEY: &str =
    "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
pub(super) const ALICE: &str = "arn:aws:iam::111122223333:user/Alice";
pub(super) const BOB: &str = "arn:aws:iam::444455556666:user/Bob";
pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/ops/Audit";
pub(super) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Audit/monday";
pub(super) const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/Fred";
pub(super) const PROVIDER: &str =
    "arn:aws:iam::111122223333:oidc-provider/token.actions.example.com";

/// A user of the account that owns the key.
pub(super) fn alice() -> Caller {
    caller(HOME, ALICE, "AIDAALICE", CallerKind::User)
}

/// A user of another account.
pub(super) fn bob() -> Caller {
    caller(AWAY, BOB, "AIDABOB", CallerKind::User)
}

/// The root user of an account.
pub(super) fn root(account: &str) -> Caller {
    let arn = format!("arn:aws:iam::{account}:root");
    caller(account, &arn, account, CallerKind::Root)
}

/// A session of the role Audit.
pub(super) fn session() -> Caller {
    let kind = CallerKind::Session {
        role_arn: ROLE.to_owned(),
        role_id: "AROAAUDIT".to_owned(),
    };
    caller(HOME, SESSION, "AROAAUDIT:monday", kind)
}

/// A federated user of the account that owns the key.
pub(super) fn federated() -> Caller {
    caller(
        HOME,
        FEDERATED,
        "111122223333:Fred",
        CallerKind::FederatedUser,
    )
}

/// Somebody with a token of the provider.
pub(super) fn web_identity() -> Caller {
    let kind = CallerKind::WebIdentity {
        provider: PROVIDER.to_owned(),
    };
    caller(HOME, PROVIDER, "repo:main", kind)
}

fn caller(account: &str, arn: &str, unique_id: &str, kind: CallerKind) -> Caller {
    Caller {
        account: account.to_owned(),
        arn: arn.to_owned(),
        unique_id: unique_id.to_owned(),
        kind,
    }
}

/// A document of one statement or a list of them.
pub(super) fn document(statements: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The key policy of a key that nobody gave one.
pub(super) fn default_key_policy() -> Value {
    document(json!({
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{HOME}:root")},
        "Action": "kms:*",
        "Resource": "*"
    }))
}

/// A key policy that lets these principals, of the `AWS` kind, do everything.
pub(super) fn key_policy_for(principals: Value) -> Value {
    document(json!({
        "Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"
    }))
}

/// An identity policy that allows these actions everywhere.
pub(super) fn allows(actions: Value) -> Value {
    document(json!({"Effect": "Allow", "Action": actions, "Resource": "*"}))
}

/// An identity policy that denies these actions everywhere.
pub(super) fn denies(actions: Value) -> Value {
    document(json!({"Effect": "Deny", "Action": actions, "Resource": "*"}))
}

impl Case {
    /// Somebody asks for something on the key, which has no policy yet.
    pub(super) fn on_key(caller: Caller, action: &str) -> Self {
        let resource = Resource::Key {
            arn: KEY.to_owned(),
            account: HOME.to_owned(),
        };
        Self::on(caller, action, resource)
    }

    /// Somebody asks for something on a thing.
    pub(super) fn on(caller: Caller, action: &str, resource: Resource) -> Self {
        let bindings = [
            (ALICE, "AIDAALICE"),
            (BOB, "AIDABOB"),
            (ROLE, "AROAAUDIT"),
            (SESSION, "AROAAUDIT:monday"),
            (FEDERATED, "111122223333:Fred"),
        ];
        Self {
            caller,
            action: action.to_owned(),
            resource,
            context: BTreeMap::new(),
            encryption_context: None,
            resource_policy: None,
            identity_policies: Vec::new(),
            boundary: None,
            session_policies: None,
            grants: Vec::new(),
            bindings: bindings
                .into_iter()
                .map(|(arn, id)| (arn.to_owned(), id.to_owned()))
                .collect(),
        }
    }

    pub(super) fn resource_policy(mut self, document: &Value) -> Self {
        self.resource_policy = Some(document.to_string());
        self
    }

    pub(super) fn identity(mut self, document: &Value) -> Self {
        self.identity_policies.push(document.to_string());
        self
    }

    pub(super) fn boundary(mut self, document: &Value) -> Self {
        self.boundary = Some(document.to_string());
        self
    }

    pub(super) fn session(mut self, document: &Value) -> Self {
        self.session_policies
            .get_or_insert_default()
            .push(document.to_string());
        self
    }

    pub(super) fn fact(mut self, key: &str, kind: FactKind, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.context.insert(key.to_owned(), Fact { kind, values });
        self
    }

    pub(super) fn encryption_context(mut self, pairs: &[(&str, &str)]) -> Self {
        let names: Vec<&str> = pairs.iter().map(|(name, _)| *name).collect();
        self = self.fact("kms:EncryptionContextKeys", FactKind::Strings, &names);
        for (name, value) in pairs {
            let key = format!("kms:EncryptionContext:{name}");
            self = self.fact(&key, FactKind::String, &[value]);
        }
        self.encryption_context = Some(map(pairs));
        self
    }

    pub(super) fn grant(self, grantee: Grantee, operations: &[&str]) -> Self {
        self.constrained_grant(grantee, operations, None, None)
    }

    pub(super) fn constrained_grant(
        mut self,
        grantee: Grantee,
        operations: &[&str],
        context: Option<ContextConstraint>,
        source_arn: Option<&str>,
    ) -> Self {
        self.grants.push(Grant {
            grantee,
            operations: operations.iter().map(|name| (*name).to_owned()).collect(),
            context,
            source_arn: source_arn.map(str::to_owned),
        });
        self
    }
}

pub(super) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
