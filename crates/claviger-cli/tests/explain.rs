//! `claviger policy explain --offline` as a process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may fail loudly"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What the process printed on its standard output and its standard error, and its exit code.
struct Ended {
    stdout: String,
    stderr: String,
    code: i32,
}

/// Runs in the folder of the policies.
fn explain(arguments: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_claviger"))
        .args(["policy", "explain", "--offline"])
        .args(arguments)
        .current_dir(folder().join("policies"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ended {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain")
}

/// Each file is a call and its answer: lines that begin with `$`, what they print, and the exit code.
#[test]
fn calls_are_explained_as_recorded() {
    let mut files = 0;
    for entry in fs::read_dir(folder().join("golden")).unwrap() {
        let path = entry.unwrap().path();
        let recorded = fs::read_to_string(&path).unwrap();
        let asked: Vec<&str> = recorded
            .lines()
            .filter_map(|line| line.strip_prefix("$ "))
            .collect();
        let words: Vec<&str> = asked.iter().flat_map(|line| line.split(' ')).collect();
        let ended = explain(&words);
        let asked: String = asked.iter().map(|line| format!("$ {line}\n")).collect();
        let played = format!("{asked}{}exit {}\n", ended.stdout, ended.code);
        assert_eq!(played, recorded, "{}: {}", path.display(), ended.stderr);
        files += 1;
    }
    assert!(files >= 15, "{files} recorded calls");
}

#[test]
fn json_tells_the_same() {
    let ended = explain(
        &[
            DECRYPT,
            &["--identity-policy", "no-decryption.json", "--json"],
        ]
        .concat(),
    );
    assert_eq!(ended.code, 1);
    let told: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(told["decision"], "explicitDeny");
    assert_eq!(told["decidedBy"][0]["policy"], "identity policy");
    assert_eq!(told["decidedBy"][0]["source"], "no-decryption.json");
    assert_eq!(told["decidedBy"][0]["number"], 2);
    assert_eq!(told["decidedBy"][0]["text"]["Sid"], "NoDecryption");
    assert_eq!(told["policies"][0]["says"], "allows if IAM does");
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("with an explicit deny in an identity-based policy"));
    assert_eq!(told["missingContextKeys"].as_array().unwrap().len(), 2);
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_read() {
    for (arguments, expected) in [
        (
            &["--action", "kms:Decript", "--caller", ALICE][..],
            "KMS has no such action",
        ),
        (
            &["--action", "kms:ReEncrypt", "--caller", ALICE],
            "kms:ReEncryptFrom",
        ),
        (
            &["--action", "kms:Decrypt", "--caller", ALICE],
            "needs --key",
        ),
        (
            &["--action", "kms:ListKeys", "--caller", ALICE, "--key", KEY],
            "leave --key out",
        ),
        (
            &[
                "--action",
                "kms:Decrypt",
                "--caller",
                ALICE,
                "--key",
                "alias/x",
            ],
            "not the ARN of a key",
        ),
        (
            &["--action", "kms:Decrypt", "--caller", "alice", "--key", KEY],
            "not the ARN of a user",
        ),
        (
            &["--action", "kms:Decrypt", "--caller", ALICE, "--key", KEY],
            "needs --key-policy",
        ),
        (
            &[
                "--action",
                "kms:ListKeys",
                "--caller",
                ALICE,
                "--condition",
                "x",
            ],
            "NAME=VALUE",
        ),
    ] {
        let ended = explain(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stdout);
        assert!(
            ended.stderr.contains(expected),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn files_that_are_no_policies_are_refused_with_their_place() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let huge = " ".repeat(131_073);
    let nested = "[".repeat(1_000);
    for (content, expected) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{\n \"Statement\": [\n  {,}]}", "line 3 column 4"),
        (
            "{\"Statement\":[]}",
            "At least one value is needed at Statement",
        ),
        (
            "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"kms:*\",\"Resource\":\"kms\"}}",
            "at Statement.Resource",
        ),
        (deep.as_str(), "larger than 131072 bytes"),
        (huge.as_str(), "larger than 131072 bytes"),
        (nested.as_str(), "recursion limit exceeded"),
    ] {
        let file = written(content);
        let path = file.path().to_str().unwrap();
        let ended = explain(&[DECRYPT, &["--identity-policy", path]].concat());
        assert_eq!(ended.code, 2, "{expected}: {}", ended.stdout);
        assert!(
            ended.stderr.contains(expected),
            "{expected}: {}",
            ended.stderr
        );
        assert!(ended.stderr.contains(path), "{}", ended.stderr);
    }
}

#[test]
fn grants_that_are_not_understood_are_refused() {
    for (content, expected) in [
        ("[]", "line 1 column"),
        ("{\"Grants\":[{\"GrantId\":\"g\"}]}", "Operations"),
        (
            "{\"Grants\":[{\"GrantId\":\"g\",\"GranteePrincipal\":\"x\",\"Operations\":[\"Fly\"]}]}",
            "grant g: 'Fly' is no operation of grants",
        ),
        (
            "{\"Grants\":[{\"GrantId\":\"g\",\"Operations\":[],\"Constraints\":{\"Weather\":\"fair\"}}]}",
            "unknown field `Weather`",
        ),
    ] {
        let file = written(content);
        let path = file.path().to_str().unwrap();
        let ended = explain(&[DECRYPT, &["--grants", path]].concat());
        assert_eq!(ended.code, 2, "{expected}: {}", ended.stdout);
        assert!(
            ended.stderr.contains(expected),
            "{expected}: {}",
            ended.stderr
        );
    }
}

#[test]
fn a_policy_does_not_steer_the_terminal() {
    let file = written(
        "{\"Statement\":{\"Sid\":\"\\u001b[2J\u{9b}2J\",\"Effect\":\"Allow\",\"Principal\":\"*\",\
         \"Action\":\"kms:*\",\"Resource\":\"*\"}}",
    );
    let path = file.path().to_str().unwrap();
    let call = ["--caller", ALICE, "--action", "kms:Decrypt", "--key", KEY];
    let ended = explain(&[&call[..], &["--key-policy", path]].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("statement 1"));
    let steers = |letter: char| letter.is_control() && letter != '\n';
    assert!(!ended.stdout.contains(steers), "{:?}", ended.stdout);
}

fn written(content: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), content).unwrap();
    file
}

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const DECRYPT: &[&str] = &[
    "--caller",
    ALICE,
    "--action",
    "kms:Decrypt",
    "--key",
    KEY,
    "--key-policy",
    "key.json",
];
