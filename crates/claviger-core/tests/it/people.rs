//! Who exists in a scene: accounts always, users and roles from when they are hired until they are fired.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use claviger_core::{
    Asked, Principals,
    call::{Caller, Issuer, SessionFacts},
    pipeline::Audited,
};
use claviger_model::{AccountId, Timestamp};
use claviger_policy::{Policy, PolicyKind, Principal, PrincipalKind, PrincipalRef};

use crate::scene::{ACCOUNT, START_MS};

/// The users and roles by ARN.
#[derive(Default)]
pub(crate) struct People {
    ids: Mutex<Roll>,
}

#[derive(Default)]
struct Roll {
    by_arn: BTreeMap<String, String>,
    hired: u32,
}

impl People {
    /// A user or role, from now on; `name` is `user/alice` or `role/ops`.
    pub(crate) fn hire(&self, account: &str, name: &str) -> Arc<Caller> {
        let mut roll = self.ids.lock().unwrap();
        roll.hired += 1;
        let kind = if name.starts_with("role/") {
            "AROA"
        } else {
            "AIDA"
        };
        let id = format!("{kind}{:016}", roll.hired);
        let arn = format!("arn:aws:iam::{account}:{name}");
        roll.by_arn.insert(arn.clone(), id.clone());
        let kind = if name.starts_with("role/") {
            PrincipalKind::Role
        } else {
            PrincipalKind::User
        };
        caller(account, arn, id, kind)
    }

    /// Nobody of this name, from now on.
    pub(crate) fn fire(&self, account: &str, name: &str) {
        let arn = format!("arn:aws:iam::{account}:{name}");
        self.ids.lock().unwrap().by_arn.remove(&arn).unwrap();
    }

    /// A session of a role.
    pub(crate) fn session(&self, account: &str, role: &str, name: &str) -> Arc<Caller> {
        let role_arn = format!("arn:aws:iam::{account}:role/{role}");
        let role_id = self.ids.lock().unwrap().by_arn[&role_arn].clone();
        let kind = PrincipalKind::Session {
            role_arn: role_arn.clone(),
            role_id: role_id.clone(),
        };
        let arn = format!("arn:aws:sts::{account}:assumed-role/{role}/{name}");
        let mut session = caller(account, arn, format!("{role_id}:{name}"), kind);
        Arc::get_mut(&mut session).unwrap().session = Some(SessionFacts {
            policies: None,
            issued: Timestamp::from_epoch_ms(START_MS),
            expires: Timestamp::from_epoch_ms(START_MS + 3_600_000),
            issuer: Some(Issuer {
                arn: role_arn,
                unique_id: role_id,
                name: role.to_owned(),
            }),
            mfa_authenticated: false,
            source_identity: None,
            federated_provider: None,
            transitive_tags: BTreeSet::new(),
        });
        session
    }
}

/// Somebody whom identity policies allow everything.
pub(crate) fn almighty(mut caller: Arc<Caller>) -> Arc<Caller> {
    Arc::get_mut(&mut caller).unwrap().identity_policies = vec![everything()];
    caller
}

/// The root of an account, with its identity policy.
pub(crate) fn root(account: &str) -> Arc<Caller> {
    let arn = format!("arn:aws:iam::{account}:root");
    almighty(caller(
        account,
        arn,
        account.to_owned(),
        PrincipalKind::Root,
    ))
}

/// A user of an account whom no policy allows anything.
pub(crate) fn powerless(account: &str) -> Arc<Caller> {
    let arn = format!("arn:aws:iam::{account}:user/nobody");
    let id = "AIDANOBODY0000000000".to_owned();
    caller(account, arn, id, PrincipalKind::User)
}

pub(crate) fn identity(document: &serde_json::Value) -> Arc<Policy> {
    Arc::new(Policy::parse(&document.to_string(), PolicyKind::Identity).unwrap())
}

fn everything() -> Arc<Policy> {
    identity(&serde_json::json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }))
}

fn caller(account: &str, arn: String, unique_id: String, kind: PrincipalKind) -> Arc<Caller> {
    let account = AccountId::parse(account).unwrap();
    Arc::new(Caller {
        account,
        principal: Principal {
            account,
            arn,
            unique_id,
            kind,
        },
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        identity_policies: Vec::new(),
        boundary: None,
        session: None,
        web_identity: None,
        tags: BTreeMap::new(),
        audited: Audited::default(),
        verified: true,
    })
}

impl Principals for People {
    fn resolve<'a>(&'a self, principal: &'a PrincipalRef) -> Asked<'a, Option<String>> {
        let roll = self.ids.lock().unwrap();
        let found = match principal {
            PrincipalRef::AnyOne => Some("*".to_owned()),
            PrincipalRef::Account(account) => Some(account.to_string()),
            PrincipalRef::Service(name) => Some(name.clone()),
            PrincipalRef::Arn(arn) => match arn.split_once(":assumed-role/") {
                None => roll.by_arn.get(arn).cloned(),
                Some((account, session)) => {
                    let (role, name) = session.split_once('/').unwrap();
                    let role = format!("{}:role/{role}", account.replace(":sts:", ":iam:"));
                    let id = roll.by_arn.get(&role);
                    id.map(|id| format!("{id}:{name}"))
                }
            },
            _ => None,
        };
        Box::pin(async { Ok(found) })
    }

    fn arn_of<'a>(&'a self, unique_id: &'a str) -> Asked<'a, Option<String>> {
        let roll = self.ids.lock().unwrap();
        let (id, session) = unique_id.split_once(':').unwrap_or((unique_id, ""));
        let arn = if AccountId::parse(id).is_ok() {
            Some(format!("arn:aws:iam::{id}:root"))
        } else {
            let found = roll.by_arn.iter().find(|(_, known)| *known == id);
            found.map(|(arn, _)| match session {
                "" => arn.clone(),
                session => {
                    let role = arn
                        .replace(":iam:", ":sts:")
                        .replace(":role/", ":assumed-role/");
                    format!("{role}/{session}")
                }
            })
        };
        Box::pin(async { Ok(arn) })
    }

    fn changed(&self) {}
}

/// The ARN of a user or role of [`ACCOUNT`].
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{name}")
}
