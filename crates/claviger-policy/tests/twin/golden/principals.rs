//! Who is meant by `Principal` and `NotPrincipal`, in key policies and trust policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html>

use serde_json::{Value, json};

use super::scene::{
    ALICE, AWAY, BOB, FEDERATED, HOME, PROVIDER, ROLE, SESSION, alice, allows, bob, document,
    federated, key_policy_for, session, web_identity,
};
use super::{Example, example};
use crate::case::{Caller, Case, FactKind, Outcome, Resource};
use Outcome::{Allow, ExplicitDeny, ImplicitDeny};

pub(super) fn examples() -> Vec<Example> {
    [principals(), all_but(), denied(), trust(), web_identities()]
        .into_iter()
        .flatten()
        .collect()
}

fn principals() -> Vec<Example> {
    let ask = |caller, who: Value| {
        Case::on_key(caller, "kms:Decrypt").resource_policy(&key_policy_for(who))
    };
    let service = document(json!({
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "kms:*", "Resource": "*"
    }));
    let mut namesake = ask(alice(), json!(ALICE));
    namesake
        .bindings
        .insert(ALICE.to_owned(), "AIDAFORMER".to_owned());
    let mut new_role = ask(session(), json!(ROLE));
    new_role
        .bindings
        .insert(ROLE.to_owned(), "AROAFORMER".to_owned());
    vec![
        example("a user", ask(alice(), json!(ALICE)), Allow),
        example("one of several", ask(alice(), json!([BOB, ALICE])), Allow),
        example("another user", ask(alice(), json!(ROLE)), ImplicitDeny),
        example("everybody", ask(alice(), json!("*")), Allow),
        example("a role, by its session", ask(session(), json!(ROLE)), Allow),
        example("this session", ask(session(), json!(SESSION)), Allow),
        example(
            "this federated user",
            ask(federated(), json!(FEDERATED)),
            Allow,
        ),
        example(
            "another federated user's name",
            ask(federated(), json!(ALICE)),
            ImplicitDeny,
        ),
        example(
            "a service is nobody here",
            Case::on_key(alice(), "kms:Decrypt").resource_policy(&service),
            ImplicitDeny,
        ),
        example("a new user of an old name", namesake, ImplicitDeny),
        example("a new role of an old name", new_role, ImplicitDeny),
    ]
}

/// Deny for all but some: each of them has its account, and a session its role, beside it.
fn all_but() -> Vec<Example> {
    let deny = |spared: Value| {
        document(json!([
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"},
            {"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "kms:*", "Resource": "*"}
        ]))
    };
    let home = format!("arn:aws:iam::{HOME}:root");
    let away = format!("arn:aws:iam::{AWAY}:root");
    let for_bob = deny(json!([BOB, away]));
    let for_session = deny(json!([SESSION, ROLE, home]));
    let use_it = allows(json!("kms:*"));
    let decrypt =
        |caller, policy: &Value| Case::on_key(caller, "kms:Decrypt").resource_policy(policy);
    vec![
        example(
            "Bob is spared",
            decrypt(bob(), &for_bob).identity(&use_it),
            Allow,
        ),
        example("Alice is not", decrypt(alice(), &for_bob), ExplicitDeny),
        example(
            "a session is spared with its role and account",
            decrypt(session(), &for_session),
            Allow,
        ),
        example(
            "a role without its account is not spared",
            decrypt(session(), &deny(json!([SESSION, ROLE]))),
            ExplicitDeny,
        ),
        example(
            "a session without its role is not spared",
            decrypt(session(), &deny(json!([SESSION, home]))),
            ExplicitDeny,
        ),
        example(
            "an account by itself spares no user of it",
            decrypt(alice(), &deny(json!([HOME]))),
            ExplicitDeny,
        ),
        example(
            "who has a boundary is never spared",
            decrypt(alice(), &deny(json!([ALICE, HOME]))).boundary(&use_it),
            ExplicitDeny,
        ),
    ]
}

fn denied() -> Vec<Example> {
    let deny = |who: Value| {
        document(json!([
            {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"},
            {"Effect": "Deny", "Principal": {"AWS": who}, "Action": "kms:Decrypt", "Resource": "*"}
        ]))
    };
    let not_this_user = document(json!([
        {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*",
         "Condition": {"ArnNotEquals": {"aws:PrincipalArn": ALICE}}}
    ]));
    let decrypt =
        |caller, policy: &Value| Case::on_key(caller, "kms:Decrypt").resource_policy(policy);
    let named = |arn: &str| {
        let caller = Caller {
            arn: arn.to_owned(),
            ..alice()
        };
        decrypt(caller, &not_this_user).fact("aws:PrincipalArn", FactKind::Arn, &[arn])
    };
    vec![
        example(
            "who denies an account denies its users",
            decrypt(alice(), &deny(json!(HOME))),
            ExplicitDeny,
        ),
        example(
            "another account is denied",
            decrypt(alice(), &deny(json!(AWAY))),
            Allow,
        ),
        example(
            "who denies a role denies its sessions",
            decrypt(session(), &deny(json!(ROLE))),
            ExplicitDeny,
        ),
        example(
            "a session is denied",
            decrypt(session(), &deny(json!(SESSION))),
            ExplicitDeny,
        ),
        example(
            "somebody else is denied",
            decrypt(alice(), &deny(json!([SESSION, BOB]))),
            Allow,
        ),
        example("all but one by a condition, the one", named(ALICE), Allow),
        example(
            "all but one by a condition, another",
            named(BOB),
            ExplicitDeny,
        ),
    ]
}

fn trust() -> Vec<Example> {
    let policy = |who: Value, condition: Value| {
        document(
            json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole", "Condition": condition}),
        )
    };
    let assume =
        |caller, policy: &Value| Case::on(caller, "sts:AssumeRole", role()).resource_policy(policy);
    let own = policy(json!(HOME), json!({}));
    let external = policy(
        json!(AWAY),
        json!({"StringEquals": {"sts:ExternalId": "12345"}}),
    );
    let may = document(json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}));
    let from_away = || assume(bob(), &external).identity(&may);
    let id = |value: &str| from_away().fact("sts:ExternalId", FactKind::String, &[value]);
    vec![
        example(
            "trust in the user itself",
            assume(alice(), &policy(json!(ALICE), json!({}))),
            Allow,
        ),
        example(
            "trust in the account",
            assume(alice(), &own).identity(&may),
            Allow,
        ),
        example(
            "trust in the account, which does not delegate",
            assume(alice(), &own),
            ImplicitDeny,
        ),
        example(
            "no trust",
            assume(alice(), &policy(json!(BOB), json!({}))).identity(&may),
            ImplicitDeny,
        ),
        example("the external id", id("12345"), Allow),
        example("another external id", id("54321"), ImplicitDeny),
        example("no external id", from_away(), ImplicitDeny),
        example(
            "trust in a foreign user without its own side",
            assume(bob(), &policy(json!(BOB), json!({}))),
            ImplicitDeny,
        ),
    ]
}

fn web_identities() -> Vec<Example> {
    let policy = document(json!({
        "Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {"token.actions.example.com:aud": "sts.amazonaws.com"},
            "StringLike": {"token.actions.example.com:sub": "repo:org/*"}
        }
    }));
    let other = document(json!({
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/accounts.example.com"}
    }));
    let ask = |policy: &Value, subject: &str| {
        Case::on(web_identity(), "sts:AssumeRoleWithWebIdentity", role())
            .resource_policy(policy)
            .fact(
                "token.actions.example.com:aud",
                FactKind::String,
                &["sts.amazonaws.com"],
            )
            .fact(
                "token.actions.example.com:sub",
                FactKind::String,
                &[subject],
            )
    };
    let by_account = document(json!({
        "Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "sts:AssumeRoleWithWebIdentity"
    }));
    vec![
        example(
            "the provider and its token fit",
            ask(&policy, "repo:org/app"),
            Allow,
        ),
        example(
            "the token does not fit",
            ask(&policy, "repo:elsewhere/app"),
            ImplicitDeny,
        ),
        example(
            "another provider",
            ask(&other, "repo:org/app"),
            ImplicitDeny,
        ),
        example(
            "a web identity is of no account",
            ask(&by_account, "repo:org/app"),
            ImplicitDeny,
        ),
    ]
}

fn role() -> Resource {
    Resource::Role {
        arn: ROLE.to_owned(),
        account: HOME.to_owned(),
    }
}
