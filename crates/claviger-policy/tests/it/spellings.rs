//! Names of pairs and tags that differ in their case alone: none of them hides another.

use claviger_policy::Effect::{self, Allow, ExplicitDeny, ImplicitDeny};
use claviger_policy::Values;

use crate::scene::{Ask, Conditions, alice, pairs_of, policy};

#[test]
fn a_condition_applies_in_every_spelling_of_its_key() {
    for (said, asked) in [
        ("Stage", "STAGE"),
        ("Ünit", "ünit"),
        ("ünit", "ÜNIT"),
        ("ΟΔΟΣ", "οδοσ"),
    ] {
        let deny = format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*","Condition":{{"StringEquals":{{"kms:EncryptionContext:{said}":"secret"}}}}}}"#
        );
        check(&[ALLOW_ALL, &deny], &[(asked, "secret")], ExplicitDeny);
        check(&[ALLOW_ALL, &deny], &[(asked, "public")], Allow);
    }
}

#[test]
fn a_deny_applies_if_any_spelling_fits() {
    for (operator, wanted) in [
        ("StringEquals", "restricted"),
        ("StringNotEquals", "public"),
    ] {
        let deny = stage("Deny", operator, wanted);
        for (one, other, expected) in [
            ("x", "restricted", ExplicitDeny),
            ("restricted", "x", ExplicitDeny),
            ("public", "restricted", ExplicitDeny),
            ("public", "public", Allow),
        ] {
            let pairs = [("STAGE", one), ("stage", other)];
            check(&[ALLOW_ALL, &deny], &pairs, expected);
        }
    }
}

#[test]
fn an_allow_applies_if_every_spelling_fits() {
    for (operator, wanted) in [
        ("StringEquals", "public"),
        ("StringNotEquals", "restricted"),
    ] {
        let allow = stage("Allow", operator, wanted);
        for (one, other, expected) in [
            ("public", "restricted", ImplicitDeny),
            ("restricted", "public", ImplicitDeny),
            ("public", "public", Allow),
        ] {
            let pairs = [("STAGE", one), ("stage", other)];
            check(&[&allow], &pairs, expected);
        }
    }
}

fn check(statements: &[&str], pairs: &[(&str, &str)], expected: Effect) {
    let context = Box::leak(Box::new(pairs_of(pairs)));
    let mut conditions = Conditions::default();
    for (name, _) in pairs {
        let name = claviger_policy::folded(name);
        if let Some(values) = Values::of_pairs(&*context, &name) {
            conditions = conditions.with(&format!("kms:encryptioncontext:{name}"), values);
        }
    }
    let ask = Ask::of(alice(), "kms:Encrypt").given(conditions);
    ask.check(&policy(statements), &[], expected);
}

fn stage(effect: &str, operator: &str, wanted: &str) -> String {
    format!(
        r#"{{"Effect":"{effect}","Principal":"*","Action":"kms:*","Resource":"*","Condition":{{"{operator}":{{"kms:EncryptionContext:Stage":"{wanted}"}}}}}}"#
    )
}

const ALLOW_ALL: &str = r#"{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}"#;
