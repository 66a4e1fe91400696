//! Roles and their trust policies.

use claviger_iam::{RoleRecord, by_name};
use serde_json::json;

use crate::{
    client::{allow, code, document, text, texts},
    scene::{ACCOUNT, OTHER_ACCOUNT, Scene, account},
};

#[tokio::test]
async fn a_role_lives_and_ends() {
    let scene = Scene::new().await;
    let trust = trust(ACCOUNT);
    let made = scene
        .ok(
            "CreateRole",
            &[
                ("RoleName", "worker"),
                ("Path", "/team/"),
                ("AssumeRolePolicyDocument", &trust),
                ("Description", "works"),
                ("MaxSessionDuration", "7200"),
                ("Tags.member.1.Key", "Team"),
                ("Tags.member.1.Value", "blue"),
            ],
        )
        .await;
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/team/worker");
    assert_eq!(text(&made, "Arn"), arn);
    let id = text(&made, "RoleId");
    assert!(id.starts_with("AROA") && id.len() == 21, "{id}");
    assert_eq!(document(&made, "AssumeRolePolicyDocument"), trust);
    // AWS tells how long sessions may last only when the role is read.
    assert!(
        !made.contains("<MaxSessionDuration>") && !made.contains("<RoleLastUsed"),
        "{made}"
    );
    let event = scene.events().pop().unwrap();
    let noted = &event["responseElements"]["role"];
    assert_eq!(noted["createDate"], "Jan 2, 2026 3:04:05 AM");
    let shown = text(&made, "AssumeRolePolicyDocument");
    assert_eq!(noted["assumeRolePolicyDocument"], shown);
    assert!(shown.starts_with("%7B%22"), "{shown}");
    let named = &[("RoleName", "WORKER")][..];
    let profiles = scene.ok("ListInstanceProfilesForRole", named).await;
    assert_eq!(text(&profiles, "IsTruncated"), "false");
    assert!(texts(&profiles, "InstanceProfileName").is_empty());
    let nobody = [("RoleName", "nobody")];
    let refused = scene.refused("ListInstanceProfilesForRole", &nobody).await;
    assert!(refused.starts_with("NoSuchEntity: "), "{refused}");
    let found = scene.ok("GetRole", named).await;
    assert_eq!(text(&found, "RoleName"), "worker");
    assert_eq!(text(&found, "MaxSessionDuration"), "7200");
    assert_eq!(text(&found, "Value"), "blue");

    let changed = [("RoleName", "worker"), ("MaxSessionDuration", "3600")];
    scene.ok("UpdateRole", &changed).await;
    let changed = [("RoleName", "worker"), ("Description", "rests")];
    let answer = scene.ok("UpdateRoleDescription", &changed).await;
    assert_eq!(text(&answer, "Description"), "rests");
    let updated = scene.events().pop().unwrap();
    assert_eq!(&updated["responseElements"]["role"], noted);
    assert_eq!(text(&answer, "MaxSessionDuration"), "3600");
    let tags = [
        ("RoleName", "worker"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "red"),
    ];
    scene.ok("TagRole", &tags).await;
    let listed = scene.ok("ListRoleTags", named).await;
    assert_eq!(texts(&listed, "Value"), ["red"]);
    let keys = [("RoleName", "worker"), ("TagKeys.member.1", "TEAM")];
    scene.ok("UntagRole", &keys).await;
    let listed = scene.ok("ListRoleTags", named).await;
    assert_eq!(texts(&listed, "Value"), Vec::<String>::new());

    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_role_with_policies_stays() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let named = &[("RoleName", "WORKER")][..];
    let inline = allow(json!("kms:Encrypt"));
    let put = [
        ("RoleName", "worker"),
        ("PolicyName", "own"),
        ("PolicyDocument", &inline),
    ];
    scene.ok("PutRolePolicy", &put).await;
    let found = scene.ok("GetRolePolicy", &put[..2]).await;
    assert_eq!(document(&found, "PolicyDocument"), inline);
    let policy = [
        ("RoleName", "worker"),
        ("PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ];
    scene.ok("AttachRolePolicy", &policy).await;
    let listed = scene.ok("ListAttachedRolePolicies", named).await;
    assert_eq!(texts(&listed, "PolicyName"), ["ReadOnlyAccess"]);

    let first = scene.refused("DeleteRole", named).await;
    let conflict = |what: &str| format!("DeleteConflict: Cannot delete entity, must {what} first.");
    assert_eq!(first, conflict("detach all policies"));
    scene.ok("DetachRolePolicy", &policy).await;
    let second = scene.refused("DeleteRole", named).await;
    assert_eq!(second, conflict("delete policies"));
    scene.ok("DeleteRolePolicy", &put[..2]).await;
    scene.ok("DeleteRole", named).await;
    let gone = scene.refused("GetRole", named).await;
    let expected = "NoSuchEntity: The role with name WORKER cannot be found.";
    assert_eq!(gone, expected);
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn names_are_given_once_in_whatever_case() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let trust = trust(ACCOUNT);
    let again = [("RoleName", "Worker"), ("AssumeRolePolicyDocument", &trust)];
    let refused = scene.refused("CreateRole", &again).await;
    let expected = "EntityAlreadyExists: Role with name Worker already exists.";
    assert_eq!(refused, expected);
}

#[tokio::test]
async fn roles_are_listed_by_path_and_page() {
    let scene = Scene::new().await;
    let trust = trust(ACCOUNT);
    for (path, name) in [("/", "a"), ("/x/", "b"), ("/x/y/", "c")] {
        let new = [
            ("Path", path),
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust),
        ];
        scene.ok("CreateRole", &new).await;
    }
    let listed = scene.ok("ListRoles", &[("PathPrefix", "/x/")]).await;
    let mut names = texts(&listed, "RoleName");
    names.sort();
    assert_eq!(names, ["b", "c"]);
    let page = scene.ok("ListRoles", &[("MaxItems", "2")]).await;
    let marker = text(&page, "Marker");
    let rest = [("MaxItems", "2"), ("Marker", marker.as_str())];
    let rest = scene.ok("ListRoles", &rest).await;
    let mut names = [texts(&page, "RoleName"), texts(&rest, "RoleName")].concat();
    names.sort();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(text(&rest, "IsTruncated"), "false");
}

/// A trust policy means who bore its names when it was written; the deleted are shown by their ids.
#[tokio::test]
async fn a_namesake_is_not_trusted() {
    let scene = Scene::new().await;
    scene.role("friend").await;
    let friend = format!("arn:aws:iam::{ACCOUNT}:role/friend");
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/friend/today");
    let trust = trust(&friend).replace(
        &format!("\"{friend}\""),
        &format!("[\"{friend}\",\"{session}\"]"),
    );
    let new = [("RoleName", "vault"), ("AssumeRolePolicyDocument", &trust)];
    scene.ok("CreateRole", &new).await;
    let id = scene.role_record("friend").await.id;
    let named = &[("RoleName", "vault")][..];
    let found = scene.ok("GetRole", named).await;
    assert_eq!(document(&found, "AssumeRolePolicyDocument"), trust);
    scene.ok("DeleteRole", &[("RoleName", "friend")]).await;
    for namesake in [false, true] {
        if namesake {
            scene.role("friend").await;
            assert_ne!(scene.role_record("friend").await.id, id);
        }
        let found = scene.ok("GetRole", named).await;
        let shown = document(&found, "AssumeRolePolicyDocument");
        let expected = trust
            .replace(&session, &format!("{id}:today"))
            .replace(&friend, &id);
        assert_eq!(shown, expected);
        let listed = scene.ok("ListRoles", &[]).await;
        assert!(listed.contains(&id), "{listed}");
    }
    let trusted = scene.role_record("vault").await.trust.bindings;
    assert_eq!(trusted[&friend], id);
}

/// AWS knows them by name; here nobody signs in by them, and nothing else hinders a policy that was written for AWS.
#[tokio::test]
async fn a_role_may_trust_the_providers_that_aws_knows() {
    let scene = Scene::new().await;
    for built_in in [
        "accounts.google.com",
        "cognito-identity.amazonaws.com",
        "graph.facebook.com",
        "www.amazon.com",
    ] {
        let federated = trust(built_in).replace("\"AWS\"", "\"Federated\"");
        let put = [("RoleName", "federated"), ("PolicyDocument", &federated)];
        let new = [
            ("RoleName", "federated"),
            ("AssumeRolePolicyDocument", &federated),
        ];
        scene.ok("CreateRole", &new).await;
        scene.ok("UpdateAssumeRolePolicy", &put).await;
        let found = scene.ok("GetRole", &[("RoleName", "federated")]).await;
        assert_eq!(document(&found, "AssumeRolePolicyDocument"), federated);
        scene.ok("DeleteRole", &[("RoleName", "federated")]).await;
    }
}

#[tokio::test]
async fn hostile_trust_policies_are_refused_and_change_nothing() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let nobody = format!("arn:aws:iam::{ACCOUNT}:user/nobody");
    let stranger = format!("arn:aws:iam::{OTHER_ACCOUNT}:root");
    let provider = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example");
    let with_resource = trust(ACCOUNT).replace("\"Action\"", "\"Resource\":\"*\",\"Action\"");
    let federated = trust(&provider).replace("\"AWS\"", "\"Federated\"");
    let long = trust(ACCOUNT).replace("sts:AssumeRole", &format!("sts:{}", "A".repeat(2_048)));
    for (hostile, expected, words) in [
        (
            trust(&nobody),
            "MalformedPolicyDocument",
            format!("Invalid principal in policy: \"AWS\":\"{nobody}\""),
        ),
        (
            trust(OTHER_ACCOUNT),
            "MalformedPolicyDocument",
            format!("Invalid principal in policy: \"AWS\":\"{stranger}\""),
        ),
        (
            trust("AROAQQQQQQQQQQQQQQQQQ"),
            "MalformedPolicyDocument",
            "Invalid principal in policy: \"AWS\":\"AROAQQQQQQQQQQQQQQQQQ\"".into(),
        ),
        (
            trust("no principal"),
            "MalformedPolicyDocument",
            "Invalid principal in policy: \"AWS\":\"no principal\"".into(),
        ),
        (
            federated,
            "MalformedPolicyDocument",
            format!("Invalid principal in policy: \"FEDERATED\":\"{provider}\""),
        ),
        (with_resource, "MalformedPolicyDocument", String::new()),
        (
            allow(json!("sts:AssumeRole")),
            "MalformedPolicyDocument",
            String::new(),
        ),
        ("{}".to_owned(), "MalformedPolicyDocument", String::new()),
        ("{".to_owned(), "MalformedPolicyDocument", String::new()),
        (
            long,
            "LimitExceeded",
            "Cannot exceed quota for ACLSizePerRole: 2048".into(),
        ),
    ] {
        let update = [("RoleName", "worker"), ("PolicyDocument", hostile.as_str())];
        let refused = scene.refused("UpdateAssumeRolePolicy", &update).await;
        assert_eq!(code(&refused), expected, "{hostile}: {refused}");
        assert!(refused.ends_with(&words), "{refused}");
        let new = [
            ("RoleName", "new"),
            ("AssumeRolePolicyDocument", hostile.as_str()),
        ];
        let refused = scene.refused("CreateRole", &new).await;
        assert_eq!(code(&refused), expected, "{hostile}");
    }
    let found = scene.ok("GetRole", &[("RoleName", "worker")]).await;
    assert_eq!(document(&found, "AssumeRolePolicyDocument"), trust(ACCOUNT));
    let listed = scene.ok("ListRoles", &[]).await;
    assert_eq!(texts(&listed, "RoleName"), ["worker"]);
}

#[tokio::test]
async fn what_is_attached_must_be_there() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let none = &format!("arn:aws:iam::{ACCOUNT}:policy/none");
    let text = format!("NoSuchEntity: Policy {none} does not exist or is not attachable.");
    for (action, parameter) in [
        ("AttachRolePolicy", "PolicyArn"),
        ("PutRolePermissionsBoundary", "PermissionsBoundary"),
    ] {
        let named = [("RoleName", "worker"), (parameter, none.as_str())];
        let refused = scene.refused(action, &named).await;
        assert_eq!(refused, text, "{action}");
    }
    for number in 0..11 {
        let arn = scene.managed(&format!("p{number}"), "kms:Encrypt").await;
        let named = [("RoleName", "worker"), ("PolicyArn", arn.as_str())];
        if number < 10 {
            scene.ok("AttachRolePolicy", &named).await;
        } else {
            let refused = scene.refused("AttachRolePolicy", &named).await;
            let text = "LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10";
            assert_eq!(refused, text);
        }
    }
}

/// A trust policy that lets one principal assume the role.
pub(crate) fn trust(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}

impl Scene {
    /// A role that the account trusts itself with.
    pub(crate) async fn role(&self, name: &str) {
        let trust = trust(ACCOUNT);
        let new = [("RoleName", name), ("AssumeRolePolicyDocument", &trust)];
        self.ok("CreateRole", &new).await;
    }

    pub(crate) async fn role_record(&self, name: &str) -> RoleRecord {
        let found = by_name(&self.core.records, account(ACCOUNT), name).await;
        found.unwrap().unwrap().record
    }
}
