//! Who is allowed what, and what the refusal says.

use claviger_policy::Effect::{self, Allow, ExplicitDeny, ImplicitDeny};
use claviger_policy::{
    Grounds, Policies, Policy, PolicyKind, PolicySource, Reason, Resource, decide,
    default_key_policy,
};

use crate::scene::{ALLOW_ALL, Ask, KEY, account, alice, allow, own, policy, root, session, user};

const ALICE: &str = "arn:aws:iam::111122223333:user/Alice";
const ROLE: &str = "arn:aws:iam::111122223333:role/ops/Admin";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Admin/build";
const ROOT: &str = "arn:aws:iam::111122223333:root";

/// Same account: the key policy names someone, the identity policies are as given.
fn check_own(names: &str, ask: &Ask<'_>, identity: &[&str], expected: Effect) {
    ask.check(&policy(&[&allow(names, "kms:Encrypt")]), identity, expected);
}

#[test]
fn naming_the_caller_is_enough_and_naming_the_account_delegates() {
    let ask = Ask::of(alice(), "kms:Encrypt");
    check_own(ALICE, &ask, &[], Allow);
    check_own("*", &ask, &[], Allow);
    check_own("AIDACKCEVSQ6C2EXAMPLE", &ask, &[], Allow);
    check_own(ROOT, &ask, &[], ImplicitDeny);
    check_own("111122223333", &ask, &[], ImplicitDeny);
    check_own(ROOT, &ask, &[ALLOW_ALL], Allow);
    check_own("111122223333", &ask, &[ALLOW_ALL], Allow);
    check_own(
        "arn:aws:iam::111122223333:user/Bob",
        &ask,
        &[ALLOW_ALL],
        ImplicitDeny,
    );
    check_own("999988887777", &ask, &[ALLOW_ALL], ImplicitDeny);
    check_own(
        "arn:aws:iam::111122223333:user/alice",
        &ask,
        &[ALLOW_ALL],
        ImplicitDeny,
    );
}

#[test]
fn the_root_is_no_exception() {
    let ask = Ask::of(root("111122223333"), "kms:Encrypt");
    check_own(ROOT, &ask, &[ALLOW_ALL], Allow);
    check_own(ROOT, &ask, &[], ImplicitDeny);
    check_own(ALICE, &ask, &[ALLOW_ALL], ImplicitDeny);
}

#[test]
fn a_session_is_its_role_and_itself() {
    let ask = Ask::of(session(), "kms:Encrypt");
    check_own(ROLE, &ask, &[], Allow);
    check_own(SESSION, &ask, &[], Allow);
    check_own("AROADBQP57FF2AEXAMPLE", &ask, &[], Allow);
    check_own(
        "arn:aws:sts::111122223333:assumed-role/Admin/other",
        &ask,
        &[ALLOW_ALL],
        ImplicitDeny,
    );
    check_own(
        "arn:aws:iam::111122223333:role/Admin",
        &ask,
        &[ALLOW_ALL],
        ImplicitDeny,
    );
    check_own("AROADBQP57FF2OTHERONE", &ask, &[ALLOW_ALL], ImplicitDeny);
}

#[test]
fn another_account_needs_both_sides() {
    let outsider = Ask::of(user("444455556666", "Bob"), "kms:Decrypt");
    for named in [
        "444455556666",
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::444455556666:user/Bob",
        "*",
    ] {
        let key_policy = policy(&[&allow(named, "kms:Decrypt")]);
        outsider.check(&key_policy, &[ALLOW_ALL], Allow);
        outsider.check(&key_policy, &[], ImplicitDeny);
    }
    outsider.check(&default_key_policy(own()), &[ALLOW_ALL], ImplicitDeny);
    outsider.check(
        &policy(&[&allow(ROOT, "kms:*")]),
        &[ALLOW_ALL],
        ImplicitDeny,
    );
}

#[test]
fn a_key_without_a_policy_is_nobodys() {
    let ask = Ask::of(root("111122223333"), "kms:DescribeKey");
    let everything = std::sync::Arc::new(Policy::parse(ALLOW_ALL, PolicyKind::Identity).unwrap());
    let policies = Policies {
        identity: &[everything],
        ..Policies::default()
    };
    let decision = decide(&ask.request(), &policies);
    assert_eq!(decision.effect, ImplicitDeny);
}

#[test]
fn a_deny_anywhere_wins() {
    let ask = Ask::of(alice(), "kms:Encrypt");
    let deny_all = r#"{"Effect":"Deny","Principal":"*","Action":"kms:Encrypt","Resource":"*"}"#;
    let deny_root =
        r#"{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"kms:En*","Resource":"*"}"#;
    let deny_identity =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"kms:*","Resource":"*"}}"#;
    let allowed = allow(ALICE, "kms:*");
    ask.check(&policy(&[&allowed, deny_all]), &[ALLOW_ALL], ExplicitDeny);
    ask.check(&policy(&[deny_root, &allowed]), &[ALLOW_ALL], ExplicitDeny);
    ask.check(
        &policy(&[&allowed]),
        &[ALLOW_ALL, deny_identity],
        ExplicitDeny,
    );
}

#[test]
fn calls_without_a_key_are_a_matter_of_identity_policies() {
    let on_keys = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"arn:aws:kms:*:111122223333:key/*"}}"#;
    let not_keys = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","NotResource":"arn:aws:kms:*:111122223333:key/*"}}"#;
    let nobody = policy(&[&allow("*", "kms:*")]);
    let create = Ask::of(alice(), "kms:CreateKey").on(Resource::Any);
    create.check(&nobody, &[], ImplicitDeny);
    create.check(&nobody, &[on_keys], ImplicitDeny);
    create.check(&nobody, &[not_keys], Allow);
    create.check(&nobody, &[ALLOW_ALL], Allow);
    let alias = "arn:aws:kms:us-east-1:111122223333:alias/app";
    let on_alias = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:CreateAlias","Resource":"arn:aws:kms:*:*:alias/a?p"}}"#;
    let create_alias = Ask::of(alice(), "kms:CreateAlias").on(Resource::Alias { arn: alias });
    create_alias.check(&nobody, &[on_alias], Allow);
    create_alias.check(&nobody, &[on_keys], ImplicitDeny);
}

#[test]
fn actions_and_resources_of_statements() {
    let check = |element: &str, action: &str, expected: Effect| {
        let statement = format!(r#"{{"Effect":"Allow","Principal":"*",{element}}}"#);
        Ask::of(alice(), action).check(&policy(&[&statement]), &[], expected);
    };
    check(
        r#""Action":"kms:encrypt","Resource":"*""#,
        "kms:Encrypt",
        Allow,
    );
    check(
        r#""Action":"KMS:ENCRYPT","Resource":"*""#,
        "kms:Encrypt",
        Allow,
    );
    check(r#""Action":"*","Resource":"*""#, "kms:Encrypt", Allow);
    check(r#""Action":"*:*","Resource":"*""#, "kms:Encrypt", Allow);
    check(
        r#""Action":"kms:GenerateDataKey*","Resource":"*""#,
        "kms:GenerateDataKeyPairWithoutPlaintext",
        Allow,
    );
    check(
        r#""Action":"kms:ReEncrypt?rom","Resource":"*""#,
        "kms:ReEncryptFrom",
        Allow,
    );
    check(
        r#""Action":["s3:*","kms:Sign"],"Resource":"*""#,
        "kms:Encrypt",
        ImplicitDeny,
    );
    check(
        r#""NotAction":["kms:Decrypt"],"Resource":"*""#,
        "kms:Encrypt",
        Allow,
    );
    check(
        r#""NotAction":["kms:Decrypt"],"Resource":"*""#,
        "kms:Decrypt",
        ImplicitDeny,
    );
    check(
        &format!(r#""Action":"kms:*","Resource":"{KEY}""#),
        "kms:Encrypt",
        Allow,
    );
    check(
        &format!(r#""Action":"kms:*","NotResource":"{KEY}""#),
        "kms:Encrypt",
        ImplicitDeny,
    );
    check(
        r#""Action":"kms:*","Resource":"arn:aws:kms:us-east-1:111122223333:KEY/*""#,
        "kms:Encrypt",
        ImplicitDeny,
    );
    check(
        r#""Action":"kms:*","Resource":"arn:aws:kms:*:111122223333:key/1234abcd-*""#,
        "kms:Encrypt",
        Allow,
    );
    check(
        r#""Action":"kms:*","Resource":"arn:aws:kms:*:111122223333:alias/app""#,
        "kms:Encrypt",
        ImplicitDeny,
    );
    // Accepted, as in AWS, and without effect.
    check(r#""Action":"kms:*""#, "kms:Encrypt", ImplicitDeny);
    check(r#""Resource":"*""#, "kms:Encrypt", ImplicitDeny);
    let long = format!("kms:{}", "Long".repeat(40));
    check(r#""Action":"kms:long*","Resource":"*""#, &long, Allow);
}

#[test]
fn the_reason_names_the_statements() {
    let admins = r#"{"Sid":"Allow access for Key Administrators","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}"#;
    let users = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"Use","Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#;
    let s3 = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let decision = Ask::of(alice(), "kms:Sign")
        .decide(&policy(&[&allow("*", "kms:Verify"), admins]), &[s3, users]);
    let Reason::AllowedBy(Grounds {
        resource: Some(key),
        identity: Some(identity),
        ..
    }) = decision.reason
    else {
        panic!("both policies allowed: {:?}", decision.reason);
    };
    assert_eq!((key.policy, key.statement), (PolicySource::Resource, 1));
    assert_eq!(
        key.sid.as_deref(),
        Some("Allow access for Key Administrators")
    );
    assert_eq!(
        (identity.policy, identity.statement),
        (PolicySource::Identity(1), 1)
    );
    assert_eq!(identity.sid.as_deref(), Some("Use"));
}

#[test]
fn denials_speak_as_aws_does() {
    let check = |ask: &Ask<'_>, key_policy: &str, identity: &[&str], ending: &str| {
        let decision = ask.decide(key_policy, identity);
        let text = decision.denial_text(&ask.principal.arn, ask.action, Some(ask.resource.text()));
        let beginning = format!(
            "User: {} is not authorized to perform: {} on resource: ",
            ask.principal.arn, ask.action
        );
        assert_eq!(text, format!("{beginning}{}{ending}", ask.resource.text()));
    };
    let sign = Ask::of(alice(), "kms:Sign");
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*"}"#;
    let deny_identity =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    check(
        &sign,
        &default_key_policy(own()),
        &[],
        " because no identity-based policy allows the kms:Sign action",
    );
    check(
        &sign,
        &policy(&[&allow(ALICE, "kms:Verify")]),
        &[ALLOW_ALL],
        " because no resource-based policy allows the kms:Sign action",
    );
    check(
        &sign,
        &policy(&[deny]),
        &[],
        " with an explicit deny in a resource-based policy",
    );
    check(
        &sign,
        &default_key_policy(own()),
        &[deny_identity],
        " with an explicit deny in an identity-based policy",
    );
    check(
        &Ask::of(alice(), "kms:CreateKey").on(Resource::Any),
        &policy(&[deny]),
        &[],
        " because no identity-based policy allows the kms:CreateKey action",
    );
    check(
        &Ask::of(user("444455556666", "Bob"), "kms:Sign"),
        &policy(&[&allow("444455556666", "kms:Sign")]),
        &[],
        " because no identity-based policy allows the kms:Sign action",
    );
}

#[test]
fn the_owner_of_the_key_decides_what_is_cross_account() {
    let ask = Ask::of(alice(), "kms:Sign").on(Resource::Key {
        arn: "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        account: account("444455556666"),
    });
    ask.check(&policy(&[&allow(ALICE, "kms:Sign")]), &[], ImplicitDeny);
    ask.check(&policy(&[&allow(ALICE, "kms:Sign")]), &[ALLOW_ALL], Allow);
}
