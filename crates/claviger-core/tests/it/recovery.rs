//! A start after a death between the commit and the log.

use serde_json::json;

use crate::{
    policies::of,
    scene::{ACCOUNT, Scene},
};

/// Events that only the outbox has are appended in the order of their commits, once.
#[tokio::test]
async fn the_log_catches_up_with_the_store() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let logged = scene.events().len();
    let behind = scene.at_rest.fork().await;
    for number in 0..20 {
        let body = json!({"KeyId": key, "Description": number.to_string()});
        scene.ok("UpdateKeyDescription", body).await;
    }
    behind.adopt(&scene.at_rest).await;
    assert_eq!(
        behind.problems().await,
        Vec::<String>::new(),
        "the outbox has what the log lacks"
    );
    let scene = behind.start().await;
    let told = |scene: &Scene| -> Vec<String> {
        let events = scene.events().split_off(logged);
        let number = |event: &serde_json::Value| {
            event["requestParameters"]["description"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        events.iter().map(number).collect()
    };
    let expected: Vec<String> = (0..20).map(|number: u8| number.to_string()).collect();
    assert_eq!(told(&scene), expected);
    let scene = scene.crash().await.restart().await;
    assert_eq!(told(&scene), expected);
    let at_rest = scene.stop().await;
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
    assert_eq!(at_rest.paths("outbox").await, Vec::<String>::new());
}

/// A process that dies after any change of grants and policies leaves them as they were acknowledged.
#[tokio::test]
async fn grants_and_policies_outlive_the_process() {
    let scene = Scene::new().await;
    let alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    let key = scene.new_key(json!({})).await;
    let describe = json!({"KeyId": key}).to_string();
    let grant = json!({"KeyId": key, "GranteePrincipal": alice.principal.arn, "Operations": ["DescribeKey"]});
    let made = scene.ok("CreateGrant", grant).await;
    let scene = scene.crash().await;
    assert!(
        scene
            .send(&alice, "DescribeKey", describe.clone())
            .await
            .is_ok()
    );
    scene
        .ok("RetireGrant", json!({"GrantToken": made["GrantToken"]}))
        .await;
    let scene = scene.crash().await;
    assert!(
        scene
            .send(&alice, "DescribeKey", describe.clone())
            .await
            .is_err()
    );
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let policy = of(&[&root, &alice.principal.arn]);
    scene
        .ok("PutKeyPolicy", json!({"KeyId": key, "Policy": policy}))
        .await;
    let scene = scene.crash().await;
    assert!(scene.send(&alice, "DescribeKey", describe).await.is_ok());
    let at_rest = scene.stop().await;
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
}
