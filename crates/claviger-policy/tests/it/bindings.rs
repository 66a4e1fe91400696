//! Principals that are tied to unique ids: a namesake inherits nothing.

use std::collections::BTreeMap;

use claviger_policy::Effect::{self, Allow, ExplicitDeny, ImplicitDeny};
use claviger_policy::{
    Policies, Policy, PolicyKind, Principal, PrincipalKind, PrincipalRef, Unbound,
};

use crate::scene::{Ask, alice, federated_user, key_policy, policy, session, user};

const ALICE: &str = "arn:aws:iam::111122223333:user/Alice";
const ALICE_ID: &str = "AIDACKCEVSQ6C2EXAMPLE";
const ROLE: &str = "arn:aws:iam::111122223333:role/ops/Admin";
const ROLE_ID: &str = "AROADBQP57FF2AEXAMPLE";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Admin/build";

fn bindings() -> BTreeMap<String, String> {
    [
        (ALICE, ALICE_ID),
        (ROLE, ROLE_ID),
        (SESSION, "AROADBQP57FF2AEXAMPLE:build"),
        (
            "arn:aws:sts::111122223333:federated-user/Carol",
            "111122223333:Carol",
        ),
    ]
    .map(|(arn, id)| (arn.to_owned(), id.to_owned()))
    .into()
}

fn bound(statements: &[&str]) -> Policy {
    key_policy(&policy(statements)).bind(&bindings()).unwrap()
}

fn check(principal: Principal, named: &str, expected: Effect) {
    let allow = crate::scene::allow(named, "kms:*");
    let policy = bound(&[&allow]);
    let policies = Policies {
        resource: Some(&policy),
        ..Policies::default()
    };
    let decision = Ask::of(principal.clone(), "kms:Sign").decide_under(&policies);
    assert_eq!(decision.effect, expected, "{named} for {principal:?}");
}

fn with_id(principal: Principal, id: &str) -> Principal {
    Principal {
        unique_id: id.to_owned(),
        ..principal
    }
}

/// A session of the same name, of a role that took the place of the deleted one.
fn session_of_namesake() -> Principal {
    Principal {
        unique_id: "AROADBQP57FF2OTHERONE:build".to_owned(),
        kind: PrincipalKind::Session {
            role_arn: ROLE.to_owned(),
            role_id: "AROADBQP57FF2OTHERONE".to_owned(),
        },
        ..session()
    }
}

#[test]
fn the_same_name_is_not_the_same_principal() {
    check(alice(), ALICE, Allow);
    check(
        with_id(alice(), "AIDACKCEVSQ6C2OTHERONE"),
        ALICE,
        ImplicitDeny,
    );
    check(session(), ROLE, Allow);
    check(session_of_namesake(), ROLE, ImplicitDeny);
    check(session(), SESSION, Allow);
    check(session_of_namesake(), SESSION, ImplicitDeny);
    let carol = "arn:aws:sts::111122223333:federated-user/Carol";
    check(federated_user(), carol, Allow);
    check(alice(), "111122223333", ImplicitDeny);
    check(alice(), "*", Allow);
    // Renamed or moved to another path, she is still herself.
    check(
        with_id(user("111122223333", "people/Alicia"), ALICE_ID),
        ALICE,
        Allow,
    );
}

#[test]
fn exceptions_are_bound_too() {
    let deny = format!(
        r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":["111122223333","{ALICE}","{ROLE}","{SESSION}"]}},"Action":"kms:*","Resource":"*"}}"#
    );
    let policy = bound(&[&deny, &crate::scene::allow("*", "kms:*")]);
    let check = |principal: Principal, expected| {
        let policies = Policies {
            resource: Some(&policy),
            ..Policies::default()
        };
        let decision = Ask::of(principal.clone(), "kms:Sign").decide_under(&policies);
        assert_eq!(decision.effect, expected, "{principal:?}");
    };
    check(alice(), Allow);
    check(with_id(alice(), "AIDACKCEVSQ6C2OTHERONE"), ExplicitDeny);
    check(session(), Allow);
    check(session_of_namesake(), ExplicitDeny);
}

#[test]
fn every_arn_needs_an_id() {
    let bob = "arn:aws:iam::111122223333:user/Bob";
    let naming = crate::scene::allow(bob, "kms:*");
    let refused = key_policy(&policy(&[&naming])).bind(&bindings());
    assert_eq!(refused.err(), Some(Unbound(bob.to_owned())));
    let naming = r#"{"Effect":"Allow","Principal":{"AWS":["*","111122223333","AIDACKCEVSQ6C2EXAMPLE"],"Service":"s3.amazonaws.com","Federated":"arn:aws:iam::111122223333:oidc-provider/id.example"},"Action":"kms:*","Resource":"*"}"#;
    let bound = key_policy(&policy(&[naming]))
        .bind(&BTreeMap::new())
        .unwrap();
    assert_eq!(bound.principals().count(), 5);
    let trust = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{ALICE}"}},"Action":"sts:AssumeRole"}}}}"#
    );
    let bound = Policy::parse(&trust, PolicyKind::Trust)
        .unwrap()
        .bind(&bindings())
        .unwrap();
    let named: Vec<&PrincipalRef> = bound.principals().collect();
    assert_eq!(named, [&PrincipalRef::UniqueId(ALICE_ID.to_owned())]);
}
