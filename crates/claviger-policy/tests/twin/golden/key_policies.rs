//! The KMS guide's key policies, condition keys and grants.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>
//! <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>
//! <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use serde_json::{Value, json};

use super::scene::{
    ALICE, AWAY, HOME, ROLE, alice, allows, bob, default_key_policy, denies, document,
    key_policy_for, map, root, session,
};
use super::{Example, example};
use crate::case::{Caller, Case, ContextConstraint, FactKind, Grantee, Outcome};
use Outcome::{Allow, ExplicitDeny, ImplicitDeny};

pub(super) fn examples() -> Vec<Example> {
    [
        console_policy(),
        root_user(),
        condition_keys(),
        identity_only_keys(),
        void_statements(),
        grants(),
        grants_beyond_the_caller(),
        equal_contexts(),
        other_constraints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The statements that the console writes for an administrator and a user.
fn of_the_console() -> Value {
    document(json!([
        {"Sid": "Enable IAM User Permissions", "Effect": "Allow",
         "Principal": {"AWS": format!("arn:aws:iam::{HOME}:root")}, "Action": "kms:*", "Resource": "*"},
        {"Sid": "Allow access for Key Administrators", "Effect": "Allow",
         "Principal": {"AWS": [ALICE]},
         "Action": ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*",
                    "kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource",
                    "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"],
         "Resource": "*"},
        {"Sid": "Allow use of the key", "Effect": "Allow", "Principal": {"AWS": [ROLE, AWAY]},
         "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
         "Resource": "*"},
        {"Sid": "Allow attachment of persistent resources", "Effect": "Allow", "Principal": {"AWS": [ROLE]},
         "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"], "Resource": "*",
         "Condition": {"Bool": {"kms:GrantIsForAWSResource": true}}}
    ]))
}

fn console_policy() -> Vec<Example> {
    let policy = of_the_console();
    let ask = |caller, action: &str| Case::on_key(caller, action).resource_policy(&policy);
    let by_service = |value: &str| {
        ask(session(), "kms:CreateGrant").fact(
            "kms:GrantIsForAWSResource",
            FactKind::Bool,
            &[value],
        )
    };
    vec![
        example(
            "the administrator administers",
            ask(alice(), "kms:ScheduleKeyDeletion"),
            Allow,
        ),
        example(
            "the administrator does not use",
            ask(alice(), "kms:Decrypt"),
            ImplicitDeny,
        ),
        example(
            "the administrator may let herself use",
            ask(alice(), "kms:Decrypt").identity(&allows(json!("kms:Decrypt"))),
            Allow,
        ),
        example(
            "the user uses",
            ask(session(), "kms:GenerateDataKeyWithoutPlaintext"),
            Allow,
        ),
        example(
            "the user does not administer",
            ask(session(), "kms:DisableKey"),
            ImplicitDeny,
        ),
        example(
            "another account uses",
            ask(bob(), "kms:ReEncryptFrom").identity(&allows(json!("kms:ReEncrypt*"))),
            Allow,
        ),
        example(
            "another account uses without its own side",
            ask(bob(), "kms:ReEncryptFrom"),
            ImplicitDeny,
        ),
        example("a grant for a service", by_service("true"), Allow),
        example(
            "a grant for somebody else",
            by_service("false"),
            ImplicitDeny,
        ),
        example(
            "a grant without that key",
            ask(session(), "kms:CreateGrant"),
            ImplicitDeny,
        ),
    ]
}

fn root_user() -> Vec<Example> {
    let alice_only = key_policy_for(json!(ALICE));
    let number_only = key_policy_for(json!(HOME));
    let for_away = key_policy_for(json!(AWAY));
    let ask = |account, policy: &Value| {
        Case::on_key(root(account), "kms:Decrypt").resource_policy(policy)
    };
    vec![
        example(
            "the root user by the default policy",
            ask(HOME, &default_key_policy()),
            Allow,
        ),
        example(
            "the root user by the account's number",
            ask(HOME, &number_only),
            Allow,
        ),
        example(
            "the root user is not allowed of itself",
            ask(HOME, &alice_only),
            ImplicitDeny,
        ),
        example(
            "the root user of another account",
            ask(AWAY, &for_away),
            Allow,
        ),
        example(
            "the root user of an account that is not named",
            ask(AWAY, &default_key_policy()),
            ImplicitDeny,
        ),
    ]
}

fn condition_keys() -> Vec<Example> {
    let under = |condition: Value| {
        document(json!({
            "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:*", "Resource": "*",
            "Condition": condition
        }))
    };
    let app = under(json!({"StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"}}));
    let lower = under(json!({"StringEquals": {"kms:encryptioncontext:appname": "ExampleApp"}}));
    let names = under(
        json!({"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["AppName", "Region"]},
                             "Null": {"kms:EncryptionContextKeys": false}}),
    );
    let caller = under(
        json!({"StringEquals": {"kms:CallerAccount": HOME, "kms:ViaService": "s3.us-east-1.amazonaws.com"}}),
    );
    let alias =
        under(json!({"StringLike": {"kms:RequestAlias": ["alias/project-*", "alias/other"]}}));
    let decrypt = |policy: &Value| Case::on_key(session(), "kms:Decrypt").resource_policy(policy);
    let fitting: &[(&str, &str)] = &[("AppName", "ExampleApp")];
    vec![
        example(
            "the encryption context fits",
            decrypt(&app).encryption_context(fitting),
            Allow,
        ),
        example(
            "its names have no case",
            decrypt(&lower).encryption_context(fitting),
            Allow,
        ),
        example(
            "its values have a case",
            decrypt(&app).encryption_context(&[("AppName", "exampleapp")]),
            ImplicitDeny,
        ),
        example("no encryption context", decrypt(&app), ImplicitDeny),
        example(
            "all names are among these",
            decrypt(&names).encryption_context(fitting),
            Allow,
        ),
        example(
            "a name is not among these",
            decrypt(&names).encryption_context(&[("AppName", "x"), ("Zone", "y")]),
            ImplicitDeny,
        ),
        example(
            "no names at all, which Null finds",
            decrypt(&names),
            ImplicitDeny,
        ),
        example(
            "a direct call is by no service",
            decrypt(&caller).fact("kms:CallerAccount", FactKind::String, &[HOME]),
            ImplicitDeny,
        ),
        example(
            "the alias of the request",
            decrypt(&alias).fact(
                "kms:RequestAlias",
                FactKind::String,
                &["alias/project-alpha"],
            ),
            Allow,
        ),
        example("called by its id", decrypt(&alias), ImplicitDeny),
    ]
}

/// The tags and aliases of a key are for identity policies.
fn identity_only_keys() -> Vec<Example> {
    let tagged = json!({"StringEquals": {"aws:ResourceTag/Project": "Alpha"}});
    let aliased = json!({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/Alpha"}});
    let request = || {
        Case::on_key(alice(), "kms:Decrypt")
            .fact("aws:ResourceTag/Project", FactKind::String, &["Alpha"])
            .fact(
                "kms:ResourceAliases",
                FactKind::Strings,
                &["alias/Beta", "alias/Alpha"],
            )
    };
    let identity = |condition: &Value| {
        let policy = document(
            json!({"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": condition}),
        );
        request()
            .resource_policy(&default_key_policy())
            .identity(&policy)
    };
    vec![
        example("a tag in an identity policy", identity(&tagged), Allow),
        example("an alias in an identity policy", identity(&aliased), Allow),
        example(
            "no such alias",
            identity(&json!({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/Gamma"}})),
            ImplicitDeny,
        ),
    ]
}

/// A key policy may be stored with statements that lack an element; they do nothing.
fn void_statements() -> Vec<Example> {
    let ask = |statement: Value| {
        Case::on_key(alice(), "kms:Decrypt").resource_policy(&document(statement))
    };
    vec![
        example(
            "no Action",
            ask(json!({"Effect": "Allow", "Principal": {"AWS": ALICE}, "Resource": "*"})),
            ImplicitDeny,
        ),
        example(
            "no Resource",
            ask(json!({"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "kms:*"})),
            ImplicitDeny,
        ),
    ]
}

fn decrypt(caller: Caller) -> Case {
    Case::on_key(caller, "kms:Decrypt").resource_policy(&default_key_policy())
}

fn grants() -> Vec<Example> {
    let principal = |id: &str| Grantee::Principal(id.to_owned());
    vec![
        example(
            "a grant to the user",
            decrypt(alice()).grant(principal("AIDAALICE"), &["Decrypt"]),
            Allow,
        ),
        example(
            "a grant to somebody else",
            decrypt(alice()).grant(principal("AIDABOB"), &["Decrypt"]),
            ImplicitDeny,
        ),
        example(
            "a grant for something else",
            decrypt(alice()).grant(principal("AIDAALICE"), &["Encrypt", "DescribeKey"]),
            ImplicitDeny,
        ),
        example(
            "a grant to the session's role",
            decrypt(session()).grant(principal("AROAAUDIT"), &["Decrypt"]),
            Allow,
        ),
        example(
            "a grant to the session",
            decrypt(session()).grant(principal("AROAAUDIT:monday"), &["Decrypt"]),
            Allow,
        ),
        example(
            "a grant to another session",
            decrypt(session()).grant(principal("AROAAUDIT:tuesday"), &["Decrypt"]),
            ImplicitDeny,
        ),
    ]
}

fn grants_beyond_the_caller() -> Vec<Example> {
    let principal = |id: &str| Grantee::Principal(id.to_owned());
    let account = |number: &str| Grantee::Account(number.to_owned());
    let use_it = allows(json!("kms:Decrypt"));
    vec![
        example(
            "a grant does not undo a deny",
            decrypt(alice())
                .grant(principal("AIDAALICE"), &["Decrypt"])
                .identity(&denies(json!("kms:Decrypt"))),
            ExplicitDeny,
        ),
        example(
            "a grant stays inside the boundary",
            decrypt(alice())
                .grant(principal("AIDAALICE"), &["Decrypt"])
                .boundary(&allows(json!("s3:*"))),
            ImplicitDeny,
        ),
        example(
            "a grant to a user of another account",
            decrypt(bob()).grant(principal("AIDABOB"), &["Decrypt"]),
            Allow,
        ),
        example(
            "a grant to another account",
            decrypt(bob())
                .grant(account(AWAY), &["Decrypt"])
                .identity(&use_it),
            Allow,
        ),
        example(
            "a grant to another account, not delegated there",
            decrypt(bob()).grant(account(AWAY), &["Decrypt"]),
            ImplicitDeny,
        ),
        example(
            "a grant to the account for its root user",
            decrypt(root(AWAY)).grant(account(AWAY), &["Decrypt"]),
            Allow,
        ),
    ]
}

type Pairs = [(&'static str, &'static str)];

const WANTED: &Pairs = &[("Department", "IT"), ("Purpose", "test")];
const MORE: &Pairs = &[
    ("Department", "IT"),
    ("Purpose", "test"),
    ("Number", "12345"),
];
const LESS: &Pairs = &[("Department", "IT")];

/// Alice asks under a grant of three operations.
fn constrained(
    action: &str,
    constraint: Option<ContextConstraint>,
    context: Option<&Pairs>,
    source_arn: Option<&str>,
) -> Case {
    let grantee = Grantee::Principal("AIDAALICE".to_owned());
    let case = Case::on_key(alice(), action).resource_policy(&default_key_policy());
    let case = match context {
        Some(pairs) => case.encryption_context(pairs),
        None => case,
    };
    let operations = ["Decrypt", "DescribeKey", "Sign"];
    case.constrained_grant(grantee, &operations, constraint, source_arn)
}

fn equal_contexts() -> Vec<Example> {
    let decrypt = |context: &Pairs| {
        let equals = ContextConstraint::Equals(map(WANTED));
        constrained("kms:Decrypt", Some(equals), Some(context), None)
    };
    let reordered = &[("purpose", "test"), ("department", "IT")];
    let upper = &[("Department", "it"), ("Purpose", "test")];
    vec![
        example("equal contexts", decrypt(WANTED), Allow),
        example("names have no case or order", decrypt(reordered), Allow),
        example("equal asks for no more", decrypt(MORE), ImplicitDeny),
        example("equal asks for no less", decrypt(LESS), ImplicitDeny),
        example("values have a case", decrypt(upper), ImplicitDeny),
    ]
}

fn other_constraints() -> Vec<Example> {
    let subset = || Some(ContextConstraint::Subset(map(WANTED)));
    let decrypt = |context: &Pairs| constrained("kms:Decrypt", subset(), Some(context), None);
    let source = Some("arn:aws:s3:::orders-of-last-year");
    vec![
        example("a subset of more", decrypt(MORE), Allow),
        example("a subset of itself", decrypt(WANTED), Allow),
        example("not a subset", decrypt(LESS), ImplicitDeny),
        example("an empty context", decrypt(&[]), ImplicitDeny),
        example(
            "DescribeKey has no context to constrain",
            constrained("kms:DescribeKey", subset(), None, None),
            Allow,
        ),
        example(
            "SourceArn is for services",
            constrained("kms:Sign", None, None, source),
            ImplicitDeny,
        ),
        example(
            "SourceArn is for services, DescribeKey too",
            constrained("kms:DescribeKey", None, None, source),
            ImplicitDeny,
        ),
    ]
}
