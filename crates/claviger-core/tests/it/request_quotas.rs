//! Request quotas: who calls too often is told so, and is served again when time has passed.

use serde_json::json;

use crate::scene::{
    ACCOUNT, OTHER_ACCOUNT, REGION, Scene, code, root, wait_seconds, with_request_quotas,
};

#[tokio::test]
async fn a_second_serves_what_a_second_may_have() {
    with_request_quotas();
    let scene = Scene::new().await;
    for second in 0..3 {
        for call in 0..7 {
            let answer = scene.call("CreateKey", json!({})).await;
            let expected = if call < 5 { "" } else { "ThrottlingException" };
            assert_eq!(code(&answer), expected, "call {call} of second {second}");
        }
        // What one operation used up is no other's.
        scene.ok("ListKeys", json!({})).await;
        wait_seconds(1);
    }
    let throttled = scene
        .events()
        .into_iter()
        .filter(|event| event["errorCode"] == "ThrottlingException");
    let message =
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";
    let messages: Vec<_> = throttled
        .map(|event| event["errorMessage"].clone())
        .collect();
    assert_eq!(messages, vec![json!(message); 6]);
}

#[tokio::test]
async fn cross_account_calls_count_for_the_caller() {
    with_request_quotas();
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"Origin": "EXTERNAL"})).await;
    let parameters = json!({"KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}).to_string();
    let other = root(OTHER_ACCOUNT);
    // The stranger is refused, and that counts for the stranger: one call a second.
    let refused = scene
        .send(&other, "GetParametersForImport", parameters.clone())
        .await;
    assert_eq!(code(&refused), "AccessDeniedException");
    let throttled = scene
        .send(&other, "GetParametersForImport", parameters.clone())
        .await;
    assert_eq!(code(&throttled), "ThrottlingException");
    scene
        .send(&root(ACCOUNT), "GetParametersForImport", parameters)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_kind_of_key_decides_which_quota_counts() {
    with_request_quotas();
    let scene = Scene::new().await;
    let symmetric = scene.new_key(json!({})).await;
    let elliptic = scene
        .new_key(json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}))
        .await;
    let sign = json!({"KeyId": elliptic, "Message": "aGk=", "SigningAlgorithm": "ECDSA_SHA_256"});
    for _ in 0..1000 {
        scene.ok("Sign", sign.clone()).await;
    }
    assert_eq!(code(&scene.call("Sign", sign).await), "ThrottlingException");
    scene
        .ok("Encrypt", json!({"KeyId": symmetric, "Plaintext": "aGk="}))
        .await;
    // One pair of RSA_4096 a second; of another spec there is another quota.
    let pair = |spec: &str| json!({"KeyId": symmetric, "KeyPairSpec": spec});
    scene
        .ok("GenerateDataKeyPairWithoutPlaintext", pair("RSA_4096"))
        .await;
    let answer = scene.call("GenerateDataKeyPair", pair("RSA_4096")).await;
    assert_eq!(code(&answer), "ThrottlingException");
    scene.ok("GenerateDataKeyPair", pair("ECC_NIST_P256")).await;
}

/// A replica counts as two keys in its Region, and a promotion in both Regions.
#[tokio::test]
async fn what_reaches_into_another_region_counts_there() {
    with_request_quotas();
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"MultiRegion": true})).await;
    let other = scene.new_key(json!({"MultiRegion": true})).await;
    let to = |key: &str, region: &str| json!({"KeyId": key, "ReplicaRegion": region});
    scene.ok("ReplicateKey", to(&key, EU)).await;
    scene.ok("ReplicateKey", to(&other, EU)).await;
    scene.ok_in(EU, "CreateKey", json!({})).await;
    let sixth = scene.call_in(EU, "CreateKey", json!({})).await;
    assert_eq!(code(&sixth), "ThrottlingException");
    wait_seconds(1);

    let mut at_home = true;
    for _ in 0..5 {
        let (here, there) = if at_home { (REGION, EU) } else { (EU, REGION) };
        let id = key.replace(REGION, here);
        let promote = json!({"KeyId": id, "PrimaryRegion": there});
        scene.ok_in(here, "UpdatePrimaryRegion", promote).await;
        at_home = !at_home;
    }
    for (here, there) in [(REGION, EU), (EU, REGION)] {
        let promote = json!({"KeyId": key.replace(REGION, here), "PrimaryRegion": there});
        let sixth = scene.call_in(here, "UpdatePrimaryRegion", promote).await;
        assert_eq!(code(&sixth), "ThrottlingException", "{here}");
    }
}

#[tokio::test]
async fn without_them_nobody_is_throttled() {
    let scene = Scene::new().await;
    for _ in 0..20 {
        scene.ok("CreateKey", json!({})).await;
    }
}

const EU: &str = "eu-west-1";
