//! Documents that must be refused, with the place and the reason.
//!
//! Each corpus is a text file of rows `fragment  =>  path  =>  part of the message`; a path of `-` is the document itself.

use claviger_policy::PolicyKind::{self, Identity, Key, Trust};
use claviger_policy::{ParseError, Policy};

const DOCUMENTS: &str = include_str!("malformed/documents.txt");
const KEY_STATEMENTS: &str = include_str!("malformed/key-statements.txt");
const IDENTITY_STATEMENTS: &str = include_str!("malformed/identity-statements.txt");
const TRUST_STATEMENTS: &str = include_str!("malformed/trust-statements.txt");
const PRINCIPALS: &str = include_str!("malformed/principals.txt");
const ACTIONS: &str = include_str!("malformed/actions.txt");
const RESOURCES: &str = include_str!("malformed/resources.txt");
const CONDITIONS: &str = include_str!("malformed/conditions.txt");
const OPERATORS: &str = include_str!("malformed/operators.txt");
const OPERANDS: &str = include_str!("malformed/operands.txt");

fn rows(corpus: &str) -> impl Iterator<Item = &str> {
    corpus.lines().filter(|line| !line.starts_with('#'))
}

#[test]
fn the_corpus_is_large_and_no_row_stands_twice() {
    let mut all: Vec<&str> = [
        DOCUMENTS,
        KEY_STATEMENTS,
        IDENTITY_STATEMENTS,
        TRUST_STATEMENTS,
        PRINCIPALS,
        ACTIONS,
        RESOURCES,
        CONDITIONS,
        OPERATORS,
        OPERANDS,
    ]
    .into_iter()
    .flat_map(rows)
    .collect();
    let rows = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), rows);
    assert!(rows >= 200, "{rows} documents");
}

/// Puts every row's fragment into the place of `…` and checks the refusal.
fn check_corpus(corpus: &str, kind: PolicyKind, around: &str) {
    for row in rows(corpus) {
        let [fragment, path, reason] = row.split("  =>  ").collect::<Vec<_>>().try_into().unwrap();
        check(
            kind,
            &around.replace('…', fragment),
            if path == "-" { "" } else { path },
            reason,
        );
    }
}

fn check(kind: PolicyKind, document: &str, path: &str, reason: &str) {
    let error = refusal(kind, document);
    assert_eq!(error.path, path, "{document}: {error}");
    assert!(
        error.to_string().contains(reason),
        "{document}: {error} does not say '{reason}'"
    );
    assert!(!error.public_text().is_empty());
}

fn refusal(kind: PolicyKind, document: &str) -> ParseError {
    match Policy::parse(document, kind) {
        Ok(_) => panic!("accepted as {kind:?}: {document}"),
        Err(error) => error,
    }
}

/// Checks a corpus of values of one statement element, in policies of both kinds.
fn check_element(corpus: &str, element: &str) {
    let others: String = [r#""Action":"kms:*","#, r#""Resource":"*","#]
        .into_iter()
        .filter(|member| !member.contains(element))
        .collect();
    let statement = |principal: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{principal}{others}"{element}":…}}]}}"#
        )
    };
    check_corpus(corpus, Key, &statement(r#""Principal":"*","#));
    check_corpus(corpus, Identity, &statement(""));
}

#[test]
fn documents() {
    for kind in [Key, Identity, Trust] {
        check_corpus(DOCUMENTS, kind, "…");
        check(kind, "", "", "not valid JSON");
        check(kind, " ", "", "not valid JSON");
        check(kind, "{\"Statement\":\"\u{1}\"}", "", "not valid JSON");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    check(Key, &" ".repeat(131_073), "", "too long");
    check(Key, &"[".repeat(100_000), "", "not valid JSON");
    let nested = format!("{{\"Statement\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    check(Key, &nested, "Statement[0]", "an object");
}

#[test]
fn statements() {
    let around = r#"{"Version":"2012-10-17","Statement":[{…}]}"#;
    check_corpus(KEY_STATEMENTS, Key, around);
    check_corpus(TRUST_STATEMENTS, Trust, around);
    check_corpus(IDENTITY_STATEMENTS, Identity, around);
}

#[test]
fn principals() {
    let around = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":…}]}"#;
    check_corpus(PRINCIPALS, Key, around);
    let corpus = PRINCIPALS.replace("Principal", "NotPrincipal");
    check_corpus(&corpus, Key, &around.replace("Principal", "NotPrincipal"));
}

#[test]
fn elements() {
    check_element(ACTIONS, "Action");
    check_element(RESOURCES, "Resource");
    check_element(CONDITIONS, "Condition");
    check_element(OPERATORS, "Condition");
    check_element(OPERANDS, "Condition");
}

#[test]
fn statement_ids_of_an_identity_policy_are_unique() {
    let twice = r#"{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}"#;
    let document = format!(r#"{{"Statement":[{twice},{twice}]}}"#);
    check(Identity, &document, "Statement[1]", "more than once");
}

#[test]
fn for_all_values_on_one_pair_of_many() {
    let of_context = "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition \
                      key matches requests without the specified encryption context or with an unspecified encryption \
                      context. To fix, remove ForAllValues.";
    let of_tag = of_context.replace("encryption context", "tag");
    for (key, text) in [
        ("kms:EncryptionContext:AppName", of_context),
        ("KMS:encryptioncontext:a", of_context),
        ("aws:RequestTag/Team", of_tag.as_str()),
    ] {
        for operator in [
            "ForAllValues:StringEquals",
            "ForAllValues:StringLikeIfExists",
        ] {
            let condition = format!(r#""Condition":{{"{operator}":{{"{key}":"x"}}}}"#);
            let document =
                format!(r#"{{"Statement":{{"Effect":"Allow","Principal":"*",{condition}}}}}"#);
            assert_eq!(refusal(Key, &document).public_text(), text);
            let document = format!(
                r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*",{condition}}}}}"#
            );
            Policy::parse(&document, Identity).unwrap();
        }
    }
}

#[test]
fn keys_of_identity_policies_only() {
    let text = "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, \
                kms:ResourceAliases";
    for (key, text) in [
        ("kms:ResourceAliases", Some(text)),
        ("aws:ResourceTag/Team", Some(text)),
        ("kms:ResourceTag/Team", Some(text)),
        ("s3:prefix", None),
    ] {
        let condition = format!(r#""Condition":{{"ForAnyValue:StringEquals":{{"{key}":"x"}}}}"#);
        let document =
            format!(r#"{{"Statement":{{"Effect":"Allow","Principal":"*",{condition}}}}}"#);
        let told = refusal(Key, &document).public_text();
        assert!(text.is_none_or(|text| text == told), "{told}");
        let document = format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*",{condition}}}}}"#
        );
        Policy::parse(&document, Identity).unwrap();
    }
}

#[test]
fn unknown_keys_of_our_own_services_are_refused_everywhere() {
    for key in [
        "kms:KeySpecs",
        "iam:Path",
        "sts:Name",
        "aws:Username2",
        "kms:EncryptionContext:",
    ] {
        let condition = format!(r#""Condition":{{"StringEquals":{{"{key}":"x"}}}}"#);
        for (kind, members) in [
            (Key, r#""Principal":"*""#),
            (Identity, r#""Action":"*","Resource":"*""#),
            (Trust, r#""Principal":"*","Action":"sts:*""#),
        ] {
            let document = format!(r#"{{"Statement":{{"Effect":"Deny",{members},{condition}}}}}"#);
            let error = refusal(kind, &document);
            assert!(
                error.to_string().contains("not supported"),
                "{document}: {error}"
            );
        }
    }
}

#[test]
fn variables_of_other_services_are_for_those_who_speak_of_them() {
    let document = |members: &str, variable: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny",{members},"Condition":{{"StringEquals":{{"aws:PrincipalTag/a":"${{{variable}}}"}}}}}}}}"#
        )
    };
    let in_key = |variable: &str| document(r#""Principal":"*","Resource":"*""#, variable);
    let in_identity = |variable: &str| document(r#""Action":"*","Resource":"*""#, variable);
    let in_trust = |variable: &str| document(r#""Principal":"*","Action":"sts:*""#, variable);
    for variable in ["s3:prefix", "id.example/ci:sub"] {
        refusal(Key, &in_key(variable));
        Policy::parse(&in_identity(variable), Identity).unwrap();
        Policy::parse(&in_trust(variable), Trust).unwrap();
    }
    for variable in ["kms:nothing", "prefix", "aws:TagKeys"] {
        refusal(Key, &in_key(variable));
        refusal(Identity, &in_identity(variable));
        refusal(Trust, &in_trust(variable));
    }
}

#[test]
fn public_texts_are_aws_own_where_known() {
    let public = |document: &str| refusal(Identity, document).public_text();
    let body = |body: &str| public(&format!(r#"{{"Statement":{{"Effect":"Allow",{body}}}}}"#));
    assert_eq!(
        public("not a real policy statement"),
        "This policy contains invalid Json"
    );
    assert_eq!(
        body(r#""Resource":"*""#),
        "Policy statement must contain actions."
    );
    assert_eq!(
        body(r#""Action":"*""#),
        "Policy statement must contain resources."
    );
    assert_eq!(
        body(r#""Principal":"*","Action":"*","Resource":"*""#),
        "Policy document should not specify a principal."
    );
    assert_eq!(
        body(r#""Action":"Encrypt","Resource":"*""#),
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    );
    assert_eq!(
        body(r#""Action":"*","Resource":"key/1""#),
        "Resource key/1 must be in ARN format or \"*\"."
    );
    assert_eq!(
        refusal(
            Trust,
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:*","Resource":"*"}}"#
        )
        .public_text(),
        "Has prohibited field Resource"
    );
    assert_eq!(
        refusal(
            Trust,
            r#"{"Statement":{"Effect":"Allow","Action":"sts:*"}}"#
        )
        .public_text(),
        "Missing required field Principal"
    );
    assert_eq!(
        refusal(
            Trust,
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*"}}"#
        )
        .public_text(),
        "AssumeRole policy may only specify STS AssumeRole actions."
    );
    assert_eq!(
        body(r#""Sid":"","Action":"*","Resource":7"#),
        "The value must be a string at Statement.Resource."
    );
}
