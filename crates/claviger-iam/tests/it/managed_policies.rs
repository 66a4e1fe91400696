//! Managed policies and their versions.

use claviger_iam::AwsManagedPolicy;
use serde_json::json;

use crate::{
    client::{allow, code, document, text, texts},
    scene::{ACCOUNT, Scene},
};

#[tokio::test]
async fn a_policy_lives_and_ends() {
    let scene = Scene::new().await;
    let arn = &format!("arn:aws:iam::{ACCOUNT}:policy/team/keys");
    let first = allow(json!("kms:Encrypt"));
    let made = scene
        .ok(
            "CreatePolicy",
            &[
                ("PolicyName", "keys"),
                ("Path", "/team/"),
                ("PolicyDocument", &first),
                ("Description", "who encrypts"),
                ("Tags.member.1.Key", "Owner"),
                ("Tags.member.1.Value", "blue"),
            ],
        )
        .await;
    assert_eq!(text(&made, "Arn"), *arn);
    assert_eq!(text(&made, "DefaultVersionId"), "v1");
    let id = text(&made, "PolicyId");
    assert!(id.starts_with("ANPA"));
    let moment = "Jan 2, 2026 3:04:05 AM";
    assert_eq!(
        scene.events().pop().unwrap()["responseElements"],
        json!({"policy": {"policyName": "keys", "policyId": id, "arn": arn, "path": "/team/", "defaultVersionId": "v1",
            "attachmentCount": 0, "permissionsBoundaryUsageCount": 0, "isAttachable": true,
            "createDate": moment, "updateDate": moment}})
    );
    let found = scene.ok("GetPolicy", &[("PolicyArn", arn)]).await;
    assert_eq!(text(&found, "Description"), "who encrypts");
    assert_eq!(text(&found, "AttachmentCount"), "0");
    assert_eq!(text(&found, "Value"), "blue");

    scene.ok("DeletePolicy", &[("PolicyArn", arn)]).await;
    let gone = scene.refused("GetPolicy", &[("PolicyArn", arn)]).await;
    assert_eq!(gone, format!("NoSuchEntity: Policy {arn} was not found."));
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn versions_come_and_go() {
    let scene = Scene::new().await;
    let arn = &scene.managed("keys", "kms:Encrypt").await;
    let first = allow(json!("kms:Encrypt"));
    let second = allow(json!("kms:Decrypt"));
    let version = [("PolicyArn", arn.as_str()), ("PolicyDocument", &second)];
    let made = scene.ok("CreatePolicyVersion", &version).await;
    assert_eq!(text(&made, "VersionId"), "v2");
    assert_eq!(text(&made, "IsDefaultVersion"), "false");
    assert_eq!(
        scene.events().pop().unwrap()["responseElements"],
        json!({"policyVersion": {"versionId": "v2", "isDefaultVersion": false, "createDate": "Jan 2, 2026 3:04:05 AM"}})
    );
    let third = allow(json!("kms:Sign"));
    let version = [
        ("PolicyArn", arn.as_str()),
        ("PolicyDocument", &third),
        ("SetAsDefault", "true"),
    ];
    let made = scene.ok("CreatePolicyVersion", &version).await;
    assert_eq!(text(&made, "IsDefaultVersion"), "true");
    let listed = scene.ok("ListPolicyVersions", &[("PolicyArn", arn)]).await;
    assert_eq!(texts(&listed, "VersionId"), ["v3", "v2", "v1"]);
    assert_eq!(
        texts(&listed, "IsDefaultVersion"),
        ["true", "false", "false"]
    );
    for (number, expected) in [("v1", &first), ("v2", &second), ("v3", &third)] {
        let named = [("PolicyArn", arn.as_str()), ("VersionId", number)];
        let found = scene.ok("GetPolicyVersion", &named).await;
        assert_eq!(document(&found, "Document"), *expected, "{number}");
    }

    let of = |number| [("PolicyArn", arn.as_str()), ("VersionId", number)];
    let conflict = scene.refused("DeletePolicyVersion", &of("v3")).await;
    assert_eq!(
        conflict,
        "DeleteConflict: Cannot delete the default version of a policy."
    );
    let conflict = scene.refused("DeletePolicy", &[("PolicyArn", arn)]).await;
    assert_eq!(code(&conflict), "DeleteConflict");
    assert!(conflict.contains("This policy has more than one version."));
    scene.ok("SetDefaultPolicyVersion", &of("v2")).await;
    scene.ok("DeletePolicyVersion", &of("v3")).await;
    scene.ok("DeletePolicyVersion", &of("v1")).await;
    // A number is given once.
    let version = [("PolicyArn", arn.as_str()), ("PolicyDocument", &first)];
    let made = scene.ok("CreatePolicyVersion", &version).await;
    assert_eq!(text(&made, "VersionId"), "v4");
    scene.ok("DeletePolicyVersion", &of("v4")).await;
    scene.ok("DeletePolicy", &[("PolicyArn", arn)]).await;
}

#[tokio::test]
async fn a_policy_has_five_versions_at_most() {
    let scene = Scene::new().await;
    let arn = &scene.managed("many", "kms:Encrypt").await;
    let text = allow(json!("kms:Decrypt"));
    let version = [("PolicyArn", arn.as_str()), ("PolicyDocument", &text)];
    for _ in 2..=5 {
        scene.ok("CreatePolicyVersion", &version).await;
    }
    let refused = scene.refused("CreatePolicyVersion", &version).await;
    assert_eq!(code(&refused), "LimitExceeded");
    assert!(refused.contains("A managed policy can have up to 5 versions."));
}

#[tokio::test]
async fn names_are_given_once_in_whatever_case() {
    let scene = Scene::new().await;
    scene.managed("Keys", "kms:Encrypt").await;
    let text = allow(json!("kms:Decrypt"));
    let again = [
        ("PolicyName", "kEYS"),
        ("Path", "/other/"),
        ("PolicyDocument", &text),
    ];
    let refused = scene.refused("CreatePolicy", &again).await;
    let expected = "A policy called kEYS already exists. Duplicate names are not allowed.";
    assert_eq!(refused, format!("EntityAlreadyExists: {expected}"));
}

#[tokio::test]
async fn an_attached_policy_stays() {
    let scene = Scene::new().await;
    let arn = &scene.managed("keys", "kms:Encrypt").await;
    scene.role("worker").await;
    let attached = [("RoleName", "worker"), ("PolicyArn", arn.as_str())];
    let boundary = [
        ("RoleName", "worker"),
        ("PermissionsBoundary", arn.as_str()),
    ];
    for (begin, end) in [
        (
            ("AttachRolePolicy", &attached[..]),
            ("DetachRolePolicy", &attached[..]),
        ),
        (
            ("PutRolePermissionsBoundary", &boundary[..]),
            ("DeleteRolePermissionsBoundary", &boundary[..1]),
        ),
    ] {
        scene.ok(begin.0, begin.1).await;
        let refused = scene.refused("DeletePolicy", &[("PolicyArn", arn)]).await;
        let text = "DeleteConflict: Cannot delete a policy attached to entities.";
        assert_eq!(refused, text, "{}", begin.0);
        let listed = scene
            .ok("ListEntitiesForPolicy", &[("PolicyArn", arn)])
            .await;
        assert_eq!(texts(&listed, "RoleName"), ["worker"], "{}", begin.0);
        scene.ok(end.0, end.1).await;
        let listed = scene
            .ok("ListEntitiesForPolicy", &[("PolicyArn", arn)])
            .await;
        assert_eq!(texts(&listed, "RoleName"), Vec::<String>::new());
    }
    scene.ok("DeletePolicy", &[("PolicyArn", arn)]).await;
}

/// Whoever has a policy attached gets its new version with the next call, and loses what it took away.
#[tokio::test]
async fn a_new_default_version_is_in_force_at_once() {
    let scene = Scene::new().await;
    let arn = scene.managed("readers", "iam:ListRoles").await;
    scene.user("alice").await;
    let key_id = scene.key_of("alice").await;
    let attached = [("UserName", "alice"), ("PolicyArn", arn.as_str())];
    scene.ok("AttachUserPolicy", &attached).await;
    scene.may(&key_id, "ListRoles", true).await;
    scene.may(&key_id, "ListPolicies", false).await;
    let second = allow(json!("iam:ListPolicies"));
    let version = [("PolicyArn", arn.as_str()), ("PolicyDocument", &second)];
    scene.ok("CreatePolicyVersion", &version).await;
    scene.may(&key_id, "ListRoles", true).await;
    for (number, roles) in [("v2", false), ("v1", true)] {
        let named = [("PolicyArn", arn.as_str()), ("VersionId", number)];
        scene.ok("SetDefaultPolicyVersion", &named).await;
        scene.may(&key_id, "ListRoles", roles).await;
        scene.may(&key_id, "ListPolicies", !roles).await;
    }
    scene.ok("DetachUserPolicy", &attached).await;
    scene.may(&key_id, "ListRoles", false).await;
}

/// A policy whose record is lost, or replaced by an older one, lets nobody in who lists it.
#[tokio::test]
async fn a_lost_policy_grants_nothing() {
    let scene = Scene::new().await;
    let arn = scene.managed("readers", "iam:ListRoles").await;
    scene.user("alice").await;
    let key_id = scene.key_of("alice").await;
    let attached = [("UserName", "alice"), ("PolicyArn", arn.as_str())];
    scene.ok("AttachUserPolicy", &attached).await;
    let path = scene.paths("managed-policy").await.remove(0);
    scene.remove(&path).await;
    let scene = scene.restart().await;
    assert!(scene.iam.credential(&key_id).await.is_err());
    let problems = scene.problems().await;
    assert!(
        problems.iter().any(|problem| problem.contains(&path)),
        "{problems:?}"
    );
}

#[tokio::test]
async fn policies_are_listed_as_the_filters_say() {
    let scene = Scene::new().await;
    let mine = &scene.managed("mine", "kms:Encrypt").await;
    scene.managed("unused", "kms:Encrypt").await;
    scene.role("worker").await;
    let aws = "arn:aws:iam::aws:policy/AdministratorAccess";
    for arn in [mine, aws] {
        let attached = [("RoleName", "worker"), ("PolicyArn", arn)];
        scene.ok("AttachRolePolicy", &attached).await;
    }
    let boundary = [
        ("RoleName", "worker"),
        (
            "PermissionsBoundary",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ),
    ];
    scene.ok("PutRolePermissionsBoundary", &boundary).await;
    for (filters, expected) in [
        (
            &[][..],
            &[
                "AWSKeyManagementServicePowerUser",
                "AdministratorAccess",
                "ReadOnlyAccess",
                "mine",
                "unused",
            ][..],
        ),
        (&[("Scope", "Local")], &["mine", "unused"]),
        (
            &[("Scope", "AWS")],
            &[
                "AWSKeyManagementServicePowerUser",
                "AdministratorAccess",
                "ReadOnlyAccess",
            ],
        ),
        (
            &[("OnlyAttached", "true")],
            &["AdministratorAccess", "ReadOnlyAccess", "mine"],
        ),
        (
            &[("PolicyUsageFilter", "PermissionsBoundary")],
            &["ReadOnlyAccess"],
        ),
        (
            &[("PolicyUsageFilter", "PermissionsPolicy")],
            &["AdministratorAccess", "mine"],
        ),
        (&[("PathPrefix", "/none/")], &[]),
    ] {
        let listed = scene.ok("ListPolicies", filters).await;
        let mut names = texts(&listed, "PolicyName");
        names.sort();
        assert_eq!(names, expected, "{filters:?}");
    }
}

#[tokio::test]
async fn policies_are_listed_page_by_page() {
    let scene = Scene::new().await;
    scene.managed("mine", "kms:Encrypt").await;
    scene.managed("yours", "kms:Encrypt").await;
    let mut names = Vec::new();
    let mut marker = None::<String>;
    loop {
        let mut page = vec![("MaxItems", "2")];
        page.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let listed = scene.ok("ListPolicies", &page).await;
        names.extend(texts(&listed, "PolicyName"));
        marker = texts(&listed, "Marker").pop();
        assert_eq!(text(&listed, "IsTruncated") == "true", marker.is_some());
        if marker.is_none() {
            break;
        }
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), AwsManagedPolicy::all().len() + 2);
}

#[tokio::test]
async fn nobody_changes_the_policies_of_others() {
    let scene = Scene::new().await;
    let aws = "arn:aws:iam::aws:policy/AdministratorAccess";
    let text = allow(json!("kms:Encrypt"));
    for (action, more) in [
        ("DeletePolicy", &[][..]),
        (
            "CreatePolicyVersion",
            &[("PolicyDocument", text.as_str())][..],
        ),
        ("SetDefaultPolicyVersion", &[("VersionId", "v1")]),
        ("DeletePolicyVersion", &[("VersionId", "v1")]),
        ("UntagPolicy", &[("TagKeys.member.1", "a")]),
    ] {
        let parameters = [&[("PolicyArn", aws)], more].concat();
        let refused = scene.refused(action, &parameters).await;
        assert_eq!(code(&refused), "AccessDenied", "{action}");
    }
    let named = [("PolicyArn", aws), ("VersionId", "v1")];
    let found = scene.ok("GetPolicyVersion", &named).await;
    assert!(document(&found, "Document").contains("\"Action\": \"*\""));
    let other = "arn:aws:iam::444455556666:policy/theirs";
    let refused = scene.refused("GetPolicy", &[("PolicyArn", other)]).await;
    assert_eq!(code(&refused), "NoSuchEntity");
    let refused = scene
        .refused("GetPolicy", &[("PolicyArn", "not-an-arn-of-any-sort")])
        .await;
    assert_eq!(code(&refused), "InvalidInput");
}

#[tokio::test]
async fn hostile_documents_are_refused_and_change_nothing() {
    let scene = Scene::new().await;
    let arn = &scene.managed("keys", "kms:Encrypt").await;
    let long = allow(json!(format!("kms:{}", "E".repeat(6_144))));
    for (hostile, expected) in [
        ("{", "MalformedPolicyDocument"),
        ("[]", "MalformedPolicyDocument"),
        (r#"{"Version":"2012-10-17"}"#, "MalformedPolicyDocument"),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}"#,
            "MalformedPolicyDocument",
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Unheard":"*"}]}"#,
            "MalformedPolicyDocument",
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}"#,
            "MalformedPolicyDocument",
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}]}"#,
            "MalformedPolicyDocument",
        ),
        (&long, "LimitExceeded"),
    ] {
        let version = [
            ("PolicyArn", arn.as_str()),
            ("PolicyDocument", hostile),
            ("SetAsDefault", "true"),
        ];
        let refused = scene.refused("CreatePolicyVersion", &version).await;
        assert_eq!(code(&refused), expected, "{hostile}");
        let new = [("PolicyName", "new"), ("PolicyDocument", hostile)];
        let refused = scene.refused("CreatePolicy", &new).await;
        assert_eq!(code(&refused), expected, "{hostile}");
    }
    let found = scene.ok("GetPolicy", &[("PolicyArn", arn)]).await;
    assert_eq!(text(&found, "DefaultVersionId"), "v1");
    let listed = scene.ok("ListPolicies", &[("Scope", "Local")]).await;
    assert_eq!(texts(&listed, "PolicyName"), ["keys"]);
}

impl Scene {
    /// Whether the owner of an access key may do this now.
    async fn may(&self, key_id: &str, action: &str, expected: bool) {
        let credential = self.credential(key_id).await.unwrap();
        let answer = self.iam_as(&credential, action, &[]).await;
        assert_eq!(answer.is_ok(), expected, "{action}: {answer:?}");
        if let Err(error) = answer {
            assert!(error.code().starts_with("AccessDenied"), "{error}");
        }
    }

    /// A managed policy that allows one action; gives its ARN.
    pub(crate) async fn managed(&self, name: &str, action: &str) -> String {
        self.managed_policy(name, &allow(json!(action))).await
    }
}
