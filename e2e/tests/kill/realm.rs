//! Keys and aliases as a client sees them, comparable.

use std::collections::BTreeMap;

use claviger_e2e::Client;
use serde_json::{Value, json};

/// One worker's keys, by the name that each was born with, and its aliases.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Realm {
    pub(crate) keys: BTreeMap<String, Key>,
    /// Alias name to the birth name of its target.
    pub(crate) aliases: BTreeMap<String, String>,
}

/// What a client can see of a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) state: State,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) rotations: usize,
    pub(crate) is_external: bool,
    /// Whether imported material is there; always false for a key of KMS's own material.
    pub(crate) holds_import: bool,
}

/// The key states that the workers reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Enabled,
    Disabled,
    PendingImport,
    PendingDeletion,
}

/// The tag with a key's birth name.
pub(crate) const BIRTH: &str = "birth";

/// Every worker's realm, by the first part of the birth names.
pub(crate) fn all(client: &Client) -> BTreeMap<String, Realm> {
    let mut realms: BTreeMap<String, Realm> = BTreeMap::new();
    let mut births = BTreeMap::new();
    for id in listed(client, "ListKeys", &json!({}), "Keys")
        .iter()
        .filter_map(|key| key["KeyId"].as_str())
    {
        let (birth, key) = read(client, id);
        births.insert(id.to_owned(), birth.clone());
        realms
            .entry(owner(&birth))
            .or_default()
            .keys
            .insert(birth, key);
    }
    let aliases = listed(client, "ListAliases", &json!({}), "Aliases");
    // Predefined ones have no target.
    let is_made = |alias: &&Value| alias.get("TargetKeyId").is_some();
    for alias in aliases.iter().filter(is_made) {
        let text = |member: &str| alias[member].as_str().expect("a text").to_owned();
        let (name, birth) = (text("AliasName"), births[&text("TargetKeyId")].clone());
        realms
            .entry(owner(&birth))
            .or_default()
            .aliases
            .insert(name, birth);
    }
    realms
}

/// The worker that a birth name belongs to.
pub(crate) fn owner(birth: &str) -> String {
    birth.split('-').next().unwrap_or_default().to_owned()
}

fn read(client: &Client, id: &str) -> (String, Key) {
    let key = json!({ "KeyId": id });
    let metadata = client.call("DescribeKey", &key)["KeyMetadata"].clone();
    let tag = |tag: Value| {
        (
            tag["TagKey"].as_str().unwrap().to_owned(),
            tag["TagValue"].as_str().unwrap().to_owned(),
        )
    };
    let mut tags: BTreeMap<_, _> = listed(client, "ListResourceTags", &key, "Tags")
        .into_iter()
        .map(tag)
        .collect();
    let birth = tags
        .remove(BIRTH)
        .expect("a key without its birth name: half created");
    let every = json!({ "KeyId": id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    let materials = listed(client, "ListKeyRotations", &every, "Rotations");
    let key = Key {
        id: id.to_owned(),
        description: metadata["Description"].as_str().unwrap().to_owned(),
        state: state(metadata["KeyState"].as_str().unwrap()),
        tags,
        rotations: listed(client, "ListKeyRotations", &key, "Rotations").len(),
        is_external: metadata["Origin"] == "EXTERNAL",
        holds_import: materials
            .iter()
            .any(|material| material["ImportState"] == "IMPORTED"),
    };
    (birth, key)
}

fn state(text: &str) -> State {
    match text {
        "Enabled" => State::Enabled,
        "Disabled" => State::Disabled,
        "PendingImport" => State::PendingImport,
        "PendingDeletion" => State::PendingDeletion,
        other => panic!("a key is {other}"),
    }
}

fn listed(client: &Client, operation: &str, input: &Value, member: &str) -> Vec<Value> {
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
