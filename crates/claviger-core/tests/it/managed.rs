//! The aliases and keys that AWS itself manages.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scene::{ACCOUNT, OTHER_ACCOUNT, Scene, code, powerless, root};

#[tokio::test]
async fn a_predefined_alias_gets_its_key_when_it_is_described() {
    let scene = Scene::new().await;
    let use_it = json!({"KeyId": "alias/aws/s3", "Plaintext": "aGk="});
    let early = scene.call("Encrypt", use_it.clone()).await;
    assert_eq!(code(&early), "NotFoundException");
    let described = scene
        .ok("DescribeKey", json!({"KeyId": "alias/aws/s3"}))
        .await;
    let metadata = &described["KeyMetadata"];
    assert_eq!(metadata["KeyManager"], "AWS");
    assert_eq!(metadata["KeyState"], "Enabled");
    assert_eq!(metadata["Origin"], "AWS_KMS");
    let arn = metadata["Arn"].as_str().unwrap();
    let logged: Vec<Value> = scene.events();
    let tail: Vec<&Value> = logged.iter().rev().take(2).collect();
    let names: BTreeSet<&str> = tail
        .iter()
        .map(|event| event["eventName"].as_str().unwrap())
        .collect();
    assert_eq!(names, BTreeSet::from(["CreateKey", "DescribeKey"]));
    // It is the same one from then on, by any name.
    let by_arn = format!("arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/s3");
    for name in ["alias/aws/s3", &by_arn, arn] {
        let again = scene.ok("DescribeKey", json!({"KeyId": name})).await;
        assert_eq!(again["KeyMetadata"]["Arn"], metadata["Arn"]);
    }
    let keys = scene.ok("ListKeys", json!({})).await;
    assert_eq!(keys["Keys"].as_array().unwrap().len(), 1);
    let scene = scene.restart().await;
    let late = scene.call("Encrypt", use_it).await;
    assert_eq!(
        code(&late),
        "AccessDeniedException",
        "only its service uses it"
    );
    let at_rest = scene.stop().await;
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_changes_an_aws_managed_key() {
    let scene = Scene::new().await;
    let described = scene
        .ok("DescribeKey", json!({"KeyId": "alias/aws/ebs"}))
        .await;
    let key = described["KeyMetadata"]["Arn"].clone();
    let policy = scene.ok("GetKeyPolicy", json!({"KeyId": key})).await["Policy"].clone();
    assert!(
        policy
            .as_str()
            .unwrap()
            .contains("ec2.us-east-1.amazonaws.com")
    );
    let before = scene.at_rest.dump().await;
    let grantee = format!("arn:aws:iam::{ACCOUNT}:root");
    for (operation, body) in [
        ("PutKeyPolicy", json!({"KeyId": key, "Policy": policy})),
        (
            "TagResource",
            json!({"KeyId": key, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ),
        ("UntagResource", json!({"KeyId": key, "TagKeys": ["a"]})),
        ("ScheduleKeyDeletion", json!({"KeyId": key})),
        ("DisableKey", json!({"KeyId": key})),
        ("RotateKeyOnDemand", json!({"KeyId": key})),
        (
            "UpdateKeyDescription",
            json!({"KeyId": key, "Description": "mine"}),
        ),
        (
            "CreateAlias",
            json!({"AliasName": "alias/mine", "TargetKeyId": key}),
        ),
        (
            "CreateGrant",
            json!({"KeyId": key, "GranteePrincipal": grantee, "Operations": ["Decrypt"]}),
        ),
    ] {
        let answer = scene.call(operation, body).await;
        assert_eq!(code(&answer), "AccessDeniedException", "{operation}");
    }
    for operation in ["UpdateAlias", "DeleteAlias"] {
        let body = json!({"AliasName": "alias/aws/ebs", "TargetKeyId": key});
        let answer = scene.call(operation, body).await;
        assert_eq!(code(&answer), "NotAuthorizedException", "{operation}");
    }
    assert_eq!(scene.at_rest.dump().await, before);
}

/// Whoever may not see the key does not bring it into being.
#[tokio::test]
async fn a_refused_look_makes_no_key() {
    let scene = Scene::new().await;
    let before = scene.at_rest.dump().await;
    let own = json!({"KeyId": "alias/aws/s3"}).to_string();
    let answer = scene.send(&powerless(ACCOUNT), "DescribeKey", own).await;
    assert_eq!(code(&answer), "AccessDeniedException");
    let abroad = json!({"KeyId": format!("arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/s3")});
    let answer = scene
        .send(&root(OTHER_ACCOUNT), "DescribeKey", abroad.to_string())
        .await;
    assert_eq!(code(&answer), "AccessDeniedException");
    let unknown = scene
        .call("DescribeKey", json!({"KeyId": "alias/aws/nothing"}))
        .await;
    assert_eq!(code(&unknown), "NotFoundException");
    assert_eq!(scene.at_rest.dump().await, before);
}

/// Two who look at the same time see the same key.
#[tokio::test]
async fn two_looks_make_one_key() {
    let scene = Scene::new().await;
    let body = json!({"KeyId": "alias/aws/s3"});
    let (one, two) = tokio::join!(
        scene.ok("DescribeKey", body.clone()),
        scene.ok("DescribeKey", body.clone())
    );
    assert_eq!(one["KeyMetadata"]["Arn"], two["KeyMetadata"]["Arn"]);
    assert_eq!(scene.at_rest.paths("key").await.len(), 1);
}

/// With and without keys, in pages of any size, each alias once.
#[tokio::test]
async fn predefined_aliases_are_listed() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    for name in ["alias/a", "alias/b"] {
        let body = json!({"AliasName": name, "TargetKeyId": key});
        scene.ok("CreateAlias", body).await;
    }
    scene
        .ok("DescribeKey", json!({"KeyId": "alias/aws/s3"}))
        .await;
    let all = scene.ok("ListAliases", json!({})).await["Aliases"].clone();
    let all = all.as_array().unwrap();
    let with_key = |alias: &&Value| alias.get("TargetKeyId").is_some();
    let made: BTreeSet<&str> = all.iter().filter(with_key).map(name).collect();
    assert_eq!(made, BTreeSet::from(["alias/a", "alias/b", "alias/aws/s3"]));
    let names: BTreeSet<&str> = all.iter().map(name).collect();
    assert_eq!(names.len(), all.len());
    assert!(names.contains("alias/aws/ebs") && names.len() > 10);
    for limit in [1, 2, 7] {
        let mut paged = Vec::new();
        let mut body = json!({"Limit": limit});
        loop {
            let page = scene.ok("ListAliases", body.clone()).await;
            paged.extend(page["Aliases"].as_array().unwrap().clone());
            body["Marker"] = page["NextMarker"].clone();
            if page["Truncated"] == json!(false) {
                break;
            }
        }
        assert_eq!(&paged, all, "{limit} a page");
    }
}

fn name(alias: &Value) -> &str {
    alias["AliasName"].as_str().unwrap()
}
