//! Custom key stores, as far as they go without anything to connect them to.

use serde_json::{Value, json};

use crate::scene::{ACCOUNT, OTHER_ACCOUNT, Scene, code, refusal, root};

#[tokio::test]
async fn a_store_is_created_described_changed_and_gone() {
    let scene = Scene::new().await;
    let id = create(&scene, cluster("hsm", 1)).await;
    assert!(id.starts_with("cks-") && id.len() == 21, "{id}");
    let store = only(&scene, json!({"CustomKeyStoreId": id})).await;
    assert_eq!(store["ConnectionState"], "DISCONNECTED");
    assert_eq!(store["CustomKeyStoreType"], "AWS_CLOUDHSM");
    assert_eq!(store["CloudHsmClusterId"], "cluster-baaaaaaaaaa");
    assert_eq!(store["TrustAnchorCertificate"], "-----BEGIN");
    assert!(
        store.get("XksProxyConfiguration").is_none() && store.get("ConnectionErrorCode").is_none()
    );

    let update = json!({"CustomKeyStoreId": id, "NewCustomKeyStoreName": "other", "KeyStorePassword": "newer-password"});
    assert_eq!(scene.ok("UpdateCustomKeyStore", update).await, json!({}));
    let scene = scene.restart().await;
    let store = only(&scene, json!({"CustomKeyStoreName": "other"})).await;
    assert_eq!(store["CustomKeyStoreId"], json!(id));
    scene
        .ok("DeleteCustomKeyStore", json!({"CustomKeyStoreId": id}))
        .await;
    assert_eq!(
        scene.ok("DescribeCustomKeyStores", json!({})).await["CustomKeyStores"],
        json!([])
    );
    let at_rest = scene.stop().await;
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
}

/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/xks-connect-disconnect.html>
#[tokio::test]
async fn an_external_store_fails_to_connect_until_it_is_disconnected() {
    let scene = Scene::new().await;
    let id = create(&scene, proxy("xks", "https://a.example", "/kms/xks/v1")).await;
    let named = || json!({"CustomKeyStoreId": id});
    assert_eq!(scene.ok("ConnectCustomKeyStore", named()).await, json!({}));
    let scene = scene.restart().await;
    let store = only(&scene, named()).await;
    assert_eq!(store["ConnectionState"], "FAILED");
    assert_eq!(store["ConnectionErrorCode"], "XKS_PROXY_NOT_REACHABLE");
    let mut moved = named();
    moved["XksProxyUriPath"] = json!("/other/kms/xks/v1");
    let mut renamed = named();
    renamed["NewCustomKeyStoreName"] = json!("other");
    for (operation, body) in [
        ("ConnectCustomKeyStore", named()),
        ("DeleteCustomKeyStore", named()),
        ("UpdateCustomKeyStore", moved.clone()),
        ("UpdateCustomKeyStore", renamed.clone()),
    ] {
        let refused = scene.call(operation, body).await;
        assert_eq!(
            code(&refused),
            "CustomKeyStoreInvalidStateException",
            "{operation}"
        );
    }
    let disconnected = scene.ok("DisconnectCustomKeyStore", named()).await;
    assert_eq!(disconnected, json!({}));
    let store = only(&scene, named()).await;
    assert_eq!(store["ConnectionState"], "DISCONNECTED");
    assert_eq!(store.get("ConnectionErrorCode"), None);
    scene.ok("UpdateCustomKeyStore", moved).await;
    scene.ok("UpdateCustomKeyStore", renamed).await;
    scene.ok("DeleteCustomKeyStore", named()).await;
    let at_rest = scene.stop().await;
    assert_eq!(at_rest.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_external_store_tells_its_proxy_and_not_its_secret() {
    let scene = Scene::new().await;
    let id = create(&scene, proxy("xks", "https://a.example", "/kms/xks/v1")).await;
    let shown =
        only(&scene, json!({"CustomKeyStoreId": id})).await["XksProxyConfiguration"].clone();
    let expected = json!({
        "Connectivity": "PUBLIC_ENDPOINT", "AccessKeyId": KEY_ID,
        "UriEndpoint": "https://a.example", "UriPath": "/kms/xks/v1",
    });
    assert_eq!(shown, expected);

    let private = json!({
        "CustomKeyStoreId": id, "XksProxyConnectivity": "VPC_ENDPOINT_SERVICE",
        "XksProxyUriEndpoint": "https://b.example", "XksProxyVpcEndpointServiceName": SERVICE,
    });
    scene.ok("UpdateCustomKeyStore", private).await;
    let shown = only(&scene, json!({})).await["XksProxyConfiguration"].clone();
    assert_eq!(shown["Connectivity"], "VPC_ENDPOINT_SERVICE");
    assert_eq!(shown["VpcEndpointServiceName"], SERVICE);
    assert_eq!(shown["VpcEndpointServiceOwner"], ACCOUNT);
    let mut public = json!({"CustomKeyStoreId": id, "XksProxyConnectivity": "PUBLIC_ENDPOINT"});
    let elsewhere = scene.call("UpdateCustomKeyStore", public.clone()).await;
    assert_eq!(code(&elsewhere), "ValidationException", "{elsewhere:?}");
    public["XksProxyUriEndpoint"] = json!("https://c.example");
    scene.ok("UpdateCustomKeyStore", public).await;
    let shown = only(&scene, json!({})).await["XksProxyConfiguration"].clone();
    assert!(shown.get("VpcEndpointServiceName").is_none(), "{shown}");

    create(&scene, cluster("hsm", 1)).await;
    let events = Value::from(scene.events()).to_string();
    let stored = format!("{:?}", scene.at_rest.dump().await);
    for secret in [SECRET, PASSWORD] {
        assert!(
            !events.contains(secret) && !stored.contains(secret),
            "{secret}"
        );
    }
    let event = scene.events().pop().unwrap();
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/ct-create-keystore.html
    assert_eq!(
        event["requestParameters"],
        json!({"customKeyStoreName": "hsm", "customKeyStoreType": "AWS_CLOUDHSM", "clusterId": "cluster-baaaaaaaaaa"})
    );
    for absent in ["additionalEventData", "resources"] {
        assert_eq!(event.get(absent), None, "{event}");
    }
    let made = &event["responseElements"]["customKeyStoreId"];
    scene
        .ok("DeleteCustomKeyStore", json!({"CustomKeyStoreId": made}))
        .await;
    let event = scene.events().pop().unwrap();
    assert_eq!(
        event["additionalEventData"],
        json!({"customKeyStoreName": "hsm", "clusterId": "cluster-baaaaaaaaaa"})
    );
}

#[tokio::test]
async fn members_belong_to_one_kind_of_store() {
    let scene = Scene::new().await;
    for (body, missing) in [
        (cluster("s", 1), "CloudHsmClusterId"),
        (cluster("s", 1), "TrustAnchorCertificate"),
        (cluster("s", 1), "KeyStorePassword"),
        (
            proxy("s", "https://a.example", "/kms/xks/v1"),
            "XksProxyConnectivity",
        ),
        (
            proxy("s", "https://a.example", "/kms/xks/v1"),
            "XksProxyUriEndpoint",
        ),
        (
            proxy("s", "https://a.example", "/kms/xks/v1"),
            "XksProxyUriPath",
        ),
        (
            proxy("s", "https://a.example", "/kms/xks/v1"),
            "XksProxyAuthenticationCredential",
        ),
        (
            private("s", "https://a.example", SERVICE),
            "XksProxyVpcEndpointServiceName",
        ),
    ] {
        let mut body = body;
        body.as_object_mut().unwrap().remove(missing).unwrap();
        let (code, message) = refusal(scene.call("CreateCustomKeyStore", body).await);
        assert_eq!(code, "ValidationException");
        assert!(message.unwrap().contains(missing));
    }
    for (body, member, value) in [
        (cluster("s", 1), "XksProxyUriPath", json!("/kms/xks/v1")),
        (
            proxy("s", "https://a.example", "/kms/xks/v1"),
            "KeyStorePassword",
            json!(PASSWORD),
        ),
        (
            proxy("s", "https://a.example", "/kms/xks/v1"),
            "XksProxyVpcEndpointServiceName",
            json!(SERVICE),
        ),
        (
            proxy("s", "http://a.example", "/kms/xks/v1"),
            "CustomKeyStoreName",
            json!("not https"),
        ),
    ] {
        let mut body = body;
        body[member] = value;
        let answer = scene.call("CreateCustomKeyStore", body).await;
        assert_eq!(code(&answer), "ValidationException", "{member}");
    }
    assert!(scene.at_rest.paths("key-stores").await.is_empty());
}

#[tokio::test]
async fn what_is_one_stores_is_no_others() {
    let scene = Scene::new().await;
    create(&scene, cluster("hsm", 1)).await;
    let xks = create(&scene, proxy("xks", "https://a.example", "/kms/xks/v1")).await;
    create(&scene, private("private", "https://p.example", SERVICE)).await;
    create(
        &scene,
        proxy("neighbour", "https://a.example", "/b/kms/xks/v1"),
    )
    .await;
    let another_service = "com.amazonaws.vpce.us-east-1.vpce-svc-2";
    for (body, expected) in [
        (cluster("hsm", 2), "CustomKeyStoreNameInUseException"),
        (cluster("s", 1), "CloudHsmClusterInUseException"),
        (
            proxy("s", "https://a.example", "/kms/xks/v1"),
            "XksProxyUriInUseException",
        ),
        (
            proxy("s", "https://p.example", "/c/kms/xks/v1"),
            "XksProxyUriEndpointInUseException",
        ),
        (
            private("s", "https://a.example", another_service),
            "XksProxyUriInUseException",
        ),
        (
            private("s", "https://q.example", SERVICE),
            "XksProxyVpcEndpointServiceInUseException",
        ),
    ] {
        let answer = scene.call("CreateCustomKeyStore", body).await;
        assert_eq!(code(&answer), expected);
    }
    let update = json!({"CustomKeyStoreId": xks, "XksProxyUriPath": "/b/kms/xks/v1"});
    assert_eq!(
        code(&scene.call("UpdateCustomKeyStore", update).await),
        "XksProxyUriInUseException"
    );
    // Another account's are its own.
    let other = root(OTHER_ACCOUNT);
    let same = cluster("hsm", 1).to_string();
    scene
        .send(&other, "CreateCustomKeyStore", same)
        .await
        .unwrap();
    let answer = scene
        .send(
            &root(OTHER_ACCOUNT),
            "DeleteCustomKeyStore",
            json!({"CustomKeyStoreId": xks}).to_string(),
        )
        .await;
    assert_eq!(code(&answer), "CustomKeyStoreNotFoundException");
}

#[tokio::test]
async fn ten_stores_in_pages() {
    let scene = Scene::new().await;
    for number in 0..10 {
        create(&scene, cluster(&format!("hsm {number}"), number)).await;
    }
    let answer = scene
        .call("CreateCustomKeyStore", cluster("one more", 10))
        .await;
    assert_eq!(code(&answer), "LimitExceededException");
    let (mut seen, mut marker) = (Vec::new(), Value::Null);
    loop {
        let body = if marker.is_null() {
            json!({"Limit": 4})
        } else {
            json!({"Limit": 4, "Marker": marker})
        };
        let page = scene.ok("DescribeCustomKeyStores", body).await;
        seen.extend(
            page["CustomKeyStores"]
                .as_array()
                .unwrap()
                .iter()
                .map(|store| store["CustomKeyStoreId"].to_string()),
        );
        if page["Truncated"] == false {
            break;
        }
        marker = page["NextMarker"].clone();
    }
    assert_eq!(seen.len(), 10);
    assert!(seen.is_sorted() && seen.iter().collect::<std::collections::BTreeSet<_>>().len() == 10);
    let both = json!({"CustomKeyStoreId": "cks-1", "CustomKeyStoreName": "hsm 1"});
    assert_eq!(
        code(&scene.call("DescribeCustomKeyStores", both).await),
        "ValidationException"
    );
}

#[tokio::test]
async fn nothing_uses_a_store_that_is_not_connected() {
    let scene = Scene::new().await;
    let hsm = create(&scene, cluster("hsm", 1)).await;
    let xks = create(&scene, proxy("xks", "https://a.example", "/kms/xks/v1")).await;
    for (operation, body, expected) in REFUSED {
        let body = body.replace("$HSM", &hsm).replace("$XKS", &xks);
        let answer = scene
            .call(operation, serde_json::from_str(&body).unwrap())
            .await;
        assert_eq!(code(&answer), *expected, "{operation} {body}");
    }
}

async fn create(scene: &Scene, body: Value) -> String {
    let created = scene.ok("CreateCustomKeyStore", body).await;
    created["CustomKeyStoreId"].as_str().unwrap().to_owned()
}

/// The one store that answers to this.
async fn only(scene: &Scene, body: Value) -> Value {
    let described = scene.ok("DescribeCustomKeyStores", body).await;
    assert_eq!(described["Truncated"], false);
    let stores = described["CustomKeyStores"].as_array().unwrap();
    assert_eq!(stores.len(), 1, "{stores:?}");
    stores[0].clone()
}

pub(crate) fn cluster(name: &str, number: u8) -> Value {
    let letter = char::from(b'a' + number);
    json!({
        "CustomKeyStoreName": name, "CloudHsmClusterId": format!("cluster-{letter}aaaaaaaaaa"),
        "TrustAnchorCertificate": "-----BEGIN", "KeyStorePassword": PASSWORD,
    })
}

fn proxy(name: &str, endpoint: &str, path: &str) -> Value {
    json!({
        "CustomKeyStoreName": name, "CustomKeyStoreType": "EXTERNAL_KEY_STORE", "XksProxyConnectivity": "PUBLIC_ENDPOINT",
        "XksProxyUriEndpoint": endpoint, "XksProxyUriPath": path,
        "XksProxyAuthenticationCredential": {"AccessKeyId": KEY_ID, "RawSecretAccessKey": SECRET},
    })
}

fn private(name: &str, endpoint: &str, service: &str) -> Value {
    let mut body = proxy(name, endpoint, "/kms/xks/v1");
    body["XksProxyConnectivity"] = json!("VPC_ENDPOINT_SERVICE");
    body["XksProxyVpcEndpointServiceName"] = json!(service);
    body
}

const PASSWORD: &str = "kmsuser-password";
const KEY_ID: &str = "ABCDEFGHIJKLMNOPQRST";
const SECRET: &str = "0123456789abcdefghijABCDEFGHIJ0123456789abcde";
const SERVICE: &str = "com.amazonaws.vpce.us-east-1.vpce-svc-1";

/// Operation, body, error.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "ConnectCustomKeyStore",
        r#"{"CustomKeyStoreId":"$HSM"}"#,
        "CloudHsmClusterNotActiveException",
    ),
    (
        "ConnectCustomKeyStore",
        r#"{"CustomKeyStoreId":"cks-00000000000000000"}"#,
        "CustomKeyStoreNotFoundException",
    ),
    (
        "DisconnectCustomKeyStore",
        r#"{"CustomKeyStoreId":"$HSM"}"#,
        "CustomKeyStoreInvalidStateException",
    ),
    (
        "DisconnectCustomKeyStore",
        r#"{"CustomKeyStoreId":"cks-00000000000000000"}"#,
        "CustomKeyStoreNotFoundException",
    ),
    (
        "UpdateCustomKeyStore",
        r#"{"CustomKeyStoreId":"cks-00000000000000000"}"#,
        "CustomKeyStoreNotFoundException",
    ),
    (
        "DeleteCustomKeyStore",
        r#"{"CustomKeyStoreId":"cks-00000000000000000"}"#,
        "CustomKeyStoreNotFoundException",
    ),
    (
        "DescribeCustomKeyStores",
        r#"{"CustomKeyStoreId":"cks-00000000000000000"}"#,
        "CustomKeyStoreNotFoundException",
    ),
    (
        "CreateKey",
        r#"{"Origin":"AWS_CLOUDHSM","CustomKeyStoreId":"$HSM"}"#,
        "CustomKeyStoreInvalidStateException",
    ),
    (
        "CreateKey",
        r#"{"Origin":"EXTERNAL_KEY_STORE","CustomKeyStoreId":"$XKS","XksKeyId":"k"}"#,
        "CustomKeyStoreInvalidStateException",
    ),
    (
        "CreateKey",
        r#"{"Origin":"AWS_CLOUDHSM","CustomKeyStoreId":"cks-00000000000000000"}"#,
        "CustomKeyStoreNotFoundException",
    ),
    (
        "CreateKey",
        r#"{"Origin":"AWS_CLOUDHSM","CustomKeyStoreId":"$HSM","MultiRegion":true}"#,
        "UnsupportedOperationException",
    ),
    (
        "CreateKey",
        r#"{"CustomKeyStoreId":"$HSM"}"#,
        "ValidationException",
    ),
    (
        "CreateKey",
        r#"{"Origin":"AWS_CLOUDHSM","CustomKeyStoreId":"$HSM","XksKeyId":"k"}"#,
        "ValidationException",
    ),
    (
        "CreateKey",
        r#"{"Origin":"AWS_CLOUDHSM"}"#,
        "ValidationException",
    ),
    (
        "GenerateRandom",
        r#"{"NumberOfBytes":8,"CustomKeyStoreId":"$HSM"}"#,
        "CustomKeyStoreInvalidStateException",
    ),
    (
        "GenerateRandom",
        r#"{"NumberOfBytes":8,"CustomKeyStoreId":"cks-00000000000000000"}"#,
        "CustomKeyStoreNotFoundException",
    ),
];
