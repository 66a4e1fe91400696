//! `claviger policy explain` asks a running server, as an administrator would who wonders why.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use claviger_e2e::{Ground, Server};
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";

/// A server with a key that leaves everything to IAM.
struct Scene {
    ground: Ground,
    server: Server,
    key: String,
}

impl Scene {
    fn new() -> Self {
        let ground = Ground::new();
        let server = Server::start(&ground, &[]);
        let key = server.client().create_key("AWS_KMS");
        Self {
            ground,
            server,
            key,
        }
    }

    /// `aws iam …`, with words separated by blanks.
    fn iam(&self, words: &str) {
        let arguments: Vec<&str> = ["iam"].into_iter().chain(words.split(' ')).collect();
        let _ = self
            .server
            .aws(&self.ground, &arguments)
            .expect_success(words);
    }

    /// What the tool tells of this call, in words and as JSON. Both agree in their exit code.
    fn explain(&self, caller: &str, action: &str, more: &[&str]) -> (String, Value) {
        let service = if caller.starts_with("assumed-role/") {
            "sts"
        } else {
            "iam"
        };
        let caller = format!("arn:aws:{service}::{ACCOUNT}:{caller}");
        let call = ["policy", "explain", "--caller", &caller, "--action", action];
        let call = [&call[..], &["--key", &self.key], more].concat();
        let words = self.server.claviger(&self.ground, &call);
        let told = [&call[..], &["--json"]].concat();
        let told = self.server.claviger(&self.ground, &told);
        assert_eq!(words.success, told.success);
        assert_eq!(
            told.success,
            told.json()["decision"] == "allowed",
            "{told:?}"
        );
        (words.stdout.clone(), told.json())
    }
}

#[test]
fn a_denied_user_learns_the_statement() {
    let scene = Scene::new();
    scene.iam("create-user --user-name alice");
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "kms:*", "Resource": "*"},
        {"Sid": "NoDecryption", "Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"},
    ]});
    scene.iam(&format!(
        "put-user-policy --user-name alice --policy-name keys --policy-document {policy}"
    ));
    let (words, told) = scene.explain("user/alice", "kms:Decrypt", &[]);
    assert_eq!(told["decision"], "explicitDeny");
    assert_eq!(told["decidedBy"][0]["source"], "user_alice_keys");
    assert_eq!(told["decidedBy"][0]["sid"], "NoDecryption");
    assert_eq!(told["decidedBy"][0]["number"], 2);
    assert!(words.contains("statement 2 \"NoDecryption\""), "{words}");
    assert!(
        words.contains("explicit deny in an identity-based policy"),
        "{words}"
    );
    let (_, told) = scene.explain("user/alice", "kms:Encrypt", &[]);
    assert_eq!(told["decidedBy"][0]["sid"], "Enable IAM User Permissions");
    assert_eq!(told["decidedBy"][1]["number"], 1);
    scene.server.stop();
}

#[test]
fn a_group_allows_and_a_boundary_limits() {
    let scene = Scene::new();
    scene.iam("create-user --user-name bob");
    let (_, told) = scene.explain("user/bob", "kms:DisableKey", &[]);
    assert_eq!(told["decision"], "implicitDeny");
    assert!(told["needed"].as_str().unwrap().contains("identity policy"));

    scene.iam("create-group --group-name admins");
    scene.iam("add-user-to-group --user-name bob --group-name admins");
    scene.iam("attach-group-policy --group-name admins --policy-arn arn:aws:iam::aws:policy/AdministratorAccess");
    let (words, told) = scene.explain("user/bob", "kms:DisableKey", &[]);
    assert_eq!(told["decision"], "allowed", "{words}");
    assert_eq!(told["decidedBy"][1]["source"], "AdministratorAccess");
    assert_eq!(told["decidedBy"][1]["text"]["Action"], "*");

    scene.iam("put-user-permissions-boundary --user-name bob --permissions-boundary arn:aws:iam::aws:policy/ReadOnlyAccess");
    let (words, told) = scene.explain("user/bob", "kms:DisableKey", &[]);
    assert_eq!(told["decision"], "implicitDeny", "{words}");
    assert!(
        told["needed"]
            .as_str()
            .unwrap()
            .contains("permissions boundary")
    );
    let message = told["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("because no permissions boundary allows"),
        "{message}"
    );
    let (_, told) = scene.explain("user/bob", "kms:DescribeKey", &[]);
    assert_eq!(told["decision"], "allowed");
    scene.server.stop();
}

#[test]
fn a_session_has_the_rights_of_its_role() {
    let scene = Scene::new();
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT},
    }});
    scene.iam(&format!(
        "create-role --role-name Worker --path /team/ --assume-role-policy-document {trust} --tags Key=team,Value=hr"
    ));
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Sid": "OwnTeam", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "hr"}},
    }});
    scene.iam(&format!(
        "put-role-policy --role-name Worker --policy-name keys --policy-document {policy}"
    ));
    for caller in ["role/team/Worker", "assumed-role/Worker/job-7"] {
        let (words, told) = scene.explain(caller, "kms:Decrypt", &[]);
        assert_eq!(told["decision"], "allowed", "{words}");
        assert_eq!(told["decidedBy"][1]["source"], "role_Worker_keys");
        assert_eq!(told["decidedBy"][1]["sid"], "OwnTeam");
        let (_, told) = scene.explain(caller, "kms:Encrypt", &[]);
        assert_eq!(told["decision"], "implicitDeny");
    }
    scene.server.stop();
}

#[test]
fn a_session_of_another_account_is_not_taken_for_a_namesake() {
    let scene = Scene::new();
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT},
    }});
    scene.iam(&format!(
        "create-role --role-name Worker --assume-role-policy-document {trust}"
    ));
    let caller = "arn:aws:sts::444455556666:assumed-role/Worker/job-7";
    let call = ["policy", "explain", "--caller", caller];
    let call = [&call[..], &["--action", "kms:Decrypt", "--key", &scene.key]];
    let output = scene.server.claviger(&scene.ground, &call.concat());
    assert!(!output.success);
    assert!(output.stderr.contains("of another account"), "{output:?}");
    scene.server.stop();
}

#[test]
fn a_grant_allows_what_no_policy_does() {
    let scene = Scene::new();
    scene.iam("create-user --user-name dora");
    let (_, told) = scene.explain("user/dora", "kms:Decrypt", &[]);
    assert_eq!(told["decision"], "implicitDeny");
    assert_eq!(told["grants"]["count"], 0);
    let grant = scene.server.client().call(
        "CreateGrant",
        &json!({
            "KeyId": scene.key,
            "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:user/dora"),
            "Operations": ["Decrypt"],
            "Constraints": {"EncryptionContextSubset": {"department": "hr"}},
        }),
    );
    let (_, told) = scene.explain("user/dora", "kms:Decrypt", &[]);
    assert_eq!(told["decision"], "implicitDeny");
    assert_eq!(told["grants"]["butForConstraints"], grant["GrantId"]);
    let context = ["--encryption-context", "department=hr"];
    let (words, told) = scene.explain("user/dora", "kms:Decrypt", &context);
    assert_eq!(told["decision"], "allowed", "{words}");
    assert_eq!(told["grant"], grant["GrantId"]);
    assert_eq!(told["decidedBy"], json!([]));
    assert!(words.contains("Decided by grant"), "{words}");
    let (_, told) = scene.explain("user/dora", "kms:Encrypt", &context);
    assert_eq!(told["decision"], "implicitDeny");
    scene.server.stop();
}

#[test]
fn a_key_policy_is_tried_before_it_is_set() {
    let scene = Scene::new();
    scene.iam("create-user --user-name carol");
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Sid": "CarolOnly", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
        "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:user/carol")},
        "Condition": {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}},
    }});
    let file = scene.ground.file("key.json", policy.to_string().as_bytes());
    let tried = ["--key-policy", file.to_str().unwrap()];
    let (_, told) = scene.explain("user/carol", "kms:Decrypt", &[]);
    assert_eq!(told["decision"], "implicitDeny");
    let (_, told) = scene.explain("user/carol", "kms:Decrypt", &tried);
    assert_eq!(told["decision"], "allowed");
    assert_eq!(told["decidedBy"][0]["sid"], "CarolOnly");
    let (_, told) = scene.explain("root", "kms:Decrypt", &tried);
    assert_eq!(told["decision"], "implicitDeny");
    let (_, told) = scene.explain("root", "kms:Decrypt", &[]);
    assert_eq!(told["decision"], "allowed");
    scene.server.stop();
}

#[test]
fn who_does_not_exist_is_not_explained() {
    let scene = Scene::new();
    let caller = format!("arn:aws:iam::{ACCOUNT}:user/nobody");
    let call = [
        "policy",
        "explain",
        "--caller",
        &caller,
        "--action",
        "kms:Decrypt",
        "--key",
    ];
    let output = scene
        .server
        .claviger(&scene.ground, &[&call[..], &[&scene.key]].concat());
    assert!(!output.success);
    assert!(
        output.stderr.contains("GetUser: NoSuchEntity"),
        "{output:?}"
    );
    let output = scene
        .server
        .claviger(&scene.ground, &[&call[..], &["alias/absent"]].concat());
    assert!(
        output.stderr.contains("DescribeKey: NotFoundException"),
        "{output:?}"
    );
    scene.server.stop();
}
