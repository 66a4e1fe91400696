//! Permissions boundaries and session policies: they only limit.

use claviger_policy::Effect::{self, Allow, ExplicitDeny, ImplicitDeny};
use claviger_policy::{
    Grounds, Policies, PolicySource, PolicyType, Reason, Resource, default_key_policy,
};

use crate::scene::{Ask, alice, allow, key_policy, own, policy, session, statement};

const ALICE: &str = "arn:aws:iam::111122223333:user/Alice";

/// Alice may everything by the default key policy and her own policy, and is limited.
fn check(boundary: Option<&str>, sessions: Option<&[&str]>, effect: Effect, reason: &str) {
    let delegating = key_policy(&default_key_policy(own()));
    let boundary = boundary.map(|action| statement("Allow", action));
    let sessions: Option<Vec<_>> = sessions.map(|actions| {
        actions
            .iter()
            .map(|action| statement("Allow", action))
            .collect()
    });
    let ask = Ask::of(alice(), "kms:Encrypt");
    let decision = ask.decide_under(&Policies {
        resource: Some(&delegating),
        identity: &[statement("Allow", "*")],
        boundary: boundary.as_deref(),
        session: sessions.as_deref(),
        ..Policies::default()
    });
    assert_eq!(decision.effect, effect, "{boundary:?} {sessions:?}");
    let text = decision.denial_text("A", "kms:Encrypt", Some("K"));
    assert_eq!(
        text,
        format!("User: A is not authorized to perform: kms:Encrypt on resource: K{reason}")
    );
}

#[test]
fn what_exists_must_allow() {
    let no_boundary = " because no permissions boundary allows the kms:Encrypt action";
    let no_session = " because no session policy allows the kms:Encrypt action";
    check(None, None, Allow, "");
    check(Some("kms:*"), None, Allow, "");
    check(Some("s3:*"), None, ImplicitDeny, no_boundary);
    check(None, Some(&["kms:Encrypt"]), Allow, "");
    check(None, Some(&["kms:Decrypt"]), ImplicitDeny, no_session);
    check(None, Some(&[]), ImplicitDeny, no_session);
    check(None, Some(&["s3:*", "kms:*"]), Allow, "");
    check(Some("kms:*"), Some(&["kms:*"]), Allow, "");
    check(Some("s3:*"), Some(&["s3:*"]), ImplicitDeny, no_boundary);
    check(Some("kms:*"), Some(&["s3:*"]), ImplicitDeny, no_session);
}

#[test]
fn a_limit_grants_nothing() {
    let delegating = key_policy(&default_key_policy(own()));
    let everything = statement("Allow", "*");
    let decision = Ask::of(alice(), "kms:Encrypt").decide_under(&Policies {
        resource: Some(&delegating),
        boundary: Some(&everything),
        session: Some(std::slice::from_ref(&everything)),
        ..Policies::default()
    });
    assert_eq!(decision.reason, Reason::NotAllowedBy(PolicyType::Identity));
}

#[test]
fn a_limit_stands_even_where_the_key_policy_names_the_caller() {
    for (named, principal) in [
        (ALICE, alice()),
        (
            "arn:aws:sts::111122223333:assumed-role/Admin/build",
            session(),
        ),
    ] {
        let naming = key_policy(&policy(&[&allow(named, "kms:*")]));
        let ask = Ask::of(principal, "kms:Encrypt");
        let limited = |boundary: &str, session: &str| {
            let policies = Policies {
                resource: Some(&naming),
                boundary: Some(&statement("Allow", boundary)),
                session: Some(&[statement("Allow", session)]),
                ..Policies::default()
            };
            ask.decide_under(&policies).effect
        };
        assert_eq!(limited("kms:*", "kms:*"), Allow);
        assert_eq!(limited("kms:Sign", "kms:*"), ImplicitDeny);
        assert_eq!(limited("kms:*", "kms:Sign"), ImplicitDeny);
    }
}

#[test]
fn a_limit_denies() {
    let naming = key_policy(&policy(&[&allow(ALICE, "kms:*")]));
    let deny = statement("Deny", "kms:Encrypt");
    let all = statement("Allow", "*");
    let ask = Ask::of(alice(), "kms:Encrypt");
    let decision = ask.decide_under(&Policies {
        resource: Some(&naming),
        boundary: Some(&deny),
        ..Policies::default()
    });
    assert_eq!(decision.effect, ExplicitDeny);
    let text = decision.denial_text("A", "kms:Encrypt", Some("K"));
    assert!(text.ends_with(" with an explicit deny in a permissions boundary"));
    let decision = ask.decide_under(&Policies {
        resource: Some(&naming),
        session: Some(&[all, deny]),
        ..Policies::default()
    });
    let Reason::DeniedBy(clause) = &decision.reason else {
        panic!("{decision:?}");
    };
    assert_eq!(clause.policy, PolicySource::Session(1));
    let text = decision.denial_text("A", "kms:Encrypt", Some("K"));
    assert!(text.ends_with(" with an explicit deny in a session policy"));
}

#[test]
fn limits_hold_for_calls_without_a_key_and_on_entities() {
    for resource in [
        Resource::Any,
        Resource::Entity {
            arn: "arn:aws:iam::111122223333:user/Bob",
        },
    ] {
        let ask = Ask::of(alice(), "iam:GetUser").on(resource);
        let limited = |boundary: &str| {
            let policies = Policies {
                identity: &[statement("Allow", "iam:*")],
                boundary: Some(&statement("Allow", boundary)),
                ..Policies::default()
            };
            ask.decide_under(&policies)
        };
        assert_eq!(limited("kms:*").effect, ImplicitDeny);
        let Reason::AllowedBy(Grounds {
            resource: None,
            identity: Some(identity),
            boundary: Some(boundary),
            session: None,
            grant: None,
        }) = limited("iam:Get*").reason
        else {
            panic!("identity policy and boundary allow together");
        };
        assert_eq!(identity.policy, PolicySource::Identity(0));
        assert_eq!(boundary.policy, PolicySource::Boundary);
    }
}

#[test]
fn not_principal_never_excepts_who_has_a_boundary() {
    let all = statement("Allow", "*");
    let excepting = key_policy(&policy(&[
        &allow(ALICE, "kms:*"),
        &format!(
            r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":["111122223333","{ALICE}"]}},"Action":"kms:*","Resource":"*"}}"#
        ),
    ]));
    let effect = |boundary| {
        let policies = Policies {
            resource: Some(&excepting),
            boundary,
            ..Policies::default()
        };
        Ask::of(alice(), "kms:Sign").decide_under(&policies).effect
    };
    assert_eq!(effect(None), Allow);
    assert_eq!(effect(Some(&all)), ExplicitDeny);
}
