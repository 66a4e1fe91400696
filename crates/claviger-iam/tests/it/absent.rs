//! What users and accounts can have on AWS and never have here: who shows or removes a user asks for all of it.

use serde_json::json;

use crate::{
    client::{code, text},
    scene::{ACCOUNT, Scene},
};

#[tokio::test]
async fn users_have_access_keys_and_nothing_else() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    for (action, list) in LISTS {
        // The root is the one who is meant when no user is named.
        for named in [&[("UserName", "ALICE")][..], &[], &[("MaxItems", "5")]] {
            let listed = scene.ok(action, named).await;
            assert_eq!(text(&listed, list), "", "{action}");
            assert_eq!(text(&listed, "IsTruncated"), "false", "{action}");
        }
        let refusal = scene.refused(action, &[("UserName", "bob")]).await;
        assert_eq!(refusal, NO_BOB, "{action}");
    }
}

#[tokio::test]
async fn nobody_has_a_password() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    for action in ["GetLoginProfile", "DeleteLoginProfile"] {
        let refusal = scene.refused(action, &[("UserName", "ALICE")]).await;
        let expected = "NoSuchEntity: Login Profile for User alice cannot be found.";
        assert_eq!(refusal, expected, "{action}");
        let refusal = scene.refused(action, &[]).await;
        assert!(refusal.contains(ACCOUNT), "{action}: {refusal}");
        let refusal = scene.refused(action, &[("UserName", "bob")]).await;
        assert_eq!(refusal, NO_BOB, "{action}");
        let event = scene.events().pop().unwrap();
        assert_eq!(event["requestParameters"], json!({"userName": "bob"}));
        assert_eq!(event["readOnly"], action == "GetLoginProfile");
    }
}

#[tokio::test]
async fn accounts_have_no_aliases_and_no_devices() {
    let scene = Scene::new().await;
    let aliases = scene.ok("ListAccountAliases", &[]).await;
    assert_eq!(text(&aliases, "AccountAliases"), "");
    let assigned = [("AssignmentStatus", "Assigned")];
    let devices = scene.ok("ListVirtualMFADevices", &assigned).await;
    assert_eq!(text(&devices, "VirtualMFADevices"), "");
    let event = scene.events().pop().unwrap();
    assert_eq!(
        event["requestParameters"],
        json!({"assignmentStatus": "Assigned"})
    );
    let unknown = [("AssignmentStatus", "Lost")];
    let refusal = scene.refused("ListVirtualMFADevices", &unknown).await;
    assert_eq!(code(&refusal), "ValidationException");
}

#[tokio::test]
async fn who_may_not_ask_is_not_told() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let key = scene.user_with("carol", json!("iam:GetUser")).await;
    let carol = scene.credential(&key).await.unwrap();
    let lists = LISTS.map(|(action, _)| action);
    let others = [
        "GetLoginProfile",
        "DeleteLoginProfile",
        "ListVirtualMFADevices",
        "ListAccountAliases",
    ];
    for action in lists.into_iter().chain(others) {
        let named = [("UserName", "alice")];
        let answer = scene.iam_as(&carol, action, &named).await;
        let refusal = answer.unwrap_err().to_string();
        assert_eq!(code(&refusal), "AccessDeniedException", "{action}");
        assert!(refusal.contains(&format!("iam:{action}")), "{refusal}");
    }
}

const LISTS: [(&str, &str); 4] = [
    ("ListMFADevices", "MFADevices"),
    ("ListSSHPublicKeys", "SSHPublicKeys"),
    ("ListSigningCertificates", "Certificates"),
    (
        "ListServiceSpecificCredentials",
        "ServiceSpecificCredentials",
    ),
];

const NO_BOB: &str = "NoSuchEntity: The user with name bob cannot be found.";
