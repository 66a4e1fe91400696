//! The life of users: names, paths, tags, pages.

use serde_json::{Value, json};

use crate::{
    client::{allow, text, texts},
    scene::{ACCOUNT, Scene},
};

#[tokio::test]
async fn a_user_is_made_told_of_renamed_and_deleted() {
    let scene = Scene::new().await;
    let made = scene
        .ok("CreateUser", &[("UserName", "Alice"), ("Path", "/a/b/")])
        .await;
    let id = text(&made, "UserId");
    assert!(id.starts_with("AIDA") && id.len() == 21, "{id}");
    assert_eq!(text(&made, "CreateDate"), "2026-01-02T03:04:05Z");
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/a/b/Alice");
    // Names are found in any case, and told in the case in which they were given.
    for name in ["Alice", "alice", "ALICE"] {
        let told = scene.ok("GetUser", &[("UserName", name)]).await;
        assert_eq!(
            (text(&told, "Arn"), text(&told, "UserName")),
            (arn.clone(), "Alice".into())
        );
    }
    scene
        .ok(
            "UpdateUser",
            &[
                ("UserName", "Alice"),
                ("NewUserName", "Bob"),
                ("NewPath", "/c/"),
            ],
        )
        .await;
    let told = scene.ok("GetUser", &[("UserName", "Bob")]).await;
    assert_eq!(text(&told, "UserId"), id);
    assert_eq!(
        text(&told, "Arn"),
        format!("arn:aws:iam::{ACCOUNT}:user/c/Bob")
    );
    assert_eq!(
        scene.refused("GetUser", &[("UserName", "Alice")]).await,
        "NoSuchEntity: The user with name Alice cannot be found."
    );
    scene.ok("DeleteUser", &[("UserName", "bob")]).await;
    assert_eq!(
        scene.refused("DeleteUser", &[("UserName", "Bob")]).await,
        "NoSuchEntity: The user with name Bob cannot be found."
    );
    for table in ["user", "name", "principal"] {
        assert_eq!(scene.paths(table).await, Vec::<String>::new(), "{table}");
    }
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn names_differ_by_more_than_case() {
    let scene = Scene::new().await;
    scene.user("Alice").await;
    scene.user("bob").await;
    for (action, parameters) in [
        ("CreateUser", vec![("UserName", "ALICE")]),
        (
            "CreateUser",
            vec![("UserName", "ALICE"), ("Path", "/elsewhere/")],
        ),
        (
            "UpdateUser",
            vec![("UserName", "bob"), ("NewUserName", "ALICE")],
        ),
    ] {
        assert_eq!(
            scene.refused(action, &parameters).await,
            "EntityAlreadyExists: User with name ALICE already exists."
        );
    }
    // Only the case of its own name may change.
    scene
        .ok(
            "UpdateUser",
            &[("UserName", "Alice"), ("NewUserName", "ALICE")],
        )
        .await;
    // A group may be called as a user is.
    scene.ok("CreateGroup", &[("GroupName", "alice")]).await;
    let told = scene.ok("GetUser", &[("UserName", "alice")]).await;
    assert_eq!(text(&told, "UserName"), "ALICE");
}

#[tokio::test]
async fn two_of_one_name_are_not_made_at_once() {
    let scene = Scene::new().await;
    let make = || scene.iam("CreateUser", &[("UserName", "alice")]);
    let (one, two, three) = tokio::join!(make(), make(), make());
    let made = [one, two, three].into_iter().filter(Result::is_ok).count();
    assert_eq!(made, 1);
    assert_eq!(scene.paths("user").await.len(), 1);
}

#[tokio::test]
async fn a_user_with_something_left_is_not_deleted() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    scene.ok("CreateGroup", &[("GroupName", "staff")]).await;
    let key = scene.key_of("alice").await;
    let document = allow(json!("kms:ListKeys"));
    scene.put_policy("alice", "inline", &document).await;
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let user = ("UserName", "alice");
    scene
        .ok("AttachUserPolicy", &[user, ("PolicyArn", admin)])
        .await;
    scene
        .ok("AddUserToGroup", &[user, ("GroupName", "staff")])
        .await;
    for (what, action, parameters) in [
        (
            "delete access keys",
            "DeleteAccessKey",
            vec![("AccessKeyId", key.as_str())],
        ),
        (
            "delete policies",
            "DeleteUserPolicy",
            vec![("PolicyName", "inline")],
        ),
        (
            "detach all policies",
            "DetachUserPolicy",
            vec![("PolicyArn", admin)],
        ),
        (
            "remove users from group",
            "RemoveUserFromGroup",
            vec![("GroupName", "staff")],
        ),
    ] {
        assert_eq!(
            scene.refused("DeleteUser", &[user]).await,
            format!("DeleteConflict: Cannot delete entity, must {what} first.")
        );
        let parameters = [vec![user], parameters].concat();
        scene.ok(action, &parameters).await;
    }
    scene.ok("DeleteUser", &[user]).await;
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn lists_come_in_pages_and_by_path() {
    let scene = Scene::new().await;
    for number in 0..7 {
        let path = if number < 4 { "/a/" } else { "/b/" };
        let name = format!("user{number}");
        scene
            .ok("CreateUser", &[("UserName", &name), ("Path", path)])
            .await;
    }
    let mut found = Vec::new();
    let mut marker = None;
    loop {
        let mut parameters = vec![("MaxItems", "3"), ("PathPrefix", "/a/")];
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = scene.ok("ListUsers", &parameters).await;
        found.extend(texts(&page, "UserName"));
        let truncated = text(&page, "IsTruncated") == "true";
        marker = texts(&page, "Marker").into_iter().next();
        assert_eq!(truncated, marker.is_some());
        if !truncated {
            break;
        }
    }
    found.sort();
    assert_eq!(found, ["user0", "user1", "user2", "user3"]);
    let all = scene.ok("ListUsers", &[]).await;
    assert_eq!(texts(&all, "UserName").len(), 7);
    // A marker serves the list that it was given out for.
    let page = scene.ok("ListUsers", &[("MaxItems", "1")]).await;
    let marker = text(&page, "Marker");
    for parameters in [
        vec![("Marker", marker.as_str()), ("PathPrefix", "/a/")],
        vec![("Marker", "x")],
        vec![("Marker", &marker.replacen(char::is_alphanumeric, "", 1))],
    ] {
        let refusal = scene.refused("ListUsers", &parameters).await;
        assert_eq!(refusal, "ValidationError: Invalid Marker.");
    }
}

#[tokio::test]
async fn tags_are_kept_by_key_whatever_its_case() {
    let scene = Scene::new().await;
    let user = ("UserName", "alice");
    scene
        .ok(
            "CreateUser",
            &[
                user,
                ("Tags.member.1.Key", "Team"),
                ("Tags.member.1.Value", "a"),
            ],
        )
        .await;
    scene
        .ok(
            "TagUser",
            &[
                user,
                ("Tags.member.1.Key", "team"),
                ("Tags.member.1.Value", "b"),
            ],
        )
        .await;
    scene
        .ok(
            "TagUser",
            &[
                user,
                ("Tags.member.1.Key", "x"),
                ("Tags.member.1.Value", ""),
            ],
        )
        .await;
    let listed = scene.ok("ListUserTags", &[user]).await;
    assert_eq!(texts(&listed, "Key"), ["team", "x"]);
    assert_eq!(texts(&listed, "Value")[0], "b");
    scene
        .ok("UntagUser", &[user, ("TagKeys.member.1", "TEAM")])
        .await;
    let told = scene.ok("GetUser", &[user]).await;
    assert_eq!(texts(&told, "Key"), ["x"]);
}

#[tokio::test]
async fn tags_have_limits() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let user = ("UserName", "alice");
    let twice = [
        user,
        ("Tags.member.1.Key", "k"),
        ("Tags.member.1.Value", "1"),
        ("Tags.member.2.Key", "K"),
        ("Tags.member.2.Value", "2"),
    ];
    assert!(
        scene
            .refused("TagUser", &twice)
            .await
            .starts_with("InvalidInput: Duplicate tag keys")
    );
    let reserved = [
        user,
        ("Tags.member.1.Key", "AWS:x"),
        ("Tags.member.1.Value", ""),
    ];
    assert!(
        scene
            .refused("TagUser", &reserved)
            .await
            .starts_with("InvalidInput: ")
    );
    for number in 0..50 {
        let key = format!("key{number}");
        let parameters = [
            user,
            ("Tags.member.1.Key", &key),
            ("Tags.member.1.Value", ""),
        ];
        scene.ok("TagUser", &parameters).await;
    }
    let one_more = [
        user,
        ("Tags.member.1.Key", "one-more"),
        ("Tags.member.1.Value", ""),
    ];
    assert_eq!(
        scene.refused("TagUser", &one_more).await,
        "LimitExceeded: The number of tags has reached the maximum limit."
    );
}

#[tokio::test]
async fn without_a_name_the_caller_is_meant() {
    let scene = Scene::new().await;
    let id = scene.user_with("alice", json!("iam:*")).await;
    let alice = scene.credential(&id).await.unwrap();
    let told = scene.iam_as(&alice, "GetUser", &[]).await.unwrap();
    assert_eq!(text(&told, "UserName"), "alice");
    let listed = scene.iam_as(&alice, "ListAccessKeys", &[]).await.unwrap();
    assert_eq!(texts(&listed, "AccessKeyId"), [id]);
    let root = scene.ok("GetUser", &[]).await;
    assert_eq!(text(&root, "Arn"), format!("arn:aws:iam::{ACCOUNT}:root"));
    assert_eq!(text(&root, "UserId"), ACCOUNT);
}

/// Whoever may not ask does not learn who exists.
#[tokio::test]
async fn authorization_comes_before_existence() {
    let scene = Scene::new().await;
    scene.user("bob").await;
    let id = scene.user_with("alice", json!("kms:ListKeys")).await;
    let alice = scene.credential(&id).await.unwrap();
    for (name, action) in [
        ("bob", "GetUser"),
        ("nobody", "GetUser"),
        ("bob", "CreateUser"),
    ] {
        let refusal = scene.iam_as(&alice, action, &[("UserName", name)]).await;
        let expected = format!(
            "AccessDeniedException: User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: \
             iam:{action} on resource: arn:aws:iam::{ACCOUNT}:user/{name} because no identity-based policy allows \
             the iam:{action} action"
        );
        assert_eq!(refusal.unwrap_err().to_string(), expected);
    }
}

/// Conditions on tags of the request and of the resource decide.
#[tokio::test]
async fn condition_keys_of_tags() {
    let bob = ("UserName", "bob");
    let tagged = vec![
        bob,
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "a"),
    ];
    let equals = |key: &str, value: &str| json!({"StringEquals": {key: value}});
    decide(&[
        (
            equals("aws:RequestTag/team", "a"),
            "CreateUser",
            vec![bob],
            false,
        ),
        (
            equals("aws:RequestTag/team", "a"),
            "CreateUser",
            tagged,
            true,
        ),
        (
            equals("iam:ResourceTag/Team", "b"),
            "GetUser",
            vec![bob],
            false,
        ),
        (
            equals("iam:ResourceTag/Team", "a"),
            "GetUser",
            vec![bob],
            true,
        ),
        (
            equals("aws:ResourceTag/Team", "a"),
            "ListUserTags",
            vec![bob],
            true,
        ),
    ])
    .await;
}

/// Conditions on the policy and on the boundary decide: on the boundary that a request gives, or else on that which the
/// user has.
#[tokio::test]
async fn condition_keys_of_policies() {
    let bob = ("UserName", "bob");
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let read = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let equals = |key: &str| json!({"ArnEquals": {key: read}});
    let attach = |arn| vec![bob, ("PolicyArn", arn)];
    let bound = |arn| vec![bob, ("PermissionsBoundary", arn)];
    let put = "PutUserPermissionsBoundary";
    decide(&[
        (json!({}), "CreateUser", vec![bob], true),
        (
            equals("iam:PolicyARN"),
            "AttachUserPolicy",
            attach(admin),
            false,
        ),
        (
            equals("iam:PolicyARN"),
            "AttachUserPolicy",
            attach(read),
            true,
        ),
        (
            equals("iam:PermissionsBoundary"),
            "DetachUserPolicy",
            attach(read),
            false,
        ),
        (equals("iam:PermissionsBoundary"), put, bound(admin), false),
        (equals("iam:PermissionsBoundary"), put, bound(read), true),
        (
            equals("iam:PermissionsBoundary"),
            "DetachUserPolicy",
            attach(read),
            true,
        ),
    ])
    .await;
}

type Case<'a> = (Value, &'a str, Vec<(&'a str, &'a str)>, bool);

/// Alice, who may do everything under a condition, makes one call after the other.
async fn decide(cases: &[Case<'_>]) {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let id = scene.key_of("alice").await;
    for (condition, action, parameters, allowed) in cases {
        let statement = json!({
            "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": condition
        });
        let document = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        scene.put_policy("alice", "p", &document).await;
        let alice = scene.credential(&id).await.unwrap();
        let answer = scene.iam_as(&alice, action, parameters).await;
        assert_eq!(answer.is_ok(), *allowed, "{condition} {action}: {answer:?}");
    }
}

#[tokio::test]
async fn hostile_names_are_refused_before_anything_is_looked_up() {
    let scene = Scene::new().await;
    let before = scene.paths("user").await;
    let long = "a".repeat(65);
    for name in [
        "", " ", "a b", "a/b", "../root", "a\0b", "é", "<x>", "a'--", "*", &long,
    ] {
        for action in ["CreateUser", "GetUser", "DeleteUser"] {
            if action != "CreateUser" && name == long {
                continue;
            }
            let refusal = scene.refused(action, &[("UserName", name)]).await;
            assert!(
                refusal.starts_with("ValidationException: "),
                "{action} {name:?}: {refusal}"
            );
        }
    }
    for path in ["a", "/a", "a/", "//\u{1}/", "/é/"] {
        let parameters = [("UserName", "alice"), ("Path", path)];
        let refusal = scene.refused("CreateUser", &parameters).await;
        assert!(
            refusal.starts_with("ValidationException: "),
            "{path:?}: {refusal}"
        );
    }
    assert_eq!(scene.paths("user").await, before);
}

#[tokio::test]
async fn a_change_leaves_its_event_with_what_is_allowed_to_be_told() {
    let scene = Scene::new().await;
    let made = scene
        .ok("CreateUser", &[("UserName", "alice"), ("Path", "/a/")])
        .await;
    let event = scene.events().pop().unwrap();
    assert_eq!(event["eventSource"], "iam.amazonaws.com");
    assert_eq!(event["eventName"], "CreateUser");
    assert_eq!(event["awsRegion"], "us-east-1");
    assert_eq!(event["readOnly"], false);
    assert_eq!(
        event["requestParameters"],
        json!({"userName": "alice", "path": "/a/"})
    );
    let user = &event["responseElements"]["user"];
    assert_eq!(user["userId"], text(&made, "UserId"));
    assert_eq!(user["arn"], format!("arn:aws:iam::{ACCOUNT}:user/a/alice"));
    assert_eq!(user["createDate"], "Jan 2, 2026 3:04:05 AM");
    scene.ok("ListUsers", &[]).await;
    let event = scene.events().pop().unwrap();
    assert_eq!(
        (&event["eventName"], &event["readOnly"]),
        (&json!("ListUsers"), &json!(true))
    );
    scene.refused("DeleteUser", &[("UserName", "bob")]).await;
    let event = scene.events().pop().unwrap();
    assert_eq!(event["errorCode"], "NoSuchEntity");
}
