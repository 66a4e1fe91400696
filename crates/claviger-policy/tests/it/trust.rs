//! Role trust policies: who may assume a role.

use claviger_policy::Effect::{self, Allow, ExplicitDeny, ImplicitDeny};
use claviger_policy::{Policies, Policy, PolicyKind, Principal, PrincipalKind, Resource, Value};

use crate::scene::{Ask, Conditions, alice, own, root, session, statement, user};

const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/id.example/realms/ci";

fn role() -> Resource<'static> {
    Resource::Role {
        arn: "arn:aws:iam::111122223333:role/Deployer",
        account: own(),
    }
}

fn guest() -> Principal {
    Principal {
        account: own(),
        arn: PROVIDER.to_owned(),
        unique_id: "id.example/realms/ci:app:alice".to_owned(),
        kind: PrincipalKind::WebIdentity {
            provider: PROVIDER.to_owned(),
        },
    }
}

/// The effect of a statement with these members.
fn check(ask: Ask<'_>, members: &str, identity: &[&str], expected: Effect) {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{{{members}}}]}}"#);
    let trust = Policy::parse(&text, PolicyKind::Trust).unwrap();
    let identity: Vec<_> = identity
        .iter()
        .map(|action| statement("Allow", action))
        .collect();
    let policies = Policies {
        resource: Some(&trust),
        identity: &identity,
        ..Policies::default()
    };
    let decision = ask.on(role()).decide_under(&policies);
    assert_eq!(
        decision.effect, expected,
        "{members}: {:?}",
        decision.reason
    );
}

fn assume(principal: Principal) -> Ask<'static> {
    Ask::of(principal, "sts:AssumeRole")
}

#[test]
fn naming_the_caller_is_enough_and_naming_the_account_delegates() {
    let trusting = |named: &str| {
        format!(r#""Effect":"Allow","Principal":{{"AWS":"{named}"}},"Action":"sts:AssumeRole""#)
    };
    let alices = trusting("arn:aws:iam::111122223333:user/Alice");
    let accounts = trusting("111122223333");
    let others = trusting("arn:aws:iam::444455556666:root");
    check(assume(alice()), &alices, &[], Allow);
    check(assume(alice()), &accounts, &[], ImplicitDeny);
    check(assume(alice()), &accounts, &["sts:*"], Allow);
    check(assume(alice()), &others, &["sts:*"], ImplicitDeny);
    let bob = || assume(user("444455556666", "Bob"));
    check(bob(), &others, &[], ImplicitDeny);
    check(bob(), &others, &["sts:AssumeRole"], Allow);
    check(assume(root("444455556666")), &others, &["*"], Allow);
    let sessions = trusting("arn:aws:iam::111122223333:role/ops/Admin");
    check(assume(session()), &sessions, &[], Allow);
}

#[test]
fn actions_and_denials() {
    let tagging =
        r#""Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","sts:TagSession"]"#;
    check(assume(alice()), tagging, &[], Allow);
    check(Ask::of(alice(), "sts:TagSession"), tagging, &[], Allow);
    let setting = Ask::of(alice(), "sts:SetSourceIdentity");
    check(setting, tagging, &[], ImplicitDeny);
    let denying = r#""Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"sts:*""#;
    check(assume(alice()), denying, &["*"], ExplicitDeny);
}

#[test]
fn conditions_on_the_session_that_is_asked_for() {
    let trusting = r#""Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole",
        "Condition":{"StringEquals":{"sts:ExternalId":"12345","sts:RoleSessionName":"${aws:username}"},
                     "NumericLessThan":{"sts:DurationSeconds":3601},
                     "ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}"#;
    let given = |id: &'static str, name: &'static str, seconds: i64| {
        assume(alice()).given(
            Conditions::default()
                .text("sts:ExternalId", id)
                .text("sts:RoleSessionName", name)
                .value("sts:DurationSeconds", Value::Number(seconds)),
        )
    };
    check(given("12345", "Alice", 3_600), trusting, &["*"], Allow);
    check(
        given("12346", "Alice", 3_600),
        trusting,
        &["*"],
        ImplicitDeny,
    );
    check(given("12345", "Bob", 3_600), trusting, &["*"], ImplicitDeny);
    check(
        given("12345", "Alice", 7_200),
        trusting,
        &["*"],
        ImplicitDeny,
    );
    check(assume(alice()), trusting, &["*"], ImplicitDeny);
}

#[test]
fn a_web_identity_is_named_by_its_provider_alone() {
    let ask = || Ask::of(guest(), "sts:AssumeRoleWithWebIdentity");
    let trusting = |principal: &str| {
        format!(
            r#""Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRoleWithWebIdentity""#
        )
    };
    let federated = trusting(&format!(r#"{{"Federated":"{PROVIDER}"}}"#));
    check(ask(), &federated, &[], Allow);
    check(ask(), &trusting(r#""*""#), &[], Allow);
    let other = "arn:aws:iam::111122223333:oidc-provider/other.example";
    let other = trusting(&format!(r#"{{"Federated":"{other}"}}"#));
    check(ask(), &other, &[], ImplicitDeny);
    let account = trusting(r#"{"AWS":"111122223333"}"#);
    check(ask(), &account, &["*"], ImplicitDeny);
    // A user is nobody's guest.
    let as_user = Ask::of(alice(), "sts:AssumeRoleWithWebIdentity");
    check(as_user, &federated, &["*"], ImplicitDeny);
    // A provider of another account has no identity policies to bring.
    let stranger = Principal {
        account: crate::scene::account("444455556666"),
        ..guest()
    };
    let ask = Ask::of(stranger, "sts:AssumeRoleWithWebIdentity");
    check(ask, &federated, &[], ImplicitDeny);
}

#[test]
fn conditions_on_the_token() {
    let trusting = format!(
        r#""Effect":"Allow","Principal":{{"Federated":"{PROVIDER}"}},"Action":"sts:AssumeRoleWithWebIdentity",
           "Condition":{{"StringEquals":{{"id.example/realms/ci:aud":"app"}},"StringLike":{{"id.example/realms/ci:sub":"repo:*"}},
                        "Null":{{"aws:PrincipalArn":"true","aws:userid":"true"}}}}"#
    );
    let ask = |audience: &'static str| {
        Ask::of(guest(), "sts:AssumeRoleWithWebIdentity").given(
            Conditions::default()
                .text("id.example/realms/ci:aud", audience)
                .text("id.example/realms/ci:sub", "repo:one"),
        )
    };
    check(ask("app"), &trusting, &[], Allow);
    check(ask("other"), &trusting, &[], ImplicitDeny);
}
