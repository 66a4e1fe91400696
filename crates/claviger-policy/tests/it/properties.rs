//! What must hold for every policy and every request.

use std::sync::Arc;

use claviger_policy::{Decision, Effect, Policies, Policy, PolicyKind, decide};
use proptest::prelude::*;

use crate::scene::{Ask, Conditions, alice, policy, root, session, user};

fn principal() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        r#""*""#,
        r#"{"AWS":"111122223333"}"#,
        r#"{"AWS":"444455556666"}"#,
        r#"{"AWS":["arn:aws:iam::111122223333:user/Alice","arn:aws:iam::444455556666:user/Bob"]}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:role/ops/Admin"}"#,
        r#"{"Service":"s3.amazonaws.com"}"#,
    ])
}

fn actions() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        r#""Action":"kms:*""#,
        r#""Action":["kms:Encrypt","kms:Decrypt"]"#,
        r#""Action":"kms:En*""#,
        r#""NotAction":"kms:Sign""#,
        r#""Action":"s3:GetObject""#,
    ])
}

fn resources() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        r#""Resource":"*""#,
        r#""Resource":"arn:aws:kms:*:111122223333:key/*""#,
        r#""NotResource":"arn:aws:kms:eu-*:*:*""#,
        r#""Resource":"arn:aws:kms:*:*:alias/${aws:username}""#,
    ])
}

fn conditions() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "",
        r#","Condition":{"StringEquals":{"kms:EncryptionContext:app":"a"}}"#,
        r#","Condition":{"StringNotEquals":{"kms:EncryptionContext:app":"a"}}"#,
        r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#,
        r#","Condition":{"ForAllValues:StringLike":{"kms:EncryptionContextKeys":"a*"}}"#,
        r#","Condition":{"Null":{"aws:TokenIssueTime":"true"}}"#,
    ])
}

fn effect() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["Allow", "Allow", "Allow", "Deny"])
}

prop_compose! {
    fn key_statement()(
        effect in effect(), principal in principal(), action in actions(), resource in resources(), when in conditions()
    ) -> String {
        format!(r#"{{"Effect":"{effect}","Principal":{principal},{action},{resource}{when}}}"#)
    }
}

prop_compose! {
    fn identity_statement()(
        effect in effect(), action in actions(), resource in resources(), when in conditions()
    ) -> String {
        format!(r#"{{"Effect":"{effect}",{action},{resource}{when}}}"#)
    }
}

fn ask() -> impl Strategy<Value = Ask<'static>> {
    let principal = prop::sample::select(vec![
        alice(),
        session(),
        root("111122223333"),
        user("444455556666", "Bob"),
    ]);
    let action = prop::sample::select(vec!["kms:Encrypt", "kms:Sign"]);
    (principal, action, any::<bool>(), any::<bool>()).prop_map(|(principal, action, app, tls)| {
        let mut given = Conditions::default();
        if app {
            given = given.text("kms:EncryptionContext:app", "a");
        }
        if tls {
            given = given.text("aws:SecureTransport", "true");
        }
        Ask::of(principal, action).given(given)
    })
}

fn is_allowed(decision: &Decision) -> bool {
    decision.effect == Effect::Allow
}

fn outcome(ask: &Ask<'_>, key: &[String], identity: &[String]) -> Decision {
    let compile = |statements: &[String], kind| {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        Policy::parse(&policy(&statements), kind).unwrap()
    };
    let identity = [Arc::new(compile(identity, PolicyKind::Identity))];
    let policies = Policies {
        resource: Some(&compile(key, PolicyKind::Key)),
        identity: &identity,
        ..Policies::default()
    };
    decide(&ask.request(), &policies)
}

fn statements() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    (
        prop::collection::vec(key_statement(), 1..4),
        prop::collection::vec(identity_statement(), 1..4),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn adding_a_deny_never_allows(
        (key, identity) in statements(), ask in ask(), denies in key_statement(), denied in identity_statement()
    ) {
        let before = outcome(&ask, &key, &identity);
        let with = |mut list: Vec<String>, one: &str| {
            list.push(one.replace(r#""Effect":"Allow""#, r#""Effect":"Deny""#));
            list
        };
        let after = outcome(&ask, &with(key, &denies), &with(identity, &denied));
        prop_assert!(is_allowed(&before) || !is_allowed(&after));
    }

    #[test]
    fn adding_an_allow_never_takes_away(
        (key, identity) in statements(), ask in ask(), allows in key_statement(), allowed in identity_statement()
    ) {
        let before = outcome(&ask, &key, &identity);
        let with = |mut list: Vec<String>, one: &str| {
            list.insert(0, one.replace(r#""Effect":"Deny""#, r#""Effect":"Allow""#));
            list
        };
        let after = outcome(&ask, &with(key, &allows), &with(identity, &allowed));
        prop_assert!(!is_allowed(&before) || is_allowed(&after));
        prop_assert_eq!(before.effect == Effect::ExplicitDeny, after.effect == Effect::ExplicitDeny);
    }

    #[test]
    fn an_unrelated_statement_changes_nothing((key, identity) in statements(), ask in ask(), effect in effect()) {
        let before = outcome(&ask, &key, &identity);
        let unrelated = [
            format!(r#"{{"Effect":"{effect}","Principal":"*","Action":"kms:Verify","Resource":"*"}}"#),
            format!(r#"{{"Effect":"{effect}","Principal":{{"AWS":"999988887777"}},"Action":"*","Resource":"*"}}"#),
            format!(r#"{{"Effect":"{effect}","Principal":"*","Action":"*","Resource":"arn:aws:kms:*:*:key/other"}}"#),
            format!(r#"{{"Effect":"{effect}","Principal":"*","Action":"*"}}"#),
        ];
        let key: Vec<String> = key.into_iter().chain(unrelated).collect();
        prop_assert_eq!(before, outcome(&ask, &key, &identity));
    }

    #[test]
    fn order_is_irrelevant((mut key, mut identity) in statements(), ask in ask()) {
        let before = outcome(&ask, &key, &identity);
        key.reverse();
        identity.reverse();
        prop_assert_eq!(before.effect, outcome(&ask, &key, &identity).effect);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in r#"[\[\]{}",:a-zA-Z$*' ]{0,60}"#) {
        let _ = Policy::parse(&text, PolicyKind::Key);
        let statement = format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":"*",{text}}}]}}"#);
        let _ = Policy::parse(&statement, PolicyKind::Key);
        let quoted = text.replace('"', "");
        let resource = format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"arn:${{{quoted}"}}]}}"#);
        let _ = Policy::parse(&resource, PolicyKind::Identity);
    }
}
