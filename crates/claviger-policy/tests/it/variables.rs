//! Policy variables: in resources and in string and ARN conditions, never a wildcard, never in the old language.

use claviger_policy::Effect::{self, Allow, ImplicitDeny};
use claviger_policy::Resource;

use crate::scene::{Ask, Conditions, alice, session, user};

const NO_KEY_POLICY: &str = r#"{"Statement":{"Effect":"Deny","Principal":"*"}}"#;

fn check_resource(version: &str, pattern: &str, alias: &str, ask: Ask<'_>, expected: Effect) {
    let arn = format!("arn:aws:kms:us-east-1:111122223333:alias/{alias}");
    let policy = format!(
        r#"{{"Version":"{version}","Statement":{{"Effect":"Allow","Action":"kms:*","Resource":"arn:aws:kms:*:*:alias/{pattern}"}}}}"#
    );
    let Ask {
        principal,
        action,
        conditions,
        encryption_context,
        ..
    } = ask;
    Ask {
        principal,
        action,
        conditions,
        encryption_context,
        resource: Resource::Alias { arn: &arn },
    }
    .check(NO_KEY_POLICY, &[&policy], expected);
}

fn ask() -> Ask<'static> {
    Ask::of(alice(), "kms:DeleteAlias")
}

#[test]
fn in_resources() {
    let check =
        |pattern, alias, ask, expected| check_resource("2012-10-17", pattern, alias, ask, expected);
    check("${aws:username}", "Alice", ask(), Allow);
    check("${aws:username}", "Bob", ask(), ImplicitDeny);
    check("${AWS:UserName}/*", "Alice/1", ask(), Allow);
    check(
        "team-${aws:PrincipalTag/team, 'company-wide'}",
        "team-company-wide",
        ask(),
        Allow,
    );
    check(
        "team-${aws:PrincipalTag/team,'a}b'}",
        "team-a}b",
        ask(),
        Allow,
    );
    let tagged = || ask().given(Conditions::default().text("aws:PrincipalTag/Team", "yellow"));
    check(
        "team-${aws:PrincipalTag/team, 'company-wide'}",
        "team-yellow",
        tagged(),
        Allow,
    );
    check(
        "team-${aws:PrincipalTag/team, 'company-wide'}",
        "team-company-wide",
        tagged(),
        ImplicitDeny,
    );
    check("${aws:PrincipalTag/team}", "", ask(), ImplicitDeny);
    check(
        "${aws:username}",
        "build",
        Ask::of(session(), "kms:DeleteAlias"),
        ImplicitDeny,
    );
    check("${*}${?}${$}", "*?$", ask(), Allow);
    check("${*}", "x", ask(), ImplicitDeny);
    check("$x*", "$x1", ask(), Allow);
}

#[test]
fn a_value_is_never_a_wildcard() {
    let check =
        |pattern, alias, ask, expected| check_resource("2012-10-17", pattern, alias, ask, expected);
    let star = || Ask::of(user("111122223333", "*"), "kms:DeleteAlias");
    check("${aws:username}", "anything", star(), ImplicitDeny);
    check("${aws:username}", "*", star(), Allow);
    check(
        "${aws:PrincipalTag/team, '*'}",
        "anything",
        ask(),
        ImplicitDeny,
    );
    let nested =
        || ask().given(Conditions::default().text("aws:PrincipalTag/team", "${aws:username}"));
    check("${aws:PrincipalTag/team}", "Alice", nested(), ImplicitDeny);
    check(
        "${aws:PrincipalTag/team}",
        "${aws:username}",
        nested(),
        Allow,
    );
}

#[test]
fn the_old_language_has_no_variables() {
    check_resource(
        "2008-10-17",
        "${aws:username}",
        "Alice",
        ask(),
        ImplicitDeny,
    );
    check_resource(
        "2008-10-17",
        "${aws:username}",
        "${aws:username}",
        ask(),
        Allow,
    );
    check_resource("2008-10-17", "${unknown", "${unknown", ask(), Allow);
}

#[test]
fn in_conditions() {
    let check = |operator: &str, value: &str, expected: Effect| {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"kms:RequestAlias":"{value}"}}}}}}}}"#
        );
        let conditions = Conditions::default().text("kms:RequestAlias", "alias/Alice");
        ask()
            .on(Resource::Any)
            .given(conditions)
            .check(NO_KEY_POLICY, &[&policy], expected);
    };
    check("StringEquals", "alias/${aws:username}", Allow);
    check("StringEquals", "alias/*", ImplicitDeny);
    check("StringLike", "a*/${aws:username}", Allow);
    check("StringEqualsIgnoreCase", "ALIAS/${aws:username}", Allow);
    check("StringNotEquals", "alias/${aws:username}", ImplicitDeny);
    // A variable without a value equals nothing, so the negated operators match.
    check(
        "StringEquals",
        "alias/${aws:PrincipalTag/team}",
        ImplicitDeny,
    );
    check("StringNotEquals", "alias/${aws:PrincipalTag/team}", Allow);
    check("StringNotLike", "*${aws:PrincipalTag/team}", Allow);
}

#[test]
fn a_value_in_a_condition_is_never_a_wildcard() {
    let check = |operator: &str, pattern: &str, team: &'static str, expected: Effect| {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"aws:SourceArn":"{pattern}"}}}}}}}}"#
        );
        let conditions = Conditions::default()
            .text("aws:SourceArn", "arn:aws:s3:::team-red")
            .text("aws:PrincipalTag/team", team);
        ask()
            .on(Resource::Any)
            .given(conditions)
            .check(NO_KEY_POLICY, &[&policy], expected);
    };
    for operator in ["StringLike", "ArnLike"] {
        check(
            operator,
            "arn:*:s3:::team-${aws:PrincipalTag/team}",
            "red",
            Allow,
        );
        check(
            operator,
            "arn:*:s3:::team-${aws:PrincipalTag/team}",
            "*",
            ImplicitDeny,
        );
        check(
            operator,
            "arn:*:s3:::team-${aws:PrincipalTag/team}",
            "r?d",
            ImplicitDeny,
        );
    }
    // The colons of a value make no parts of an ARN.
    check(
        "StringLike",
        "arn:${aws:PrincipalTag/team}:s3:::*",
        "aws",
        Allow,
    );
    check(
        "StringLike",
        "arn:${aws:PrincipalTag/team}team-red",
        "aws:s3:::",
        Allow,
    );
    check(
        "ArnLike",
        "arn:${aws:PrincipalTag/team}team-red",
        "aws:s3:::",
        ImplicitDeny,
    );
}
