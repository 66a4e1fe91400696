//! No body of any operation makes the decoder panic, and no text survives that breaks what the model says.

use claviger_model::wire::{WireInput, decode_any};
use claviger_model::{CreateAliasInput, CreateKeyInput, Operation, TagResourceInput};
use proptest::prelude::*;

/// JSON that is near to what operations read: their members' names with values of any type.
fn near_json() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "KeyId",
        "Plaintext",
        "EncryptionContext",
        "GrantTokens",
        "Tags",
        "TagKey",
        "TagValue",
        "Limit",
        "Marker",
        "ValidTo",
        "DryRun",
        "Recipient",
        "Constraints",
        "Operations",
        "NumberOfBytes",
        "KeySpec",
        "ImportToken",
        "X",
    ]);
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>().prop_map(|value| serde_json::json!(value).to_string()),
        "[A-Za-z0-9+/]{0,8}={0,2}".prop_map(|text| format!("\"{text}\"")),
        "\\\\u[0-9a-fA-F]{4}".prop_map(|text| format!("\"{text}\"")),
        any::<String>().prop_map(|text| serde_json::json!(text).to_string()),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        let members = prop::collection::vec((name.clone(), inner.clone()), 0..6);
        let members = members.prop_map(|members| members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect::<Vec<_>>().join(","));
        prop_oneof![
            3 => members.prop_map(|members| format!("{{{members}}}")),
            1 => prop::collection::vec(inner, 0..4).prop_map(|elements| format!("[{}]", elements.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for operation in Operation::ALL {
            prop_assert!(decode_any(operation, &body).is_err() || body.contains(&OPEN));
        }
    }

    #[test]
    fn near_bodies(body in near_json()) {
        for operation in Operation::ALL {
            let _ = decode_any(operation, body.as_bytes());
        }
    }

    #[test]
    fn cut_bodies(body in near_json(), at: prop::sample::Index) {
        let cut = at.index(body.len() + 1);
        for operation in [Operation::Encrypt, Operation::CreateGrant, Operation::CreateKey] {
            prop_assert!(decode_any(operation, &body.as_bytes()[..cut]).is_err() || cut == body.len());
        }
    }

    #[test]
    fn what_is_accepted_keeps_the_rules(name: String, key in "\\PC{0,140}") {
        let body = serde_json::json!({"AliasName": name, "TargetKeyId": "k"}).to_string();
        let is_name = (1..=256).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/_-".contains(&byte));
        prop_assert_eq!(CreateAliasInput::decode(body.as_bytes()).is_ok(), is_name);

        let body = serde_json::json!({"KeyId": "k", "Tags": [{"TagKey": key, "TagValue": ""}]}).to_string();
        let read = TagResourceInput::decode(body.as_bytes());
        prop_assert_eq!(read.is_ok(), (1..=128).contains(&key.chars().count()));
        if let Ok(read) = read {
            prop_assert_eq!(&read.tags[0].tag_key, &key);
        }
    }

    #[test]
    fn any_text_is_read_as_it_was_sent(text in "[\\x20-\\xFF]{0,300}") {
        let body = serde_json::json!({"Description": text}).to_string();
        prop_assert_eq!(CreateKeyInput::decode(body.as_bytes()).unwrap().description, Some(text));
    }
}

/// What every accepted body has.
const OPEN: u8 = b'{';
