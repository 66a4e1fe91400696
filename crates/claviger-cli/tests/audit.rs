//! `claviger audit verify` as a process, over the golden log.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a test may fail loudly"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/audit/v1")
}

/// A copy of the golden log that a test may damage.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(golden()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        Self(copy)
    }

    fn edit(&self, name: &str, change: impl FnOnce(String) -> String) {
        let path = self.0.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, change(text)).unwrap();
    }

    fn verify(&self, more: &[&str]) -> (i32, String) {
        let dir = self.0.path().to_str().unwrap();
        run(&[
            &[
                "audit",
                "verify",
                dir,
                "--key",
                golden().join("key.txt").to_str().unwrap(),
            ],
            more,
        ]
        .concat())
    }
}

/// The exit code, and both streams together.
fn run(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_claviger"))
        .args(arguments)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(text).unwrap(),
    )
}

const FIRST: &str = "n1-00000000000000000001.jsonl";
const LAST: &str = "n1-00000000000000000005.jsonl";

#[test]
fn a_sound_log_is_proven() {
    let (code, text) = Copy::new().verify(&[]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        text,
        "node n1: 7 lines that follow the chain, 5 checkpoints\n\
         \u{20}          3 Decrypt\n\
         \u{20}          2 Encrypt\n\
         \u{20}          2 GenerateDataKey\n\
         \u{20} complete up to checkpoint 7 of 2026-01-02T04:04:05Z; 0 lines after it are chained but unsigned\n\
         proven\n"
    );
}

#[test]
fn without_a_key_the_origin_is_unproven() {
    let (code, text) = run(&["audit", "verify", golden().to_str().unwrap()]);
    assert_eq!(code, 3);
    assert!(text.ends_with("\nconsistent, origin unproven\n"), "{text}");
}

#[test]
fn a_torn_line_is_told() {
    let copy = Copy::new();
    copy.edit(LAST, |text| text + "{\"s\":8,\"p\":\"E");
    let (code, text) = copy.verify(&[]);
    assert_eq!(code, 4);
    assert!(
        text.contains(&format!("{LAST}, line 4 (s = 8): a partial line")),
        "{text}"
    );
    assert!(text.ends_with("\ntorn\n"), "{text}");
}

#[test]
fn a_truncated_log_is_told() {
    let copy = Copy::new();
    copy.edit(LAST, |text| text[..text.len() - 10].to_owned());
    let (code, text) = copy.verify(&[]);
    assert_eq!(code, 5);
    assert!(
        text.contains(&format!("{LAST}, line 3 (s = 7): a partial line")),
        "{text}"
    );
    assert!(text.ends_with("\ntruncated\n"), "{text}");
}

#[test]
fn an_altered_line_is_named() {
    let copy = Copy::new();
    copy.edit(FIRST, |text| {
        text.replacen("\"number\":2", "\"number\":9", 1)
    });
    let (code, text) = copy.verify(&[]);
    assert_eq!(code, 6);
    assert!(
        text.contains(&format!("{FIRST}, line 3 (s = 3): does not carry the hash")),
        "{text}"
    );
    assert!(text.ends_with("\naltered\n"), "{text}");
}

#[test]
fn an_older_copy_of_the_log_lacks_what_was_seen_since() {
    let copy = Copy::new();
    let all = fs::read_to_string(golden().join("n1.checkpoints")).unwrap();
    let parts: Vec<&str> = all.split_inclusive("\n\n").collect();
    let (earlier, kept) = parts.split_at(6);
    let since = copy.0.path().join("kept.txt");
    fs::write(&since, kept[..2].concat()).unwrap();
    let since = ["--since", since.to_str().unwrap()];
    assert_eq!(copy.verify(&since).0, 0);

    fs::remove_file(copy.0.path().join(LAST)).unwrap();
    copy.edit("n1.checkpoints", |_| earlier.concat());
    assert_eq!(copy.verify(&[]).0, 0);
    let (code, text) = copy.verify(&since);
    assert_eq!(code, 5, "{text}");
}

#[test]
fn json_says_the_same() {
    let copy = Copy::new();
    copy.edit(FIRST, |text| {
        text.replacen("\"number\":2", "\"number\":9", 1)
    });
    let (code, text) = copy.verify(&["--json"]);
    assert_eq!(code, 6);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["verdict"], "altered");
    let node = &report["nodes"][0];
    assert_eq!((&node["node"], &node["lines"]), (&"n1".into(), &2.into()));
    let finding = &node["findings"][0];
    assert_eq!(
        (&finding["damage"], &finding["line"], &finding["seq"]),
        (&"altered".into(), &3.into(), &3.into())
    );
}

#[test]
fn what_cannot_be_verified_at_all_is_no_verdict() {
    let empty = tempfile::tempdir().unwrap();
    let path = empty.path().to_str().unwrap();
    assert_eq!(
        run(&["audit", "verify", path]),
        (2, format!("claviger: {path} holds no audit log\n"))
    );
    let key = empty.path().join("key");
    fs::write(&key, "\n").unwrap();
    let golden = golden();
    let golden = golden.to_str().unwrap();
    let (code, text) = run(&["audit", "verify", golden, "--key", key.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(text.ends_with("holds no key\n"), "{text}");
    assert_eq!(
        run(&["audit", "verify", golden, "--since", key.to_str().unwrap()]).0,
        2
    );
    assert_eq!(run(&["audit", "verify"]).0, 2);
}

#[test]
fn what_cannot_be_told_is_an_error_of_its_own() {
    let full = fs::File::create("/dev/full").unwrap();
    let told = Command::new(env!("CARGO_BIN_EXE_claviger"))
        .args(["audit", "verify"])
        .arg(golden())
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(told.status.code(), Some(2));
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.starts_with("claviger: standard output: "), "{told}");
}
