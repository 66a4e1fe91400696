//! Pages of every list: nothing twice, nothing left out, and markers that are good for one list of one account.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    key_stores::cluster,
    scene::{ACCOUNT, OTHER_ACCOUNT, Scene, absent, code, refusal, root},
};

/// A list of the API.
struct List {
    operation: &'static str,
    /// The request without `Limit` and `Marker`.
    body: &'static str,
    /// Another list of the same operation, where there is one.
    other: Option<&'static str>,
    /// The member that holds the entries, and what tells one entry from another.
    entries: &'static str,
    id: &'static str,
    /// How many there are on the stage.
    count: usize,
    default: usize,
    max: usize,
}

#[tokio::test]
async fn pages_of_any_size_make_the_whole_list() {
    let (scene, words) = stage().await;
    for list in LISTS {
        for limit in [1, 2, (list.count - 1).max(1), list.count, list.max] {
            let pages = list.pages(&scene, &words, limit).await;
            let mut ids: Vec<&Value> = pages.iter().flatten().collect();
            let shown = format!("{} by {limit}", list.operation);
            assert_eq!(ids.len(), list.count, "{shown}");
            assert_eq!(pages.len(), list.count.div_ceil(limit), "{shown}");
            ids.sort_by_key(|id| id.to_string());
            ids.dedup();
            assert_eq!(ids.len(), list.count, "{shown}: one twice");
        }
    }
}

#[tokio::test]
async fn a_limit_is_at_most_what_aws_says() {
    let (scene, words) = stage().await;
    for list in LISTS {
        // Before anything is looked up: the key need not exist.
        let filled = fill(list.body, &words);
        let filled = filled.replace(&words[0].1, &absent(&words[0].1));
        for limit in [list.max + 1, 1001, 0] {
            let mut body: Value = serde_json::from_str(&filled).unwrap();
            body["Limit"] = json!(limit);
            let most = if limit > 1000 { 1000 } else { list.max };
            let rule = match limit {
                0 => "greater than or equal to 1".to_owned(),
                _ => format!("less than or equal to {most}"),
            };
            let text = format!(
                "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value {rule}"
            );
            let refused = refusal(scene.call(list.operation, body).await);
            let expected = ("ValidationException".to_owned(), Some(text));
            assert_eq!(refused, expected, "{}", list.operation);
        }
    }
}

/// Without a limit, a page has as many entries as AWS says.
#[tokio::test]
async fn the_usual_page() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    for i in 0..101 {
        scene.new_key(json!({})).await;
        if i < 50 {
            let body = json!({"AliasName": format!("alias/a{i}"), "TargetKeyId": key});
            scene.ok("CreateAlias", body).await;
        }
    }
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    for _ in 0..51 {
        let body = json!({
            "KeyId": key, "GranteePrincipal": root, "RetiringPrincipal": root, "Operations": ["Decrypt"],
        });
        scene.ok("CreateGrant", body).await;
    }
    let words = vec![("$KEY", key)];
    for list in LISTS {
        // No key has more than fifty aliases.
        let more = match list.operation {
            "DescribeCustomKeyStores"
            | "ListKeyPolicies"
            | "ListKeyRotations"
            | "ListResourceTags" => false,
            "ListAliases" => list.body == "{}",
            _ => true,
        };
        let body = serde_json::from_str(&fill(list.body, &words)).unwrap();
        let page = scene.ok(list.operation, body).await;
        assert_eq!(page["Truncated"], more, "{}", list.operation);
        if more {
            let entries = page[list.entries].as_array().unwrap();
            assert_eq!(entries.len(), list.default, "{}", list.operation);
        }
    }
}

#[tokio::test]
async fn a_marker_is_good_for_its_own_list() {
    let (scene, words) = stage().await;
    let mut markers = Vec::new();
    for list in LISTS.iter().filter(|list| list.count > 1) {
        let mut body: Value = serde_json::from_str(&fill(list.body, &words)).unwrap();
        body["Limit"] = json!(1);
        let page = scene.ok(list.operation, body).await;
        let marker = page["NextMarker"].as_str().unwrap().to_owned();
        assert!(marker.len() <= 1024);
        markers.push((list, marker));
    }
    let invalid = "InvalidMarkerException";
    for (list, marker) in &markers {
        let shown = list.operation;
        assert_eq!(list.code_with(&scene, &words, list.body, marker).await, "");
        for (_, foreign) in markers.iter().filter(|(_, other)| other != marker) {
            let code = list.code_with(&scene, &words, list.body, foreign).await;
            assert_eq!(code, invalid, "{shown}");
        }
        if let Some(other) = list.other {
            let code = list.code_with(&scene, &words, other, marker).await;
            assert_eq!(code, invalid, "{shown}: another list");
        }
        for made_up in made_up(marker) {
            let code = list.code_with(&scene, &words, list.body, &made_up).await;
            assert_eq!(code, invalid, "{shown}: {made_up}");
        }
        let long = "A".repeat(1025);
        let code = list.code_with(&scene, &words, list.body, &long).await;
        assert_eq!(code, "ValidationException", "{shown}");
        if ["DescribeCustomKeyStores", "ListKeys", "ListAliases"].contains(&shown) {
            let body = json!({"Marker": marker});
            let elsewhere = scene.call_in("eu-west-1", shown, body.clone()).await;
            assert_eq!(refusal(elsewhere).0, invalid, "{shown} in another Region");
            let stranger = root(OTHER_ACCOUNT);
            let answer = scene.send(&stranger, shown, body.to_string()).await;
            assert_eq!(refusal(answer).0, invalid, "{shown} of another account");
        }
    }
}

/// A marker with each byte changed, shortened, lengthened, and no marker at all.
fn made_up(marker: &str) -> Vec<String> {
    let bytes = STANDARD.decode(marker).unwrap();
    let mut all: Vec<String> = (0..bytes.len())
        .map(|at| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            STANDARD.encode(bytes)
        })
        .collect();
    all.push(STANDARD.encode(&bytes[..bytes.len() - 1]));
    all.push(STANDARD.encode([&bytes[..], b"0"].concat()));
    all.extend(["x", "AAAA", "{}"].map(str::to_owned));
    all
}

impl List {
    /// The ids on each page.
    async fn pages(
        &self,
        scene: &Scene,
        words: &[(&'static str, String)],
        limit: usize,
    ) -> Vec<Vec<Value>> {
        let mut body: Value = serde_json::from_str(&fill(self.body, words)).unwrap();
        body["Limit"] = json!(limit);
        let mut pages = Vec::new();
        loop {
            let page = scene.ok(self.operation, body.clone()).await;
            let entries = page[self.entries].as_array().unwrap().iter();
            let ids = entries.map(|entry| match self.id {
                "" => entry.clone(),
                id => entry[id].clone(),
            });
            pages.push(ids.collect());
            assert_eq!(page["Truncated"], page.get("NextMarker").is_some());
            match page.get("NextMarker") {
                Some(marker) => body["Marker"] = marker.clone(),
                None => return pages,
            }
        }
    }

    async fn code_with(
        &self,
        scene: &Scene,
        words: &[(&'static str, String)],
        body: &str,
        marker: &str,
    ) -> String {
        let mut body: Value = serde_json::from_str(&fill(body, words)).unwrap();
        body["Marker"] = json!(marker);
        code(&scene.call(self.operation, body).await).to_owned()
    }
}

/// A key with five of everything, beside another.
async fn stage() -> (Scene, Vec<(&'static str, String)>) {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let other = scene.new_key(json!({})).await;
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    for i in 0..5 {
        let name = format!("alias/{i}");
        for (operation, body) in [
            (
                "CreateAlias",
                json!({"AliasName": name, "TargetKeyId": key}),
            ),
            (
                "TagResource",
                json!({"KeyId": key, "Tags": [{"TagKey": name, "TagValue": ""}]}),
            ),
            (
                "CreateGrant",
                json!({"KeyId": key, "GranteePrincipal": root, "RetiringPrincipal": root, "Operations": ["Decrypt"]}),
            ),
            ("RotateKeyOnDemand", json!({"KeyId": key})),
        ] {
            scene.ok(operation, body).await;
        }
        let store = cluster(&format!("store {i}"), i);
        scene.ok("CreateCustomKeyStore", store).await;
        if i < 3 {
            scene.new_key(json!({})).await;
        }
    }
    (scene, vec![("$KEY", key), ("$OTHER", other)])
}

fn fill(body: &str, words: &[(&'static str, String)]) -> String {
    let put = |body: String, (name, value): &(&str, String)| body.replace(name, value);
    words.iter().fold(body.to_owned(), put)
}

const LISTS: &[List] = &[
    List {
        operation: "DescribeCustomKeyStores",
        body: "{}",
        other: None,
        entries: "CustomKeyStores",
        id: "CustomKeyStoreId",
        count: 5,
        default: 100,
        max: 1000,
    },
    List {
        operation: "ListKeys",
        body: "{}",
        other: Some(r#"{"ResourceOwners":["SELF","OTHER_ACCOUNTS_VIA_RAM"]}"#),
        entries: "Keys",
        id: "KeyId",
        count: 5,
        default: 100,
        max: 1000,
    },
    List {
        operation: "ListAliases",
        body: r#"{"KeyId":"$KEY"}"#,
        other: Some(r#"{"KeyId":"$OTHER"}"#),
        entries: "Aliases",
        id: "AliasName",
        count: 5,
        default: 50,
        max: 100,
    },
    List {
        operation: "ListAliases",
        body: "{}",
        other: Some(r#"{"KeyId":"$KEY"}"#),
        entries: "Aliases",
        id: "AliasName",
        // Beside those that AWS predefines.
        count: 22,
        default: 50,
        max: 100,
    },
    List {
        operation: "ListGrants",
        body: r#"{"KeyId":"$KEY"}"#,
        other: Some(r#"{"KeyId":"$OTHER"}"#),
        entries: "Grants",
        id: "GrantId",
        count: 5,
        default: 50,
        max: 100,
    },
    List {
        operation: "ListRetirableGrants",
        body: r#"{"RetiringPrincipal":"arn:aws:iam::111122223333:root"}"#,
        other: None,
        entries: "Grants",
        id: "GrantId",
        count: 5,
        default: 50,
        max: 100,
    },
    List {
        operation: "ListResourceTags",
        body: r#"{"KeyId":"$KEY"}"#,
        other: Some(r#"{"KeyId":"$OTHER"}"#),
        entries: "Tags",
        id: "TagKey",
        count: 5,
        default: 50,
        max: 50,
    },
    List {
        operation: "ListKeyRotations",
        body: r#"{"KeyId":"$KEY"}"#,
        other: Some(r#"{"KeyId":"$KEY","IncludeKeyMaterial":"ALL_KEY_MATERIAL"}"#),
        entries: "Rotations",
        id: "KeyMaterialId",
        count: 5,
        default: 100,
        max: 1000,
    },
    List {
        operation: "ListKeyPolicies",
        body: r#"{"KeyId":"$KEY"}"#,
        other: None,
        entries: "PolicyNames",
        id: "",
        count: 1,
        default: 100,
        max: 1000,
    },
];
