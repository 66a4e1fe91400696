//! How policy types work together, in one account and across two.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>

use serde_json::{Value, json};

use super::scene::{
    ALICE, HOME, KEY, ROLE, SESSION, alice, allows, bob, default_key_policy, denies, document,
    federated, key_policy_for, root, session,
};
use super::{Example, example};
use crate::case::{Case, FactKind, Outcome, Resource};
use Outcome::{Allow, ExplicitDeny, ImplicitDeny};

pub(super) fn examples() -> Vec<Example> {
    [
        one_account(),
        without_a_key(),
        actions_and_resources(),
        boundaries(),
        session_policies(),
        named_by_the_key_policy(),
        across_accounts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn one_account() -> Vec<Example> {
    let decrypt = || Case::on_key(alice(), "kms:Decrypt");
    let delegated = || decrypt().resource_policy(&default_key_policy());
    let use_it = allows(json!("kms:Decrypt"));
    let no_use = denies(json!("kms:Decrypt"));
    let named = key_policy_for(json!(ALICE));
    let deny_in_key_policy = document(json!([
        {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    ]));
    vec![
        example("nothing says anything", decrypt(), ImplicitDeny),
        example("delegated, nothing allows", delegated(), ImplicitDeny),
        example("delegated, allowed", delegated().identity(&use_it), Allow),
        example(
            "an identity policy alone is void for a key",
            decrypt().identity(&use_it),
            ImplicitDeny,
        ),
        example(
            "the key policy names the user",
            decrypt().resource_policy(&named),
            Allow,
        ),
        example(
            "an identity policy denies",
            delegated().identity(&use_it).identity(&no_use),
            ExplicitDeny,
        ),
        example(
            "an identity policy denies what the key policy allows",
            decrypt().resource_policy(&named).identity(&no_use),
            ExplicitDeny,
        ),
        example(
            "a deny where nothing allows is still explicit",
            decrypt().identity(&no_use),
            ExplicitDeny,
        ),
        example(
            "the key policy denies everybody",
            decrypt().resource_policy(&deny_in_key_policy),
            ExplicitDeny,
        ),
        example(
            "the deny is for another action",
            Case::on_key(alice(), "kms:Encrypt").resource_policy(&deny_in_key_policy),
            Allow,
        ),
        example(
            "one of several identity policies allows",
            delegated()
                .identity(&allows(json!("s3:*")))
                .identity(&use_it),
            Allow,
        ),
    ]
}

fn without_a_key() -> Vec<Example> {
    let create = |caller| Case::on(caller, "kms:CreateKey", Resource::Any);
    let on_a_key = document(json!({"Effect": "Allow", "Action": "kms:*", "Resource": KEY}));
    let resource = Resource::Alias {
        arn: "arn:aws:kms:us-east-1:111122223333:alias/orders".to_owned(),
    };
    let alias = Case::on(alice(), "kms:CreateAlias", resource);
    let aliases = document(
        json!({"Effect": "Allow", "Action": "kms:*Alias", "Resource": "arn:aws:kms:*:111122223333:alias/*"}),
    );
    vec![
        example("CreateKey without a policy", create(alice()), ImplicitDeny),
        example(
            "CreateKey on *",
            create(alice()).identity(&allows(json!("kms:CreateKey"))),
            Allow,
        ),
        example(
            "CreateKey is not on a key",
            create(alice()).identity(&on_a_key),
            ImplicitDeny,
        ),
        example(
            "the root user needs no identity policy",
            create(root(HOME)),
            Allow,
        ),
        example(
            "an alias is a resource of its own",
            alias.clone().identity(&aliases),
            Allow,
        ),
        example(
            "an alias is no key",
            alias.identity(&on_a_key),
            ImplicitDeny,
        ),
    ]
}

fn actions_and_resources() -> Vec<Example> {
    let ask = |action: &str, statement: Value| {
        Case::on_key(alice(), action)
            .resource_policy(&default_key_policy())
            .fact("aws:username", FactKind::String, &["Alice"])
            .identity(&document(statement))
    };
    let all = |action: Value| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let not = |action: Value| json!({"Effect": "Allow", "NotAction": action, "Resource": "*"});
    let on = |resource: Value| json!({"Effect": "Allow", "Action": "kms:*", "Resource": resource});
    let not_on =
        |resource: Value| json!({"Effect": "Allow", "Action": "*", "NotResource": resource});
    let other = "arn:aws:kms:us-east-1:111122223333:key/00000000-12ab-34cd-56ef-1234567890ab";
    vec![
        example(
            "actions have no case",
            ask("kms:Decrypt", all(json!("KMS:decrypt"))),
            Allow,
        ),
        example(
            "* within an action",
            ask(
                "kms:GenerateDataKeyPair",
                all(json!("kms:GenerateDataKey*")),
            ),
            Allow,
        ),
        example(
            "? within an action",
            ask("kms:Encrypt", all(json!("kms:??crypt"))),
            Allow,
        ),
        example(
            "? is one letter",
            ask("kms:ReEncryptTo", all(json!("kms:??crypt*"))),
            ImplicitDeny,
        ),
        example("all actions", ask("kms:Decrypt", all(json!("*"))), Allow),
        example(
            "another service",
            ask("kms:Decrypt", all(json!(["s3:*", "sqs:*"]))),
            ImplicitDeny,
        ),
        example(
            "NotAction leaves out",
            ask("kms:Decrypt", not(json!("kms:*"))),
            ImplicitDeny,
        ),
        example(
            "NotAction takes the rest",
            ask("kms:Decrypt", not(json!(["iam:*", "kms:Sign"]))),
            Allow,
        ),
        example("this key", ask("kms:Decrypt", on(json!(KEY))), Allow),
        example(
            "another key",
            ask("kms:Decrypt", on(json!(other))),
            ImplicitDeny,
        ),
        example(
            "keys of a Region",
            ask(
                "kms:Decrypt",
                on(json!("arn:aws:kms:us-east-1:111122223333:key/*")),
            ),
            Allow,
        ),
        example(
            "keys of all Regions and accounts",
            ask("kms:Decrypt", on(json!("arn:aws:kms:*:*:key/*"))),
            Allow,
        ),
        example(
            "a * that ends its segment goes on",
            ask("kms:Decrypt", on(json!("arn:aws:kms:*:key/*"))),
            Allow,
        ),
        example(
            "ARNs have a case",
            ask("kms:Decrypt", on(json!(KEY.replace("key/", "KEY/")))),
            ImplicitDeny,
        ),
        example(
            "an alias never stands for a key",
            ask("kms:Decrypt", on(json!("arn:aws:kms:*:*:alias/*"))),
            ImplicitDeny,
        ),
        example(
            "NotResource leaves out",
            ask("kms:Decrypt", not_on(json!(KEY))),
            ImplicitDeny,
        ),
        example(
            "NotResource takes the rest",
            ask("kms:Decrypt", not_on(json!(other))),
            Allow,
        ),
        example(
            "a variable in a resource",
            ask(
                "kms:Decrypt",
                on(json!(
                    "arn:aws:kms:us-east-1:111122223333:key/${aws:username}"
                )),
            ),
            ImplicitDeny,
        ),
        example(
            "a variable's default in a resource",
            ask(
                "kms:Decrypt",
                on(json!(
                    "arn:aws:kms:us-east-1:111122223333:key/${aws:SourceIdentity, '1234abcd'}-*"
                )),
            ),
            Allow,
        ),
    ]
}

/// Everything but Decrypt.
fn no_decrypt() -> Value {
    document(json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}
    ]))
}

fn boundaries() -> Vec<Example> {
    let decrypt = allows(json!("kms:Decrypt"));
    let sign = allows(json!("kms:Sign"));
    let asked = Case::on_key(alice(), "kms:Decrypt").resource_policy(&default_key_policy());
    let allowed = asked.clone().identity(&decrypt);
    let outside = allowed.clone().boundary(&sign);
    let denied = allowed.clone().boundary(&no_decrypt());
    vec![
        example(
            "a boundary gives nothing",
            asked.boundary(&decrypt),
            ImplicitDeny,
        ),
        example("inside the boundary", allowed.boundary(&decrypt), Allow),
        example("outside the boundary", outside, ImplicitDeny),
        example("denied by the boundary", denied, ExplicitDeny),
    ]
}

fn session_policies() -> Vec<Example> {
    let decrypt = allows(json!("kms:Decrypt"));
    let sign = allows(json!("kms:Sign"));
    let ask = |caller| Case::on_key(caller, "kms:Decrypt").resource_policy(&default_key_policy());
    let asked = ask(session());
    let allowed = || ask(session()).identity(&decrypt);
    let one_of_two = allowed().session(&sign).session(&decrypt);
    let denied = allowed().session(&no_decrypt()).session(&decrypt);
    let limited_twice = allowed().boundary(&decrypt).session(&sign);
    let federated = ask(federated()).identity(&decrypt);
    let federated_for_it = federated.clone().session(&decrypt);
    vec![
        example("a session has its role's policies", allowed(), Allow),
        example(
            "a session policy gives nothing",
            asked.session(&decrypt),
            ImplicitDeny,
        ),
        example(
            "inside the session policy",
            allowed().session(&decrypt),
            Allow,
        ),
        example(
            "outside the session policy",
            allowed().session(&sign),
            ImplicitDeny,
        ),
        example("inside one of two session policies", one_of_two, Allow),
        example(
            "denied by one of two session policies",
            denied,
            ExplicitDeny,
        ),
        example(
            "boundary and session policy together",
            limited_twice,
            ImplicitDeny,
        ),
        example("a federated user for this", federated_for_it, Allow),
        example("a federated user for nothing", federated, ImplicitDeny),
    ]
}

/// AWS lets a user or session whom a resource's policy names pass by what its boundary and session policies leave out; here nobody passes by
/// them.
fn named_by_the_key_policy() -> Vec<Example> {
    let decrypt = allows(json!("kms:Decrypt"));
    let sign = allows(json!("kms:Sign"));
    let ask = |arn: &str| {
        Case::on_key(session(), "kms:Decrypt").resource_policy(&key_policy_for(json!(arn)))
    };
    let denied = ask(SESSION).boundary(&no_decrypt());
    vec![
        example(
            "the role, inside its boundary",
            ask(ROLE).boundary(&decrypt),
            Allow,
        ),
        example(
            "the role, outside its boundary",
            ask(ROLE).boundary(&sign),
            ImplicitDeny,
        ),
        example(
            "the role, outside the session policy",
            ask(ROLE).session(&sign),
            ImplicitDeny,
        ),
        example("the session", ask(SESSION), Allow),
        example(
            "the session, outside its boundary",
            ask(SESSION).boundary(&sign),
            ImplicitDeny,
        ),
        example("the session, denied by its boundary", denied, ExplicitDeny),
    ]
}

fn across_accounts() -> Vec<Example> {
    let decrypt = || Case::on_key(bob(), "kms:Decrypt");
    let mine = allows(json!("kms:Decrypt"));
    let theirs = key_policy_for(json!("arn:aws:iam::444455556666:root"));
    let his = key_policy_for(json!(super::scene::BOB));
    let only_home = default_key_policy();
    let everybody = key_policy_for(json!("*"));
    vec![
        example(
            "both sides, the account",
            decrypt().resource_policy(&theirs).identity(&mine),
            Allow,
        ),
        example(
            "both sides, the user",
            decrypt().resource_policy(&his).identity(&mine),
            Allow,
        ),
        example(
            "both sides, everybody",
            decrypt().resource_policy(&everybody).identity(&mine),
            Allow,
        ),
        example(
            "only the account's side",
            decrypt().resource_policy(&theirs),
            ImplicitDeny,
        ),
        example(
            "only the user's side",
            decrypt().resource_policy(&his),
            ImplicitDeny,
        ),
        example(
            "everybody, but not his own account",
            decrypt().resource_policy(&everybody),
            ImplicitDeny,
        ),
        example(
            "only his own side",
            decrypt().resource_policy(&only_home).identity(&mine),
            ImplicitDeny,
        ),
        example(
            "his own side denies",
            decrypt()
                .resource_policy(&his)
                .identity(&mine)
                .identity(&denies(json!("kms:*"))),
            ExplicitDeny,
        ),
        example(
            "outside his boundary",
            decrypt()
                .resource_policy(&his)
                .identity(&mine)
                .boundary(&allows(json!("s3:*"))),
            ImplicitDeny,
        ),
        example(
            "everybody at home",
            Case::on_key(alice(), "kms:Decrypt").resource_policy(&everybody),
            Allow,
        ),
    ]
}
