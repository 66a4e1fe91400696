//! What grants permit, and which grants may be made of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use claviger_model::GrantOperation::{
    self, CreateGrant, Decrypt, DescribeKey, Encrypt, RetireGrant, Sign,
};
use claviger_policy::ContextConstraint::{Equals, Subset};
use claviger_policy::Effect::{self, Allow, ExplicitDeny, ImplicitDeny};
use claviger_policy::{
    Grant, GrantConstraints, Policies, Principal, PrincipalRef, Reason, Resource,
    default_key_policy,
};
use proptest::prelude::*;

use crate::scene::{
    Ask, account, alice, federated_user, key_policy, own, pairs_of, root, session, statement, user,
};

fn to(grantee: PrincipalRef, operations: &[GrantOperation]) -> Grant {
    Grant {
        id: "abc".to_owned(),
        grantee,
        operations: operations.iter().copied().collect(),
        constraints: GrantConstraints::default(),
    }
}

fn by_id(id: &str) -> PrincipalRef {
    PrincipalRef::UniqueId(id.to_owned())
}

/// The decision under a key policy that delegates to the account, with these grants and identity policies.
fn check(ask: &Ask<'_>, grant: &Grant, identity: &[&str], expected: Effect) {
    let delegating = key_policy(&default_key_policy(own()));
    let identity: Vec<_> = identity
        .iter()
        .map(|action| statement("Allow", action))
        .collect();
    let decision = ask.decide_under(&Policies {
        resource: Some(&delegating),
        identity: &identity,
        grants: &[Arc::new(grant.clone())],
        ..Policies::default()
    });
    assert_eq!(
        decision.effect, expected,
        "{} by {}: {grant:?}",
        ask.action, ask.principal.arn
    );
}

#[test]
fn a_grant_permits_its_operations_to_its_grantee() {
    let grant = to(by_id("AIDACKCEVSQ6C2EXAMPLE"), &[Decrypt, DescribeKey]);
    let ask = |action| Ask::of(alice(), action);
    check(&ask("kms:Decrypt"), &grant, &[], Allow);
    check(&ask("kms:DescribeKey"), &grant, &[], Allow);
    check(&ask("KMS:decrypt"), &grant, &[], Allow);
    check(&ask("kms:Encrypt"), &grant, &[], ImplicitDeny);
    check(&ask("s3:Decrypt"), &grant, &[], ImplicitDeny);
    check(
        &Ask::of(session(), "kms:Decrypt"),
        &grant,
        &[],
        ImplicitDeny,
    );
    // A later user of the same name has another id.
    let namesake = Principal {
        unique_id: "AIDACKCEVSQ6C2NAMESKE".to_owned(),
        ..alice()
    };
    check(&Ask::of(namesake, "kms:Decrypt"), &grant, &[], ImplicitDeny);
    let elsewhere = ask("kms:Decrypt").on(Resource::Any);
    check(&elsewhere, &grant, &[], ImplicitDeny);
}

#[test]
fn every_kind_of_grantee() {
    let check = |principal: Principal, grantee: PrincipalRef, expected| {
        let ask = Ask::of(principal, "kms:Decrypt");
        check(&ask, &to(grantee, &[Decrypt]), &[], expected);
    };
    check(session(), by_id("AROADBQP57FF2AEXAMPLE"), Allow);
    check(session(), by_id("AROADBQP57FF2AEXAMPLE:build"), Allow);
    check(
        session(),
        by_id("AROADBQP57FF2AEXAMPLE:other"),
        ImplicitDeny,
    );
    check(federated_user(), by_id("111122223333:Carol"), Allow);
    check(federated_user(), by_id("111122223333:Dave"), ImplicitDeny);
    check(
        user("444455556666", "Bob"),
        by_id("AIDACKCEVSQ6C2EXAMPLE"),
        Allow,
    );
}

#[test]
fn a_granted_account_delegates() {
    let grant = to(PrincipalRef::Account(account("444455556666")), &[Decrypt]);
    let ask = Ask::of(user("444455556666", "Bob"), "kms:Decrypt");
    check(&ask, &grant, &[], ImplicitDeny);
    check(&ask, &grant, &["kms:*"], Allow);
    check(&ask, &grant, &["s3:*"], ImplicitDeny);
    let its_root = Ask::of(root("444455556666"), "kms:Decrypt");
    check(&its_root, &grant, &["*"], Allow);
    let other = Ask::of(user("999988887777", "Bob"), "kms:Decrypt");
    check(&other, &grant, &["*"], ImplicitDeny);
}

#[test]
fn a_grant_never_overcomes_a_deny_or_a_limit() {
    let delegating = key_policy(&default_key_policy(own()));
    let grants = [Arc::new(to(by_id("AIDACKCEVSQ6C2EXAMPLE"), &[Decrypt]))];
    let granted = Policies {
        resource: Some(&delegating),
        grants: &grants,
        ..Policies::default()
    };
    let ask = Ask::of(alice(), "kms:Decrypt");
    let decision = ask.decide_under(&granted);
    let Reason::AllowedBy(grounds) = decision.reason else {
        panic!("{decision:?}");
    };
    assert_eq!(grounds.grant.as_deref(), Some("abc"));
    assert_eq!((grounds.resource, grounds.identity), (None, None));
    let denied = Policies {
        identity: &[statement("Deny", "kms:Decrypt")],
        ..granted
    };
    assert_eq!(ask.decide_under(&denied).effect, ExplicitDeny);
    let limited = Policies {
        boundary: Some(&statement("Allow", "s3:*")),
        ..granted
    };
    assert_eq!(ask.decide_under(&limited).effect, ImplicitDeny);
    let in_session = Policies {
        session: Some(&[statement("Allow", "s3:*")]),
        ..granted
    };
    assert_eq!(ask.decide_under(&in_session).effect, ImplicitDeny);
}

#[test]
fn constraints_on_the_encryption_context() {
    let check = |constraint, operation: GrantOperation, context: &[(&str, &str)], expected| {
        let grant = Grant {
            constraints: GrantConstraints {
                context: Some(constraint),
                source_arn: None,
            },
            ..to(by_id("AIDACKCEVSQ6C2EXAMPLE"), &[operation])
        };
        let action = format!("kms:{operation}");
        let ask = Ask::of(alice(), &action);
        let ask = match context {
            [] => ask,
            pairs => ask.with_context(pairs),
        };
        check(&ask, &grant, &[], expected);
    };
    let equals = |pairs| Equals(pairs_of(pairs));
    let subset = |pairs| Subset(pairs_of(pairs));
    let app = [("App", "a")];
    let both = [("App", "a"), ("Dept", "it")];
    check(equals(&app), Decrypt, &app, Allow);
    check(equals(&app), Decrypt, &[("APP", "a")], Allow);
    check(equals(&app), Decrypt, &[("App", "A")], ImplicitDeny);
    check(equals(&app), Decrypt, &both, ImplicitDeny);
    check(equals(&both), Decrypt, &app, ImplicitDeny);
    check(equals(&app), Decrypt, &[], ImplicitDeny);
    check(subset(&app), Decrypt, &both, Allow);
    check(subset(&app), Decrypt, &app, Allow);
    check(subset(&both), Decrypt, &app, ImplicitDeny);
    check(subset(&app), Encrypt, &[], ImplicitDeny);
    check(subset(&app), Encrypt, &[("app", "a"), ("x", "y")], Allow);
    // Pairs whose keys differ in case only are one; every pair must stand on both sides.
    let spellings = [("a", "1"), ("A", "1")];
    check(equals(&spellings), Decrypt, &[("a", "1")], Allow);
    check(equals(&[("a", "1")]), Decrypt, &spellings, Allow);
    let twins = [("a", "1"), ("A", "2")];
    check(equals(&twins), Decrypt, &twins, Allow);
    check(equals(&[("a", "1")]), Decrypt, &twins, ImplicitDeny);
    let one_foreign = [("a", "1"), ("b", "2")];
    check(equals(&twins), Decrypt, &one_foreign, ImplicitDeny);
    check(
        equals(&[("a", "1"), ("A", "1")]),
        Decrypt,
        &[("a", "1"), ("b", "2")],
        ImplicitDeny,
    );
    // Operations without an encryption context.
    for operation in [DescribeKey, RetireGrant, CreateGrant] {
        check(equals(&app), operation, &[], Allow);
    }
}

#[test]
fn a_source_arn_is_for_services_alone() {
    let check = |operation: GrantOperation, expected| {
        let grant = Grant {
            constraints: GrantConstraints {
                context: None,
                source_arn: Some("arn:aws:s3:::a-bucket-of-twenty-letters".to_owned()),
            },
            ..to(by_id("AIDACKCEVSQ6C2EXAMPLE"), &[operation])
        };
        let action = format!("kms:{operation}");
        check(&Ask::of(alice(), &action), &grant, &[], expected);
    };
    check(Decrypt, ImplicitDeny);
    check(Sign, ImplicitDeny);
    check(DescribeKey, ImplicitDeny);
    check(CreateGrant, ImplicitDeny);
    check(RetireGrant, Allow);
}

#[test]
fn a_child_has_no_more_operations_and_no_looser_constraints() {
    let equals = |pairs| Some(Equals(pairs_of(pairs)));
    let subset = |pairs| Some(Subset(pairs_of(pairs)));
    let check = |parent, child, expected: bool| {
        let constraints = |context| GrantConstraints {
            context,
            source_arn: None,
        };
        let (parent, child) = (constraints(parent), constraints(child));
        assert_eq!(
            child.is_no_looser_than(&parent),
            expected,
            "{child:?} under {parent:?}"
        );
    };
    let one = [("a", "1")];
    let two = [("a", "1"), ("b", "2")];
    check(None, None, true);
    check(None, equals(&one), true);
    check(equals(&one), None, false);
    check(equals(&one), equals(&one), true);
    check(equals(&one), equals(&[("A", "1")]), true);
    check(equals(&one), equals(&two), false);
    check(equals(&two), equals(&one), false);
    check(equals(&one), subset(&one), false);
    check(subset(&one), None, false);
    check(subset(&one), subset(&two), true);
    check(subset(&one), equals(&two), true);
    check(subset(&two), subset(&one), false);
    check(subset(&two), equals(&one), false);
    check(subset(&one), subset(&[("a", "2")]), false);

    let operations = |list: &[GrantOperation]| list.iter().copied().collect::<BTreeSet<_>>();
    let parent = to(by_id("AIDACKCEVSQ6C2EXAMPLE"), &[Decrypt, CreateGrant]);
    let free = GrantConstraints::default();
    assert!(parent.may_parent(&operations(&[Decrypt]), &free));
    assert!(parent.may_parent(&operations(&[Decrypt, CreateGrant]), &free));
    assert!(!parent.may_parent(&operations(&[Decrypt, Encrypt]), &free));
    let for_service = |arn: Option<&str>| GrantConstraints {
        context: None,
        source_arn: arn.map(str::to_owned),
    };
    assert!(!for_service(None).is_no_looser_than(&for_service(Some("arn:a"))));
    assert!(!for_service(Some("arn:b")).is_no_looser_than(&for_service(Some("arn:a"))));
    assert!(for_service(Some("arn:a")).is_no_looser_than(&for_service(Some("arn:a"))));
    assert!(for_service(Some("arn:a")).is_no_looser_than(&free));
}

fn pairs() -> impl Strategy<Value = std::collections::BTreeMap<String, String>> {
    prop::collection::btree_map("[aAb]", "[12]", 0..3)
}

fn constraints() -> impl Strategy<Value = GrantConstraints> {
    let context = prop_oneof![pairs().prop_map(Equals), pairs().prop_map(Subset)];
    prop::option::of(context).prop_map(|context| GrantConstraints {
        context,
        source_arn: None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_a_child_permits_its_parent_permits(parent in constraints(), child in constraints(), given in pairs()) {
        let permits = |constraints: &GrantConstraints| {
            let grant = Grant { constraints: constraints.clone(), ..to(by_id("AIDACKCEVSQ6C2EXAMPLE"), &[Decrypt]) };
            let mut ask = Ask::of(alice(), "kms:Decrypt");
            ask.encryption_context = Some(given.clone());
            let delegating = key_policy(&default_key_policy(own()));
            ask.decide_under(&Policies {
                resource: Some(&delegating),
                grants: &[Arc::new(grant)],
                ..Policies::default()
            })
            .effect
                == Allow
        };
        if child.is_no_looser_than(&parent) {
            prop_assert!(!permits(&child) || permits(&parent));
        }
    }
}
