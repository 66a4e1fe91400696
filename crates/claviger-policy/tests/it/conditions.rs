//! Conditions: absent keys, sets of values, `IfExists`, and what is known of the caller.

use claviger_policy::{Effect, Resource, Value, Values};

use crate::scene::{Ask, Conditions, KEY, account, alice, allow, policy, root, session};

/// Whether a statement with this condition applies.
fn check(condition: &str, conditions: Conditions, expected: bool) {
    let statement = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{condition}}}}}}}"#
    );
    let effect = if expected {
        Effect::Allow
    } else {
        Effect::ImplicitDeny
    };
    let nobody = policy(&[&allow("*", "kms:Nothing")]);
    Ask::of(alice(), "kms:ListKeys")
        .on(Resource::Any)
        .given(conditions)
        .check(&nobody, &[&statement], effect);
}

/// One operator on one key, against the key's value and against a context without the key.
pub(crate) fn check_one(
    operator: &str,
    values: &str,
    actual: Value<'static>,
    present: bool,
    absent: bool,
) {
    let condition = format!(r#""{operator}":{{"kms:KeySpec":{values}}}"#);
    check(
        &condition,
        Conditions::default().value("kms:KeySpec", actual),
        present,
    );
    check(&condition, Conditions::default(), absent);
}

pub(crate) fn text(value: &'static str) -> Value<'static> {
    Value::Text(value.into())
}

#[test]
fn absence() {
    let present = || Conditions::default().text("aws:TokenIssueTime", "2026-01-31T12:00:00Z");
    check(r#""Null":{"aws:TokenIssueTime":"true"}"#, present(), false);
    check(
        r#""Null":{"aws:TokenIssueTime":"true"}"#,
        Conditions::default(),
        true,
    );
    check(r#""Null":{"aws:TokenIssueTime":false}"#, present(), true);
    check(
        r#""Null":{"aws:TokenIssueTime":"false"}"#,
        Conditions::default(),
        false,
    );
    check(
        r#""Null":{"aws:TagKeys":"true"}"#,
        Conditions::default().with("aws:TagKeys", Values::texts([])),
        true,
    );
}

#[test]
fn if_exists_passes_what_is_absent() {
    check_one(
        "StringEqualsIfExists",
        r#""RSA_2048""#,
        text("RSA_4096"),
        false,
        true,
    );
    check_one(
        "StringEqualsIfExists",
        r#""RSA_2048""#,
        text("RSA_2048"),
        true,
        true,
    );
    check_one(
        "StringNotEqualsIfExists",
        r#""RSA_2048""#,
        text("RSA_2048"),
        false,
        true,
    );
    check_one(
        "NumericLessThanIfExists",
        "7",
        Value::Number(8),
        false,
        true,
    );
    check_one("BoolIfExists", "true", Value::Bool(false), false, true);
    check_one(
        "ForAnyValue:StringEqualsIfExists",
        r#""RSA_2048""#,
        text("RSA_4096"),
        false,
        true,
    );
    check_one(
        "ForAllValues:StringEqualsIfExists",
        r#""RSA_2048""#,
        text("RSA_4096"),
        false,
        true,
    );
}

#[test]
fn sets() {
    let set = |operator: &str, values: &str, tags: &[&'static str], expected: bool| {
        let condition = format!(r#""{operator}":{{"aws:TagKeys":{values}}}"#);
        let conditions =
            Conditions::default().with("aws:TagKeys", Values::texts(tags.iter().copied()));
        check(&condition, conditions, expected);
    };
    set(
        "ForAllValues:StringEquals",
        r#"["a","b"]"#,
        &["a", "b"],
        true,
    );
    set("ForAllValues:StringEquals", r#"["a","b"]"#, &["a"], true);
    set(
        "ForAllValues:StringEquals",
        r#"["a","b"]"#,
        &["a", "c"],
        false,
    );
    set("ForAllValues:StringEquals", r#"["a","b"]"#, &[], true);
    set(
        "ForAnyValue:StringEquals",
        r#"["a","b"]"#,
        &["c", "b"],
        true,
    );
    set("ForAnyValue:StringEquals", r#"["a","b"]"#, &["c"], false);
    set("ForAnyValue:StringEquals", r#"["a","b"]"#, &[], false);
    set(
        "ForAllValues:StringNotEquals",
        r#"["a"]"#,
        &["b", "c"],
        true,
    );
    set(
        "ForAllValues:StringNotEquals",
        r#"["a"]"#,
        &["a", "c"],
        false,
    );
    set("ForAllValues:StringNotEquals", r#"["a"]"#, &[], true);
    set("ForAnyValue:StringNotEquals", r#"["a"]"#, &["a", "c"], true);
    set("ForAnyValue:StringNotEquals", r#"["a"]"#, &["a"], false);
    set("ForAnyValue:StringNotEquals", r#"["a"]"#, &[], false);
    set(
        "ForAllValues:StringLike",
        r#"["key*"]"#,
        &["key1", "key2"],
        true,
    );
    set(
        "ForAnyValue:StringLike",
        r#"["key*"]"#,
        &["x", "key2"],
        true,
    );
    // Without a set operator: any value for a positive operator, none for a negated one.
    set("StringEquals", r#""a""#, &["a", "b"], true);
    set("StringEquals", r#""c""#, &["a", "b"], false);
    set("StringNotEquals", r#""a""#, &["a", "b"], false);
    set("StringNotEquals", r#""c""#, &["a", "b"], true);
}

#[test]
fn operators_and_keys_are_all_required() {
    let both = r#""StringEquals":{"kms:KeySpec":"RSA_2048","kms:KeyUsage":"SIGN_VERIFY"},"Bool":{"kms:MultiRegion":"false"}"#;
    let usual = || {
        Conditions::default()
            .text("kms:KeySpec", "RSA_2048")
            .text("kms:KeyUsage", "SIGN_VERIFY")
    };
    check(
        both,
        usual().value("kms:MultiRegion", Value::Bool(false)),
        true,
    );
    check(
        both,
        usual().value("kms:MultiRegion", Value::Bool(true)),
        false,
    );
    check(both, usual(), false);
    check("", Conditions::default(), true);
}

#[test]
fn names_of_keys_are_case_insensitive_and_context_values_are_not() {
    let conditions = || Conditions::default().text("kms:EncryptionContext:AppName", "ExampleApp");
    check(
        r#""StringEquals":{"KMS:encryptioncontext:APPNAME":"ExampleApp"}"#,
        conditions(),
        true,
    );
    check(
        r#""StringEquals":{"kms:EncryptionContext:AppName":"exampleapp"}"#,
        conditions(),
        false,
    );
    check(
        r#""StringEquals":{"kms:EncryptionContext:App":"ExampleApp"}"#,
        conditions(),
        false,
    );
}

#[test]
fn other_services_keys_are_absent() {
    check(
        r#""StringEquals":{"s3:prefix":"a"}"#,
        Conditions::default(),
        false,
    );
    check(
        r#""StringNotEquals":{"token.actions.githubusercontent.com:sub":"a"}"#,
        Conditions::default(),
        true,
    );
}

#[test]
fn the_resource_tells_its_account() {
    let alias = "arn:aws:kms:us-east-1:111122223333:alias/a";
    let of_aws = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let (key, role) = (
        Resource::Key {
            arn: KEY,
            account: account("444455556666"),
        },
        Resource::Role {
            arn: "arn:aws:iam::444455556666:role/r",
            account: account("444455556666"),
        },
    );
    for (resource, owner) in [
        (Resource::Any, "111122223333"),
        (Resource::Alias { arn: alias }, "111122223333"),
        (Resource::Entity { arn: of_aws }, "aws"),
        (key, "444455556666"),
        (role, "444455556666"),
    ] {
        for (named, expected) in [(owner, Effect::ExplicitDeny), ("0", Effect::ImplicitDeny)] {
            let denied = format!(
                r#"{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"StringEquals":{{"aws:ResourceAccount":"{named}"}}}}}}"#
            );
            let ask = Ask::of(alice(), "kms:Sign").on(resource);
            ask.check(
                &policy(&[&allow("*", "kms:Nothing")]),
                &[&policy(&[&denied])],
                expected,
            );
        }
    }
}

#[test]
fn the_principal_answers_for_itself() {
    let principal = |principal, key: &str, value: &str, expected: Effect| {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{"StringEquals":{{"{key}":"{value}"}}}}}}"#
        );
        Ask::of(principal, "kms:Sign").check(&policy(&[&statement]), &[], expected);
    };
    principal(alice(), "aws:username", "Alice", Effect::Allow);
    principal(
        alice(),
        "aws:userid",
        "AIDACKCEVSQ6C2EXAMPLE",
        Effect::Allow,
    );
    principal(alice(), "aws:PrincipalType", "User", Effect::Allow);
    principal(
        alice(),
        "aws:PrincipalArn",
        "arn:aws:iam::111122223333:user/Alice",
        Effect::Allow,
    );
    principal(alice(), "kms:CallerAccount", "111122223333", Effect::Allow);
    principal(
        alice(),
        "aws:PrincipalAccount",
        "444455556666",
        Effect::ImplicitDeny,
    );
    principal(
        session(),
        "aws:PrincipalArn",
        "arn:aws:iam::111122223333:role/ops/Admin",
        Effect::Allow,
    );
    principal(
        session(),
        "aws:userid",
        "AROADBQP57FF2AEXAMPLE:build",
        Effect::Allow,
    );
    principal(session(), "aws:PrincipalType", "AssumedRole", Effect::Allow);
    principal(session(), "aws:username", "build", Effect::ImplicitDeny);
    principal(
        root("111122223333"),
        "aws:PrincipalType",
        "Account",
        Effect::Allow,
    );
    principal(
        root("111122223333"),
        "aws:userid",
        "111122223333",
        Effect::Allow,
    );
}
