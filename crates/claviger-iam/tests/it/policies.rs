//! Inline and attached policies, boundaries and groups: what they allow, and that their removal never does.

use serde_json::{Value, json};

use crate::{
    client::{allow, deny, text, texts},
    scene::Scene,
};

#[tokio::test]
async fn inline_policies() {
    let scene = Scene::new().await;
    let id = scene.user_with("alice", json!("kms:ListKeys")).await;
    assert_eq!(scene.may_list_keys(&id).await, Ok(()));
    let user = ("UserName", "alice");
    scene
        .put_policy("alice", "denied", &deny(json!("kms:ListKeys")))
        .await;
    assert!(
        scene
            .may_list_keys(&id)
            .await
            .unwrap_err()
            .contains("explicit deny")
    );
    let listed = scene.ok("ListUserPolicies", &[user]).await;
    assert_eq!(texts(&listed, "member"), ["allowed", "denied"]);
    let page = scene
        .ok("ListUserPolicies", &[user, ("MaxItems", "1")])
        .await;
    assert_eq!(texts(&page, "member"), ["allowed"]);
    let marker = text(&page, "Marker");
    let rest = scene
        .ok("ListUserPolicies", &[user, ("Marker", &marker)])
        .await;
    assert_eq!(texts(&rest, "member"), ["denied"]);
    let told = scene
        .ok("GetUserPolicy", &[user, ("PolicyName", "allowed")])
        .await;
    assert!(
        text(&told, "PolicyDocument").starts_with("%7B%22Statement"),
        "{told}"
    );
    scene
        .ok("DeleteUserPolicy", &[user, ("PolicyName", "denied")])
        .await;
    assert_eq!(scene.may_list_keys(&id).await, Ok(()));
    for action in ["GetUserPolicy", "DeleteUserPolicy"] {
        assert_eq!(
            scene
                .refused(action, &[user, ("PolicyName", "denied")])
                .await,
            "NoSuchEntity: The user policy with name denied cannot be found."
        );
    }
}

#[tokio::test]
async fn what_is_no_policy_is_not_stored() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let with_principal = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}})
    .to_string();
    for (document, text) in [
        ("{", "Syntax errors in policy."),
        (
            with_principal.as_str(),
            "Policy document should not specify a principal.",
        ),
        (
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}}"#,
            "Policy statement must contain actions.",
        ),
        ("{}", "Syntax errors in policy."),
        (r#"{"Statement":[]}"#, "Syntax errors in policy."),
        (
            r#"{"Version":"2017-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
            "Syntax errors in policy.",
        ),
    ] {
        let parameters = [
            ("UserName", "alice"),
            ("PolicyName", "p"),
            ("PolicyDocument", document),
        ];
        assert_eq!(
            scene.refused("PutUserPolicy", &parameters).await,
            format!("MalformedPolicyDocument: {text}")
        );
    }
}

/// IAM's words, one element of an otherwise sound statement at a time.
#[tokio::test]
async fn what_breaks_the_grammar_is_told_in_few_words() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let syntax = "Syntax errors in policy.";
    let legacy = "The policy failed legacy parsing";
    let nothing = json!([]);
    for (element, value, text) in [
        ("Effect", json!("allow"), syntax),
        ("Effect", Value::Null, syntax),
        ("NotAction", json!("kms:Encrypt"), syntax),
        ("Comment", json!("why"), syntax),
        (
            "Condition",
            json!({"StringSame": {"aws:username": "a"}}),
            syntax,
        ),
        (
            "Condition",
            json!({"StringEquals": {"aws:username": {}}}),
            syntax,
        ),
        (
            "Condition",
            json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "a"}}),
            legacy,
        ),
        (
            "Condition",
            json!({"DateLessThan": {"aws:CurrentTime": "a"}}),
            legacy,
        ),
        (
            "Action",
            nothing.clone(),
            "Policy statement must contain actions.",
        ),
        (
            "Resource",
            nothing,
            "Policy statement must contain resources.",
        ),
        (
            "Action",
            json!("kms:Encrypt:x"),
            "Actions/Condition can contain only one colon.",
        ),
        (
            "Action",
            json!("k*:Encrypt"),
            "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.",
        ),
    ] {
        let mut statement = json!({"Effect": "Allow", "Action": "kms:*", "Resource": "*"});
        statement[element] = value;
        let document = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        let parameters = [
            ("UserName", "alice"),
            ("PolicyName", "p"),
            ("PolicyDocument", document.as_str()),
        ];
        assert_eq!(
            scene.refused("PutUserPolicy", &parameters).await,
            format!("MalformedPolicyDocument: {text}"),
            "{document}"
        );
    }
}

/// White space is free; everything else of all inline policies together has a limit.
#[tokio::test]
async fn inline_policies_have_a_size() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    scene.ok("CreateGroup", &[("GroupName", "staff")]).await;
    for (action, who, kind, limit) in [
        ("PutUserPolicy", ("UserName", "alice"), "user alice", 2048),
        (
            "PutGroupPolicy",
            ("GroupName", "staff"),
            "group staff",
            5120,
        ),
    ] {
        let empty = allow(json!(["kms:"])).len();
        let fitting = format!("kms:{}", "a".repeat(limit - empty));
        let document = allow(json!([fitting])).replace(',', ",\n     ");
        let put = |name, document| [who, ("PolicyName", name), ("PolicyDocument", document)];
        scene.ok(action, &put("p", &document)).await;
        let refusal =
            format!("LimitExceeded: Maximum policy size of {limit} bytes exceeded for {kind}");
        let larger = allow(json!([format!("{fitting}a")]));
        assert_eq!(scene.refused(action, &put("p", &larger)).await, refusal);
        let small = allow(json!("kms:*"));
        assert_eq!(scene.refused(action, &put("q", &small)).await, refusal);
    }
}

#[tokio::test]
async fn attached_policies() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let id = scene.key_of("alice").await;
    let user = ("UserName", "alice");
    let own = scene
        .managed_policy("lister", &allow(json!("kms:ListKeys")))
        .await;
    let aws = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser";
    for arn in [own.as_str(), aws] {
        assert!(scene.may_list_keys(&id).await.is_err());
        // Attaching twice is attaching once.
        scene
            .ok("AttachUserPolicy", &[user, ("PolicyArn", arn)])
            .await;
        scene
            .ok("AttachUserPolicy", &[user, ("PolicyArn", arn)])
            .await;
        assert_eq!(scene.may_list_keys(&id).await, Ok(()));
        let listed = scene.ok("ListAttachedUserPolicies", &[user]).await;
        assert_eq!(texts(&listed, "PolicyArn"), [arn]);
        scene
            .ok("DetachUserPolicy", &[user, ("PolicyArn", arn)])
            .await;
        assert_eq!(
            scene
                .refused("DetachUserPolicy", &[user, ("PolicyArn", arn)])
                .await,
            format!("NoSuchEntity: Policy {arn} was not found.")
        );
    }
    let absent = "arn:aws:iam::111122223333:policy/absent";
    assert_eq!(
        scene
            .refused("AttachUserPolicy", &[user, ("PolicyArn", absent)])
            .await,
        format!("NoSuchEntity: Policy {absent} does not exist or is not attachable.")
    );
    let unlike = "arn:aws:iam:aws:policy/AdministratorAccess";
    for action in ["AttachUserPolicy", "DetachUserPolicy"] {
        assert_eq!(
            scene.refused(action, &[user, ("PolicyArn", unlike)]).await,
            format!("InvalidInput: ARN {unlike} is not valid.")
        );
    }
    for number in 0..11 {
        let arn = scene
            .managed_policy(&format!("p{number}"), &allow(json!("kms:ListKeys")))
            .await;
        let parameters = [user, ("PolicyArn", arn.as_str())];
        if number < 10 {
            scene.ok("AttachUserPolicy", &parameters).await;
        } else {
            assert_eq!(
                scene.refused("AttachUserPolicy", &parameters).await,
                "LimitExceeded: Cannot exceed quota for PoliciesPerUser: 10"
            );
        }
    }
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_boundary_bounds() {
    let scene = Scene::new().await;
    let id = scene.user_with("alice", json!("*")).await;
    let narrow = scene.managed_policy("narrow", &allow(json!("iam:*"))).await;
    let wide = scene.managed_policy("wide", &allow(json!("kms:*"))).await;
    let user = ("UserName", "alice");
    for (arn, allowed) in [(&narrow, false), (&wide, true), (&narrow, false)] {
        let parameters = [user, ("PermissionsBoundary", arn.as_str())];
        scene.ok("PutUserPermissionsBoundary", &parameters).await;
        let may = scene.may_list_keys(&id).await;
        assert_eq!(may.is_ok(), allowed, "{may:?}");
        let told = scene.ok("GetUser", &[user]).await;
        assert_eq!(&text(&told, "PermissionsBoundaryArn"), arn);
    }
    assert!(
        scene
            .may_list_keys(&id)
            .await
            .unwrap_err()
            .contains("permissions boundary")
    );
    scene.ok("DeleteUserPermissionsBoundary", &[user]).await;
    assert_eq!(scene.may_list_keys(&id).await, Ok(()));
    let again = scene
        .refused("DeleteUserPermissionsBoundary", &[user])
        .await;
    assert!(again.starts_with("NoSuchEntity: "), "{again}");
    let born_bounded = [
        ("UserName", "bob"),
        ("PermissionsBoundary", narrow.as_str()),
    ];
    scene.ok("CreateUser", &born_bounded).await;
    scene.ok("DeleteUser", &[("UserName", "bob")]).await;
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn groups_carry_policies_for_their_members() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let id = scene.key_of("alice").await;
    let (user, group) = (("UserName", "alice"), ("GroupName", "Staff"));
    let made = scene.ok("CreateGroup", &[group, ("Path", "/g/")]).await;
    assert!(text(&made, "GroupId").starts_with("AGPA"));
    scene.ok("AddUserToGroup", &[user, group]).await;
    scene.ok("AddUserToGroup", &[user, group]).await;
    let document = allow(json!("kms:ListKeys"));
    let inline = [
        group,
        ("PolicyName", "p"),
        ("PolicyDocument", document.as_str()),
    ];
    scene.ok("PutGroupPolicy", &inline).await;
    assert_eq!(scene.may_list_keys(&id).await, Ok(()));
    let told = scene.ok("GetGroup", &[group]).await;
    assert_eq!(texts(&told, "UserName"), ["alice"]);
    let of_user = scene.ok("ListGroupsForUser", &[user]).await;
    assert_eq!(texts(&of_user, "GroupName"), ["Staff"]);
    assert_eq!(
        scene.refused("DeleteGroup", &[group]).await,
        "DeleteConflict: Cannot delete entity, must remove users from group first."
    );
    scene
        .ok("UpdateGroup", &[group, ("NewGroupName", "crew")])
        .await;
    let group = ("GroupName", "crew");
    assert_eq!(scene.may_list_keys(&id).await, Ok(()));
    scene.ok("RemoveUserFromGroup", &[user, group]).await;
    assert!(scene.may_list_keys(&id).await.is_err());
    assert!(
        scene
            .refused("RemoveUserFromGroup", &[user, group])
            .await
            .starts_with("NoSuchEntity")
    );
    assert_eq!(
        scene.refused("DeleteGroup", &[group]).await,
        "DeleteConflict: Cannot delete entity, must delete policies first."
    );
    scene
        .ok("DeleteGroupPolicy", &[group, ("PolicyName", "p")])
        .await;
    scene.ok("DeleteGroup", &[group]).await;
    assert_eq!(
        scene.refused("GetGroup", &[group]).await,
        "NoSuchEntity: The group with name crew cannot be found."
    );
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_user_is_in_ten_groups_at_most() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    for number in 0..11 {
        let name = format!("group{number}");
        scene.ok("CreateGroup", &[("GroupName", &name)]).await;
        let parameters = [("UserName", "alice"), ("GroupName", name.as_str())];
        if number < 10 {
            scene.ok("AddUserToGroup", &parameters).await;
        } else {
            assert_eq!(
                scene.refused("AddUserToGroup", &parameters).await,
                "LimitExceeded: Cannot exceed quota for GroupsPerUser: 10"
            );
        }
    }
}

/// A denied user stays denied, whichever record is taken out of the store.
#[tokio::test]
async fn removing_a_record_never_grants() {
    let tables = [
        "account",
        "credential",
        "group",
        "managed-policy",
        "member",
        "name",
        "principal",
        "user",
    ];
    for table in tables {
        let scene = denied().await;
        let (scene, id) = scene;
        let paths = scene.paths(table).await;
        assert!(!paths.is_empty(), "{table}");
        for path in &paths {
            scene.remove(path).await;
        }
        let scene = scene.restart().await;
        assert!(scene.may_list_keys(&id).await.is_err(), "{table}");
    }
}

/// Each record for itself as well: what denies sits in several.
#[tokio::test]
async fn removing_one_of_several_records_never_grants() {
    for table in ["group", "managed-policy", "name"] {
        for index in 0.. {
            let (scene, id) = denied().await;
            let Some(path) = scene.paths(table).await.get(index).cloned() else {
                assert!(index > 0, "{table}");
                break;
            };
            scene.remove(&path).await;
            let scene = scene.restart().await;
            assert!(scene.may_list_keys(&id).await.is_err(), "{path}");
        }
    }
}

/// A user who is allowed everything, and denied by the policy of a group, by an attached policy and by a boundary.
async fn denied() -> (Scene, String) {
    let scene = Scene::new().await;
    let id = scene.user_with("alice", json!("*")).await;
    assert_eq!(scene.may_list_keys(&id).await, Ok(()));
    let user = ("UserName", "alice");
    scene.ok("CreateGroup", &[("GroupName", "denied")]).await;
    let document = deny(json!("kms:ListKeys"));
    let attached = scene.managed_policy("denier", &document).await;
    let bound = scene
        .managed_policy("boundary", &allow(json!("iam:*")))
        .await;
    let inline = [
        ("GroupName", "denied"),
        ("PolicyName", "p"),
        ("PolicyDocument", document.as_str()),
    ];
    scene.ok("PutGroupPolicy", &inline).await;
    scene
        .ok("AddUserToGroup", &[user, ("GroupName", "denied")])
        .await;
    scene
        .ok("AttachUserPolicy", &[user, ("PolicyArn", &attached)])
        .await;
    scene
        .ok(
            "PutUserPermissionsBoundary",
            &[user, ("PermissionsBoundary", &bound)],
        )
        .await;
    assert!(scene.may_list_keys(&id).await.is_err());
    (scene, id)
}
