//! All that a client can see of the keys: taken before and after, it shows whether a request changed anything.

use serde_json::{Value, json};

use crate::Client;

/// Every key with its description, tags, policy and rotations, and every alias.
#[derive(Clone, Debug, PartialEq)]
pub struct State(Value);

impl State {
    /// Reads it all.
    ///
    /// # Panics
    /// When the server refuses.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        let keys = all(client, "ListKeys", &json!({}), "Keys");
        let keys: Vec<Value> = keys
            .iter()
            .map(|key| Self::of_key(client, key["KeyId"].as_str().expect("a key id")))
            .collect();
        Self(json!({ "keys": keys, "aliases": all(client, "ListAliases", &json!({}), "Aliases") }))
    }

    fn of_key(client: &Client, key_id: &str) -> Value {
        let key = json!({ "KeyId": key_id });
        let metadata = client.call("DescribeKey", &key)["KeyMetadata"].clone();
        let mut rotations = Vec::new();
        if metadata["Origin"] == "EXTERNAL" {
            let every = json!({ "KeyId": key_id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
            rotations = all(client, "ListKeyRotations", &every, "Rotations");
        }
        json!({
            "metadata": metadata,
            "tags": all(client, "ListResourceTags", &key, "Tags"),
            "policy": client.call("GetKeyPolicy", &key)["Policy"],
            "rotations": rotations,
        })
    }
}

/// Every page of a listing.
fn all(client: &Client, operation: &str, input: &Value, member: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut input = input.clone();
    loop {
        let page = client.call(operation, &input);
        entries.extend(page[member].as_array().expect("a list").iter().cloned());
        if page["Truncated"] != true {
            return entries;
        }
        input["Marker"] = page["NextMarker"].clone();
    }
}
