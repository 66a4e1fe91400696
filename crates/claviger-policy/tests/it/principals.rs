//! How policies name principals.

use claviger_policy::Effect::{Allow, ExplicitDeny};
use claviger_policy::PrincipalRef;

use crate::scene::{Ask, alice, names, own, policy, root, session, user};

#[test]
fn every_form_of_principal() {
    let check = |principal: &str, expected: &[PrincipalRef]| {
        let statement = format!(
            r#"{{"Effect":"Deny","Principal":{principal},"Action":"kms:*","Resource":"*"}}"#
        );
        assert_eq!(names(&policy(&[&statement])), expected, "{principal}");
    };
    let arn = |text: &str| PrincipalRef::Arn(text.to_owned());
    check(r#""*""#, &[PrincipalRef::AnyOne]);
    check(r#"{"AWS":"*"}"#, &[PrincipalRef::AnyOne]);
    check(r#"{"AWS":"111122223333"}"#, &[PrincipalRef::Account(own())]);
    check(
        r#"{"AWS":"arn:aws:iam::111122223333:root"}"#,
        &[PrincipalRef::Account(own())],
    );
    for named in [
        "arn:aws:iam::111122223333:user/Alice",
        "arn:aws:iam::111122223333:user/team/a/Alice",
        "arn:aws:iam::111122223333:user/a!b/a~b/Alice",
        "arn:aws:iam::111122223333:user/a//b/Alice",
        "arn:aws:iam::111122223333:role/a:b/{c}/R",
        "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/R",
        "arn:aws:sts::111122223333:assumed-role/Admin/a@example.com",
        "arn:aws:sts::111122223333:federated-user/Bob",
    ] {
        check(&format!(r#"{{"AWS":["{named}"]}}"#), &[arn(named)]);
    }
    let id = "AROADBQP57FF2AEXAMPLE";
    check(
        &format!(r#"{{"AWS":"{id}"}}"#),
        &[PrincipalRef::UniqueId(id.to_owned())],
    );
    check(
        r#"{"Service":["s3.amazonaws.com","logs.us-east-1.amazonaws.com"],"AWS":"*"}"#,
        &[
            PrincipalRef::Service("s3.amazonaws.com".to_owned()),
            PrincipalRef::Service("logs.us-east-1.amazonaws.com".to_owned()),
            PrincipalRef::AnyOne,
        ],
    );
    for provider in [
        "saml-provider/Corporate",
        "oidc-provider/token.actions.githubusercontent.com",
        "oidc-provider/tenant.auth0.com/",
        "oidc-provider/id.example:8443/realms/ci",
        "oidc-provider/id.example/a//b/~c/%7Ed:e",
    ] {
        let arn = format!("arn:aws:iam::111122223333:{provider}");
        check(
            &format!(r#"{{"Federated":"{arn}"}}"#),
            &[PrincipalRef::Federated(arn)],
        );
    }
    check(
        r#"{"Federated":"accounts.google.com"}"#,
        &[PrincipalRef::Federated("accounts.google.com".to_owned())],
    );
    let canonical = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    check(
        &format!(r#"{{"CanonicalUser":"{canonical}"}}"#),
        &[PrincipalRef::CanonicalUser(canonical.to_owned())],
    );
}

#[test]
fn not_principal_excepts_only_who_is_listed_in_full() {
    let check = |listed: &str, principal, excepted: bool| {
        let deny = format!(
            r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":[{listed}]}},"Action":"kms:*","Resource":"*"}}"#
        );
        let open = r#"{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}"#;
        let expected = if excepted { Allow } else { ExplicitDeny };
        Ask::of(principal, "kms:Sign").check(
            &policy(&[open, &deny]),
            &[crate::scene::ALLOW_ALL],
            expected,
        );
    };
    let account = r#""arn:aws:iam::111122223333:root""#;
    let user_alice = r#""arn:aws:iam::111122223333:user/Alice""#;
    let role = r#""arn:aws:iam::111122223333:role/ops/Admin""#;
    let session_arn = r#""arn:aws:sts::111122223333:assumed-role/Admin/build""#;
    check(&format!("{account},{user_alice}"), alice(), true);
    check(user_alice, alice(), false);
    check(account, alice(), false);
    check(account, root("111122223333"), true);
    check(
        &format!("{account},\"AIDACKCEVSQ6C2EXAMPLE\""),
        alice(),
        true,
    );
    check(&format!("{account},{role},{session_arn}"), session(), true);
    check(&format!("{account},{role}"), session(), false);
    check(&format!("{account},{session_arn}"), session(), false);
    check(&format!("{role},{session_arn}"), session(), false);
    check(
        &format!("{account},{user_alice}"),
        user("111122223333", "Bob"),
        false,
    );
    check(
        &format!("{account},{user_alice}"),
        user("444455556666", "Alice"),
        false,
    );
    check(r#""*""#, session(), true);
}

#[test]
fn services_and_providers_are_nobody_who_calls_here() {
    let service = r#"{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com","Federated":"accounts.google.com"},"Action":"kms:*","Resource":"*"}"#;
    let decision = Ask::of(root("111122223333"), "kms:Sign")
        .decide(&policy(&[service]), &[crate::scene::ALLOW_ALL]);
    assert_ne!(decision.effect, Allow);
}
