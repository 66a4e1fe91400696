//! Who calls and may not.

use std::{ffi::OsStr, time::Duration};

use claviger_e2e::{Answer, Client, Credentials, Ground, Server, end};
use serde_json::{Value, json};

use crate::operations::{Form, Row};

/// A server with an owner's keys, and everybody who shall be refused at them.
pub(crate) struct Scene {
    pub(crate) server: Server,
    /// The root of the account that owns the keys.
    pub(crate) owner: Client,
    pub(crate) callers: Vec<Caller>,
    pub(crate) account: String,
    /// A key that delegates to its own account only.
    pub(crate) key_id: String,
    /// A key that allows everything to the other account.
    pub(crate) open_key_id: String,
    /// A ciphertext under the first key, and one under the second.
    pub(crate) blobs: [String; 2],
    /// A grant on the first key.
    pub(crate) grant_id: String,
}

/// One who may not.
pub(crate) struct Caller {
    pub(crate) what: &'static str,
    /// Whether the signature is good, so that the call stands in the audit log.
    pub(crate) authentic: bool,
    pub(crate) kind: Kind,
    client: Client,
}

/// What is amiss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No signature at all.
    Nobody,
    /// The error that the signature meets.
    Unproven(&'static str),
    /// A user of the owner's account.
    Own,
    /// A user of another account, allowed everything by its own account and nothing by the key.
    ForeignWithoutKey,
    /// A user of another account, allowed everything by the key and nothing by its own account.
    ForeignWithoutIdentity,
}

impl Caller {
    pub(crate) fn send(&self, operation: &str, input: &Value) -> Answer {
        if self.kind == Kind::Nobody {
            self.client.send_unsigned(operation, input)
        } else {
            self.client.send(operation, input)
        }
    }

    /// Whether this caller is to be asked: what needs no key is an account's own affair.
    pub(crate) fn meets(&self, row: &Row) -> bool {
        self.kind != Kind::ForeignWithoutKey || row.names_key
    }

    /// The errors that are right for this caller.
    pub(crate) fn errors(&self, row: &Row, form: Form) -> Vec<&'static str> {
        match self.kind {
            Kind::Nobody => return vec!["MissingAuthenticationTokenException"],
            Kind::Unproven(error) => return vec![error],
            Kind::Own | Kind::ForeignWithoutKey | Kind::ForeignWithoutIdentity => {}
        }
        let mut errors = vec!["AccessDeniedException"];
        let foreign = self.kind != Kind::Own;
        // What names no account is looked up in the caller's own, where it is not.
        let elsewhere = foreign && (!form.is_arn() || row.own_names);
        // Not every form is a name of a key for every operation.
        let unfit = form.is_alias() && !row.takes_alias;
        if elsewhere || unfit {
            errors.extend(["NotFoundException", "InvalidArnException"]);
        }
        if unfit && row.points_an_alias() {
            errors.push("ValidationException");
        }
        errors
    }
}

impl Scene {
    pub(crate) fn set(ground: &Ground) -> Self {
        let server = Server::start(ground, &["--test-clock"]);
        let owner = server.client();
        let stranger = other_account(ground);
        let key_id = owner.create_key("AWS_KMS");
        let open_key_id = open_key(&owner);
        let _ = owner.call(
            "CreateAlias",
            &json!({ "AliasName": "alias/own", "TargetKeyId": key_id }),
        );
        let _ = owner.call(
            "CreateAlias",
            &json!({ "AliasName": "alias/open", "TargetKeyId": open_key_id }),
        );
        let blobs = [&key_id, &open_key_id].map(|key| blob(&owner, key));
        let grant = json!({
            "KeyId": key_id,
            "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:root"),
            "Operations": ["Decrypt"],
        });
        let grant = owner.call("CreateGrant", &grant);
        let callers = callers(&server, &owner, &stranger);
        Self {
            server,
            account: ACCOUNT.to_owned(),
            key_id,
            open_key_id,
            blobs,
            grant_id: grant["GrantId"].as_str().unwrap().to_owned(),
            callers,
            owner,
        }
    }
}

fn callers(server: &Server, owner: &Client, stranger: &Client) -> Vec<Caller> {
    let able = user(owner, "able", &[ALLOW_ALL]);
    let session = able.query("sts", "GetSessionToken", &[("DurationSeconds", "900")]);
    let part = |name| between(&session, name);
    let expired = owner.signing_with(
        &part("AccessKeyId"),
        &part("SecretAccessKey"),
        Some(&part("SessionToken")),
    );
    server.advance(Duration::from_secs(901));
    let forged = owner.signing_with(
        owner.access_key_id(),
        "not the secret of this access key",
        None,
    );
    let unknown = owner.signing_with("AKIAIOSFODNN7EXAMPLE", "nobody has this access key", None);
    let authentic = |what, kind, client| Caller {
        what,
        authentic: true,
        kind,
        client,
    };
    let unproven = |what, kind, client| Caller {
        what,
        authentic: false,
        kind,
        client,
    };
    vec![
        unproven("nobody", Kind::Nobody, owner.clone()),
        unproven(
            "a forger",
            Kind::Unproven("InvalidSignatureException"),
            forged,
        ),
        unproven(
            "an expired session",
            Kind::Unproven("ExpiredTokenException"),
            expired,
        ),
        unproven(
            "an unknown access key",
            Kind::Unproven("UnrecognizedClientException"),
            unknown,
        ),
        authentic(
            "a user without rights",
            Kind::Own,
            user(owner, "powerless", &[]),
        ),
        authentic(
            "a user with an explicit deny",
            Kind::Own,
            user(owner, "denied", &[ALLOW_ALL, DENY_KMS]),
        ),
        authentic(
            "another account's user whom the key does not know",
            Kind::ForeignWithoutKey,
            user(stranger, "able", &[ALLOW_ALL]),
        ),
        authentic(
            "another account's user whom its account allows nothing",
            Kind::ForeignWithoutIdentity,
            user(stranger, "powerless", &[]),
        ),
    ]
}

/// A user with these inline policies, by an access key of its own.
fn user(root: &Client, name: &str, policies: &[&str]) -> Client {
    let named = ("UserName", name);
    let _ = root.query("iam", "CreateUser", &[named]);
    for (index, document) in policies.iter().copied().enumerate() {
        let policy = format!("policy{index}");
        let parameters = [
            named,
            ("PolicyName", policy.as_str()),
            ("PolicyDocument", document),
        ];
        let _ = root.query("iam", "PutUserPolicy", &parameters);
    }
    let key = root.query("iam", "CreateAccessKey", &[named]);
    root.signing_with(
        &between(&key, "AccessKeyId"),
        &between(&key, "SecretAccessKey"),
        None,
    )
}

/// The root of a new account.
fn other_account(ground: &Ground) -> Client {
    let data = ground.data();
    let arguments = ["account", "create", OTHER_ACCOUNT, "--data-dir"];
    let made = end(
        "clavigerd",
        arguments
            .map(OsStr::new)
            .into_iter()
            .chain([data.as_os_str()]),
    );
    let exports = made.expect_success("account create").stdout;
    Client::new(&Credentials::from_exports(&exports).expect("credentials"))
}

fn open_key(owner: &Client) -> String {
    let allow = |account: &str| json!({ "Effect": "Allow", "Principal": { "AWS": account }, "Action": "kms:*", "Resource": "*" });
    let policy =
        json!({ "Version": "2012-10-17", "Statement": [allow(ACCOUNT), allow(OTHER_ACCOUNT)] });
    let created = owner.call("CreateKey", &json!({ "Policy": policy.to_string() }));
    created["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
}

fn blob(owner: &Client, key_id: &str) -> String {
    let sealed = owner.call("Encrypt", &json!({ "KeyId": key_id, "Plaintext": "aGk=" }));
    sealed["CiphertextBlob"].as_str().unwrap().to_owned()
}

/// The text of the first element of this name.
fn between(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).expect("an element");
    rest.split_once('<').expect("its end").0.to_owned()
}

const ACCOUNT: &str = "111122223333";
const OTHER_ACCOUNT: &str = "444455556666";
const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const DENY_KMS: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"kms:*","Resource":"*"}}"#;
