//! ListGrants and ListRetirableGrants: entries, filters and pages.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    grants::create,
    people::arn,
    scene::{ACCOUNT, OTHER_ACCOUNT, START_MS, Scene, code, root},
};

#[tokio::test]
async fn an_entry_says_what_was_granted() {
    let (scene, key) = scene().await;
    let constraints = json!({"EncryptionContextEquals": {"a": "b"}, "SourceArn": SOURCE});
    let made = create(
        &scene,
        &key,
        json!({
            "Operations": ["Encrypt", "Decrypt", "Encrypt"], "Name": "n", "RetiringPrincipal": arn("user/bob"),
            "Constraints": constraints,
        }),
    )
    .await;
    let expected = json!({
        "KeyId": key,
        "GrantId": made["GrantId"],
        "Name": "n",
        "CreationDate": START_MS / 1000,
        "GranteePrincipal": arn("user/alice"),
        "RetiringPrincipal": arn("user/bob"),
        "IssuingAccount": format!("arn:aws:iam::{ACCOUNT}:root"),
        "Operations": ["Encrypt", "Decrypt"],
        "Constraints": constraints,
    });
    let listed = scene.ok("ListGrants", json!({"KeyId": key})).await;
    let whole = |listed: &Value| {
        let mut entry = listed["Grants"][0].clone();
        entry["CreationDate"] = json!(entry["CreationDate"].as_f64().unwrap() as i64);
        entry
    };
    assert_eq!(whole(&listed), expected);
    assert_eq!(listed["Truncated"], json!(false));
    let retirable = scene
        .ok(
            "ListRetirableGrants",
            json!({"RetiringPrincipal": arn("user/bob")}),
        )
        .await;
    assert_eq!(whole(&retirable), expected);
}

#[tokio::test]
async fn lists_are_filtered() {
    let (scene, key) = scene().await;
    let alice = create(&scene, &key, json!({})).await;
    let to_bob = json!({"GranteePrincipal": arn("user/bob")});
    let bob = create(&scene, &key, to_bob).await;
    let other = scene.new_key(json!({})).await;
    create(&scene, &other, json!({})).await;
    let (of_alice, of_bob) = (arn("user/alice"), arn("user/bob"));
    for (filter, expected) in [
        (json!({}), vec![&alice, &bob]),
        (json!({"GranteePrincipal": of_alice}), vec![&alice]),
        (
            json!({"GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:root")}),
            vec![],
        ),
        (json!({"GrantId": bob["GrantId"]}), vec![&bob]),
        (
            json!({"GrantId": bob["GrantId"], "GranteePrincipal": of_bob}),
            vec![&bob],
        ),
        (
            json!({"GrantId": bob["GrantId"], "GranteePrincipal": of_alice}),
            vec![],
        ),
        (json!({"GrantId": "0".repeat(64)}), vec![]),
    ] {
        let mut body = filter.clone();
        body["KeyId"] = json!(key);
        let listed = ids(&scene.ok("ListGrants", body).await);
        let expected: BTreeSet<String> = expected.into_iter().map(id).collect();
        assert_eq!(listed, expected, "{filter}");
    }
    // By the id, once alice is gone.
    let id = scene
        .at_rest
        .people
        .hire(ACCOUNT, "user/carol")
        .principal
        .unique_id
        .clone();
    let to_carol = create(&scene, &key, json!({"GranteePrincipal": arn("user/carol")})).await;
    scene.at_rest.people.fire(ACCOUNT, "user/carol");
    let listed = scene
        .ok("ListGrants", json!({"KeyId": key, "GranteePrincipal": id}))
        .await;
    assert_eq!(ids(&listed), BTreeSet::from([self::id(&to_carol)]));
    assert_eq!(listed["Grants"][0]["GranteePrincipal"], json!(id));
    let by_service = json!({"KeyId": key, "GranteeServicePrincipal": "s3.us-east-1.amazonaws.com"});
    let answer = scene.call("ListGrants", by_service).await;
    assert_eq!(code(&answer), "ValidationException");
}

#[tokio::test]
async fn lists_come_in_pages() {
    let (scene, key) = scene().await;
    let mut all = BTreeSet::new();
    for _ in 0..7 {
        let made = create(&scene, &key, json!({"RetiringPrincipal": arn("user/bob")})).await;
        all.insert(id(&made));
    }
    let by_key = json!({"KeyId": key});
    let by_alice = json!({"KeyId": key, "GranteePrincipal": arn("user/alice")});
    let by_bob = json!({"RetiringPrincipal": arn("user/bob")});
    for (operation, body) in [
        ("ListGrants", &by_key),
        ("ListGrants", &by_alice),
        ("ListRetirableGrants", &by_bob),
    ] {
        let mut found = BTreeSet::new();
        let mut page = body.clone();
        page["Limit"] = json!(3);
        for expected in [3, 3, 1] {
            let listed = scene.ok(operation, page.clone()).await;
            assert_eq!(ids(&listed).len(), expected);
            found.extend(ids(&listed));
            page["Marker"] = listed["NextMarker"].clone();
        }
        assert_eq!(page["Marker"], Value::Null);
        assert_eq!(found, all, "{operation}");
        let mut wrong = body.clone();
        wrong["Marker"] = json!("bm8=");
        let answer = scene.call(operation, wrong).await;
        assert_eq!(code(&answer), "InvalidMarkerException");
        let mut many = body.clone();
        many["Limit"] = json!(101);
        let answer = scene.call(operation, many).await;
        assert_eq!(code(&answer), "ValidationException");
    }
}

/// Grants on the keys of all accounts, but of one's own principals alone.
#[tokio::test]
async fn retirable_grants_are_asked_for_at_home() {
    let (scene, key) = scene().await;
    let dave = scene.at_rest.people.hire(OTHER_ACCOUNT, "user/dave");
    let made = create(
        &scene,
        &key,
        json!({"RetiringPrincipal": dave.principal.arn}),
    )
    .await;
    let body = json!({"RetiringPrincipal": dave.principal.arn});
    let at_home = scene
        .send(
            &root(OTHER_ACCOUNT),
            "ListRetirableGrants",
            body.to_string(),
        )
        .await;
    assert_eq!(ids(&at_home.unwrap()), BTreeSet::from([id(&made)]));
    let powerless = scene
        .send(&dave, "ListRetirableGrants", body.to_string())
        .await;
    assert_eq!(code(&powerless), "AccessDeniedException");
    let abroad = scene.call("ListRetirableGrants", body).await;
    assert_eq!(code(&abroad), "AccessDeniedException");
    for body in [
        json!({}),
        json!({"RetiringServicePrincipal": "s3.us-east-1.amazonaws.com"}),
    ] {
        let answer = scene.call("ListRetirableGrants", body).await;
        assert_eq!(code(&answer), "ValidationException");
    }
}

/// A unique id says nothing of its account: to all others but that one it is nobody's, also once its principal is gone.
#[tokio::test]
async fn retirable_grants_by_unique_id_are_of_principals_of_ones_own() {
    let (scene, key) = scene().await;
    let theirs = root(OTHER_ACCOUNT);
    let mut asked = Vec::new();
    for name in ["user/alive", "user/deleted"] {
        let id = scene.at_rest.people.hire(ACCOUNT, name);
        let id = id.principal.unique_id.clone();
        let mut made = BTreeSet::new();
        for _ in 0..3 {
            let grant = create(&scene, &key, json!({"RetiringPrincipal": arn(name)})).await;
            made.insert(self::id(&grant));
        }
        asked.push((id, made));
    }
    scene.at_rest.people.fire(ACCOUNT, "user/deleted");
    let never = "AIDANEVERNEVERNEVER0";
    for (id, made) in asked {
        let body = json!({"RetiringPrincipal": id});
        let at_home = scene.ok("ListRetirableGrants", body).await;
        assert_eq!(ids(&at_home), made, "{id}");
        for body in [
            json!({"RetiringPrincipal": id}),
            json!({"RetiringPrincipal": id, "Limit": 1}),
        ] {
            let abroad = scene
                .send(&theirs, "ListRetirableGrants", body.to_string())
                .await;
            let of_nobody = json!({"RetiringPrincipal": never}).to_string();
            let of_nobody = scene.send(&theirs, "ListRetirableGrants", of_nobody).await;
            assert_eq!(abroad.unwrap(), of_nobody.unwrap(), "{body}");
        }
    }
}

async fn scene() -> (Scene, String) {
    let scene = Scene::new().await;
    for name in ["user/alice", "user/bob"] {
        scene.at_rest.people.hire(ACCOUNT, name);
    }
    let key = scene.new_key(json!({})).await;
    (scene, key)
}

fn ids(listed: &Value) -> BTreeSet<String> {
    listed["Grants"]
        .as_array()
        .unwrap()
        .iter()
        .map(id)
        .collect()
}

fn id(grant: &Value) -> String {
    grant["GrantId"].as_str().unwrap().to_owned()
}

const SOURCE: &str = "arn:aws:s3:us-east-1:111122223333:bucket";
