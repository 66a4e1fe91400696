//! The rules of importing: which bytes are taken when, how several materials make one key, and whose token opens what.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html>

use serde_json::{Value, json};

use crate::{
    ceremony::{Ticket, expiring, imported_key},
    scene::{DAY, HOUR, Scene, code, refusal, wait_seconds},
};

/// What happens to a key, in order, and what the next import gets.
#[tokio::test]
async fn which_bytes_are_taken() {
    for (history, material, more, expected) in IMPORTS {
        let scene = Scene::new().await;
        let key = scene.new_key(json!({"Origin": "EXTERNAL"})).await;
        let ticket = Ticket::of(&scene, &key).await;
        for step in *history {
            take(&scene, &key, &ticket, step).await;
        }
        let before = scene.at_rest.dump().await;
        let more = serde_json::from_str(more).unwrap();
        let answer = ticket.import(&scene, &key, material, more).await;
        let shown = format!("{history:?}, then {material:?}");
        assert_eq!(code(&answer), *expected, "{shown}: {answer:?}");
        if expected.is_empty() {
            let body = json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"});
            let listed = scene.ok("ListKeyRotations", body).await.to_string();
            let id = answer.unwrap()["KeyMaterialId"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(listed.contains(&id), "{shown}: {listed}");
        } else {
            assert_eq!(
                scene.at_rest.dump().await,
                before,
                "{shown}: nothing changes"
            );
        }
    }
}

async fn take(scene: &Scene, key: &str, ticket: &Ticket, step: &Step) {
    let named = json!({"KeyId": key});
    match step {
        Import(material) => {
            ticket
                .import(scene, key, material, json!({}))
                .await
                .unwrap();
        }
        ImportNew(material) => {
            let more = json!({"ImportType": "NEW_KEY_MATERIAL"});
            ticket.import(scene, key, material, more).await.unwrap();
        }
        Rotate => drop(scene.ok("RotateKeyOnDemand", named).await),
        Delete => drop(scene.ok("DeleteImportedKeyMaterial", named).await),
        DeletePending => {
            let id = &materials(scene, key).await[1]["KeyMaterialId"];
            let body = json!({"KeyId": key, "KeyMaterialId": id});
            scene.ok("DeleteImportedKeyMaterial", body).await;
        }
    }
}

#[derive(Debug)]
enum Step {
    Import(&'static [u8]),
    ImportNew(&'static [u8]),
    Rotate,
    Delete,
    DeletePending,
}
use Step::{Delete, DeletePending, Import, ImportNew, Rotate};

type ImportRow = (&'static [Step], &'static [u8], &'static str, &'static str);

#[rustfmt::skip]
const IMPORTS: &[ImportRow] = &[
    // The first material, whatever the request calls it.
    (&[], A, "{}", OK),
    (&[], A, NEW, OK),
    (&[], A, EXISTING, INCORRECT),
    (&[], A, ID_OF_NONE, "ValidationException"),
    (&[], &[1; 31], "{}", INCORRECT),
    (&[], &[1; 33], "{}", INCORRECT),
    (&[], &[], "{}", INCORRECT),
    (&[], &[1; 16], "{}", INCORRECT),
    // The same bytes again, at any time; other bytes never.
    (&[Import(A)], A, "{}", OK),
    (&[Import(A)], A, EXISTING, OK),
    (&[Import(A)], A, NEW, INCORRECT),
    (&[Import(A)], B, "{}", INCORRECT),
    (&[Import(A)], B, EXISTING, INCORRECT),
    (&[Import(A)], A, ID_OF_NONE, INCORRECT),
    (&[Import(A), Delete], A, "{}", OK),
    (&[Import(A), Delete], A, EXISTING, OK),
    (&[Import(A), Delete], A, NEW, INCORRECT),
    (&[Import(A), Delete], B, "{}", INCORRECT),
    (&[Import(A), Delete], B, EXISTING, INCORRECT),
    // New bytes wait; only one at a time may.
    (&[Import(A)], B, NEW, OK),
    (&[Import(A), ImportNew(B)], C, NEW, "KMSInvalidStateException"),
    (&[Import(A), ImportNew(B)], B, NEW, OK),
    (&[Import(A), ImportNew(B)], B, EXISTING, OK),
    (&[Import(A), ImportNew(B)], C, EXISTING, INCORRECT),
    (&[Import(A), ImportNew(B), DeletePending], B, EXISTING, INCORRECT),
    (&[Import(A), ImportNew(B), DeletePending], C, NEW, OK),
    // After a rotation both belong to the key for ever.
    (&[Import(A), ImportNew(B), Rotate], A, "{}", OK),
    (&[Import(A), ImportNew(B), Rotate], B, "{}", OK),
    (&[Import(A), ImportNew(B), Rotate], A, NEW, INCORRECT),
    (&[Import(A), ImportNew(B), Rotate], C, NEW, OK),
    (&[Import(A), ImportNew(B), Rotate, Delete], B, "{}", OK),
    (&[Import(A), ImportNew(B), Rotate, Delete], A, "{}", OK),
    (&[Import(A), ImportNew(B), Rotate, Delete], C, EXISTING, INCORRECT),
    // Members that contradict each other.
    (&[], A, r#"{"ImportType":"NEW_KEY_MATERIAL","KeyMaterialId":"00"}"#, "ValidationException"),
    (&[], A, r#"{"ValidTo":1767400000}"#, "ValidationException"),
    (&[], A, r#"{"ExpirationModel":"KEY_MATERIAL_EXPIRES"}"#, "ValidationException"),
    (&[], A, r#"{"ExpirationModel":null}"#, "ValidationException"),
    (&[], A, r#"{"ExpirationModel":"KEY_MATERIAL_EXPIRES","ValidTo":1767323045}"#, "ValidationException"),
    (&[], A, r#"{"ExpirationModel":"KEY_MATERIAL_EXPIRES","ValidTo":1767323045.001}"#, OK),
    (&[], A, r#"{"ExpirationModel":"KEY_MATERIAL_EXPIRES","ValidTo":1798859045}"#, OK),
    (&[], A, r#"{"ExpirationModel":"KEY_MATERIAL_EXPIRES","ValidTo":1798859045.001}"#, "ValidationException"),
];

/// A key that can't be imported into says so before anything is said of the request's members.
#[tokio::test]
async fn the_wrong_origin_comes_first() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    for more in [
        json!({}),
        json!({"ValidTo": 0}),
        json!({"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE", "ValidTo": 1}),
        json!({"ImportType": "NEW_KEY_MATERIAL", "KeyMaterialId": "0".repeat(64)}),
    ] {
        let mut body = json!({"KeyId": key, "ImportToken": "aGk=", "EncryptedKeyMaterial": "aGk="});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let refused = refusal(scene.call("ImportKeyMaterial", body).await);
        let text = format!("{key} origin is AWS_KMS which is not valid for this operation.");
        let expected = ("UnsupportedOperationException".to_owned(), Some(text));
        assert_eq!(refused, expected, "{more}");
    }
}

/// The same bytes again with the same date, as a client's retry sends them, and with another date or none.
#[tokio::test]
async fn a_repeated_import_sets_the_expiry_anew() {
    let scene = Scene::new().await;
    let (key, ticket) = imported_key(&scene, A, expiring(HOUR)).await;
    for (more, dates) in [
        (expiring(HOUR), 1),
        (expiring(2 * HOUR), 1),
        (json!({}), 0),
        (expiring(3 * HOUR), 1),
    ] {
        let valid_to = more["ValidTo"].clone();
        ticket.import(&scene, &key, A, more).await.unwrap();
        let metadata = describe(&scene, &key).await;
        assert_eq!(metadata["ValidTo"].as_f64(), valid_to.as_f64());
        assert_eq!(scene.at_rest.paths("due").await.len(), dates);
    }
    scene.advance(2 * HOUR).await;
    assert_eq!(scene.key_state(&key).await, "Enabled");
    scene.advance(HOUR).await;
    assert_eq!(scene.key_state(&key).await, "PendingImport");
}

#[tokio::test]
async fn a_description_stays_until_another_is_given() {
    let scene = Scene::new().await;
    let (key, ticket) = imported_key(&scene, A, json!({"KeyMaterialDescription": "first"})).await;
    for (more, kept) in [
        (json!({}), "first"),
        (json!({"KeyMaterialDescription": "second"}), "second"),
        (json!({}), "second"),
    ] {
        scene
            .ok("DeleteImportedKeyMaterial", json!({"KeyId": key}))
            .await;
        assert_eq!(
            materials(&scene, &key).await[0]["ImportState"],
            "PENDING_IMPORT"
        );
        ticket.import(&scene, &key, A, more).await.unwrap();
        assert_eq!(
            materials(&scene, &key).await[0]["KeyMaterialDescription"],
            kept
        );
    }
}

#[tokio::test]
async fn a_material_has_one_id_in_a_key_and_another_in_the_next() {
    let scene = Scene::new().await;
    let (one, ticket) = imported_key(&scene, A, json!({})).await;
    let (other, _) = imported_key(&scene, A, json!({})).await;
    let id = describe(&scene, &one).await["CurrentKeyMaterialId"].clone();
    assert_ne!(describe(&scene, &other).await["CurrentKeyMaterialId"], id);
    scene
        .ok("DeleteImportedKeyMaterial", json!({"KeyId": one}))
        .await;
    // AWS: the id stays, the rest goes.
    let gone = describe(&scene, &one).await;
    assert_eq!(gone["CurrentKeyMaterialId"], id);
    assert_eq!(
        (&gone["ExpirationModel"], &gone["Enabled"]),
        (&Value::Null, &json!(false))
    );
    let again = ticket
        .import(&scene, &one, A, json!({"KeyMaterialId": id}))
        .await;
    assert_eq!(again.unwrap(), json!({"KeyId": one, "KeyMaterialId": id}));
    // Bytes of one key do not open the other's ciphertexts.
    let blob = encrypt(&scene, &one).await;
    let answer = scene
        .call("Decrypt", json!({"CiphertextBlob": blob, "KeyId": other}))
        .await;
    assert_eq!(code(&answer), "IncorrectKeyException");
}

/// Rotation by import: the pending material is used for nothing until it is made current.
#[tokio::test]
async fn a_rotation_makes_the_pending_material_current() {
    let scene = Scene::new().await;
    let (key, ticket) = imported_key(&scene, A, json!({})).await;
    let first = describe(&scene, &key).await["CurrentKeyMaterialId"].clone();
    let old_blob = encrypt(&scene, &key).await;
    let new = json!({"ImportType": "NEW_KEY_MATERIAL"});
    let second = ticket.import(&scene, &key, B, new).await.unwrap()["KeyMaterialId"].clone();
    assert_eq!(describe(&scene, &key).await["CurrentKeyMaterialId"], first);
    assert_eq!(decrypt(&scene, &encrypt(&scene, &key).await).await, first);
    scene.ok("RotateKeyOnDemand", json!({"KeyId": key})).await;
    assert_eq!(describe(&scene, &key).await["CurrentKeyMaterialId"], second);
    assert_eq!(decrypt(&scene, &encrypt(&scene, &key).await).await, second);
    assert_eq!(decrypt(&scene, &old_blob).await, first);
    let states: Vec<Value> = materials(&scene, &key).await;
    assert_eq!(states[0]["KeyMaterialState"], "NON_CURRENT");
    assert_eq!(states[1]["KeyMaterialState"], "CURRENT");
    assert_eq!(states[1]["RotationType"], "ON_DEMAND");
    let only = scene.ok("ListKeyRotations", json!({"KeyId": key})).await;
    assert_eq!(only["Rotations"].as_array().unwrap().len(), 1);
    let rotated = scene
        .events()
        .into_iter()
        .find(|event| event["eventName"] == "RotateKey");
    assert_eq!(
        rotated.unwrap()["serviceEventDetails"]["currentKeyMaterialId"],
        second
    );
}

/// The key works only while every material that belongs to it is there, even one that a call would not touch.
#[tokio::test]
async fn one_missing_material_stops_the_whole_key() {
    let scene = Scene::new().await;
    let (key, ticket) = imported_key(&scene, A, json!({})).await;
    let old_blob = encrypt(&scene, &key).await;
    take(&scene, &key, &ticket, &ImportNew(B)).await;
    take(&scene, &key, &ticket, &Rotate).await;
    let new_blob = encrypt(&scene, &key).await;
    let ids: Vec<Value> = materials(&scene, &key)
        .await
        .iter()
        .map(|m| m["KeyMaterialId"].clone())
        .collect();
    for (missing, bytes) in [(&ids[0], A), (&ids[1], B)] {
        let body = json!({"KeyId": key, "KeyMaterialId": missing});
        let deleted = scene.ok("DeleteImportedKeyMaterial", body).await;
        assert_eq!(deleted, json!({"KeyId": key, "KeyMaterialId": missing}));
        assert_eq!(scene.key_state(&key).await, "PendingImport");
        for body in [
            json!({"CiphertextBlob": old_blob}),
            json!({"CiphertextBlob": new_blob}),
        ] {
            let refused = refusal(scene.call("Decrypt", body).await);
            let text = format!("{key} is pending import.");
            assert_eq!(refused, ("KMSInvalidStateException".to_owned(), Some(text)));
        }
        ticket
            .import(&scene, &key, bytes, json!({"KeyMaterialId": missing}))
            .await
            .unwrap();
        assert_eq!(scene.key_state(&key).await, "Enabled");
        decrypt(&scene, &old_blob).await;
        decrypt(&scene, &new_blob).await;
    }
}

/// Expired material is refused from its date on, whether or not the job came by.
#[tokio::test]
async fn expiry_counts_at_once() {
    let scene = Scene::new().await;
    let (key, ticket) = imported_key(&scene, A, expiring(HOUR)).await;
    let blob = encrypt(&scene, &key).await;
    wait_seconds(i64::from(HOUR) - 1);
    decrypt(&scene, &blob).await;
    wait_seconds(1);
    for operation in ["Decrypt", "ReEncrypt"] {
        let body = json!({"CiphertextBlob": blob, "DestinationKeyId": key});
        assert_eq!(
            code(&scene.call(operation, body).await),
            "KMSInvalidStateException"
        );
    }
    assert_eq!(scene.key_state(&key).await, "PendingImport");
    assert_eq!(describe(&scene, &key).await["ExpirationModel"], Value::Null);
    assert_eq!(
        scene.at_rest.paths("material").await.len(),
        1,
        "the job has not run"
    );
    // The same bytes bring it back, and then the old date means nothing.
    ticket
        .import(&scene, &key, A, expiring(3 * HOUR))
        .await
        .unwrap();
    decrypt(&scene, &blob).await;
    scene.advance(HOUR).await;
    decrypt(&scene, &blob).await;
    scene.advance(HOUR).await;
    assert_eq!(scene.at_rest.paths("material").await, Vec::<String>::new());
    let event = scene
        .events()
        .into_iter()
        .find(|event| event["eventName"] == "DeleteExpiredKeyMaterial");
    let event = event.unwrap();
    assert_eq!(event["userIdentity"]["invokedBy"], "AWS Internal");
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/ct-deleteexpiredkeymaterial.html
    assert!(event.get("managementEvent").is_none());
}

/// Of a key with three materials, each expires at its own time.
#[tokio::test]
async fn expiry_of_current_other_and_pending_material() {
    for (expires, state, left) in [
        (0, "PendingImport", 3),
        (1, "PendingImport", 3),
        (2, "Enabled", 2),
    ] {
        let scene = Scene::new().await;
        let dates = |which| {
            if which == expires {
                expiring(HOUR)
            } else {
                json!({})
            }
        };
        let (key, ticket) = imported_key(&scene, A, dates(0)).await;
        for (which, material) in [(1, B), (2, C)] {
            let mut more = dates(which);
            more["ImportType"] = json!("NEW_KEY_MATERIAL");
            ticket.import(&scene, &key, material, more).await.unwrap();
            if which == 1 {
                take(&scene, &key, &ticket, &Rotate).await;
            }
        }
        wait_seconds(i64::from(HOUR));
        let answers = [key_state_and_rotation(&scene, &key).await, {
            scene.advance(0).await;
            key_state_and_rotation(&scene, &key).await
        }];
        assert_eq!(
            answers,
            [state.to_owned(), state.to_owned()],
            "material {expires}"
        );
        let listed = materials(&scene, &key).await;
        assert_eq!(listed.len(), left, "material {expires}");
        assert_eq!(scene.at_rest.paths("material").await.len(), 2);
        wait_seconds(-i64::from(HOUR));
    }
}

/// A pending material that has expired can't be rotated to, nor can a key that lacks material.
async fn key_state_and_rotation(scene: &Scene, key: &str) -> String {
    let answer = scene.call("RotateKeyOnDemand", json!({"KeyId": key})).await;
    assert_eq!(code(&answer), "KMSInvalidStateException");
    scene.key_state(key).await
}

#[tokio::test]
async fn a_token_is_good_for_a_day() {
    let scene = Scene::new().await;
    let (key, ticket) = imported_key(&scene, A, json!({})).await;
    for (wait, expected, days) in [
        (DAY - 1, OK, 1),
        (1, "ExpiredImportTokenException", 1),
        // Its day's key is destroyed: nobody can tell any more what it said.
        (DAY, "ExpiredImportTokenException", 0),
    ] {
        scene.advance(wait).await;
        let answer = ticket.import(&scene, &key, A, json!({})).await;
        assert_eq!(code(&answer), expected, "{answer:?}");
        assert_eq!(scene.at_rest.paths("import-day").await.len(), days);
    }
    let fresh = Ticket::of(&scene, &key).await;
    fresh.import(&scene, &key, A, json!({})).await.unwrap();
}

#[tokio::test]
async fn a_token_is_good_for_its_key_alone() {
    let scene = Scene::new().await;
    let (key, ticket) = imported_key(&scene, A, json!({})).await;
    let other = scene.new_key(json!({"Origin": "EXTERNAL"})).await;
    let foreign = Ticket::of(&scene, &other).await;
    let cross = foreign.import(&scene, &key, A, json!({})).await;
    assert_eq!(code(&cross), "InvalidImportTokenException");
    // The wrap must be under the token's own key.
    let mixed = json!({"EncryptedKeyMaterial": foreign.wrap(A)});
    assert_eq!(
        code(&ticket.import(&scene, &key, A, mixed).await),
        "InvalidCiphertextException"
    );
    for token in [
        "",
        "AA==",
        "not base64",
        &format!("AAAA{}", ticket.token),
        &ticket.token.replacen('A', "B", 1),
    ] {
        let answer = ticket
            .import(&scene, &key, A, json!({"ImportToken": token}))
            .await;
        assert!(answer.is_err(), "{token}");
    }
    // A restart forgets nothing that an import needs.
    let scene = scene.restart().await;
    ticket.import(&scene, &key, A, json!({})).await.unwrap();
    // A scheduled deletion voids it for good.
    scene.ok("ScheduleKeyDeletion", json!({"KeyId": key})).await;
    scene.ok("CancelKeyDeletion", json!({"KeyId": key})).await;
    let stale = ticket.import(&scene, &key, A, json!({})).await;
    assert_eq!(code(&stale), "InvalidImportTokenException");
}

#[tokio::test]
async fn rotations_end_at_twenty_five() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let named = json!({"KeyId": key});
    for _ in 0..25 {
        scene.ok("RotateKeyOnDemand", named.clone()).await;
    }
    let text = format!(
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: {key}"
    );
    let refused = refusal(scene.call("RotateKeyOnDemand", named).await);
    assert_eq!(refused, ("LimitExceededException".to_owned(), Some(text)));
    assert_eq!(materials(&scene, &key).await.len(), 26);
}

async fn describe(scene: &Scene, key: &str) -> Value {
    scene.ok("DescribeKey", json!({"KeyId": key})).await["KeyMetadata"].clone()
}

async fn materials(scene: &Scene, key: &str) -> Vec<Value> {
    let body = json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"});
    scene.ok("ListKeyRotations", body).await["Rotations"]
        .as_array()
        .unwrap()
        .clone()
}

async fn encrypt(scene: &Scene, key: &str) -> Value {
    let body = json!({"KeyId": key, "Plaintext": "aGk="});
    scene.ok("Encrypt", body).await["CiphertextBlob"].clone()
}

/// Gives the id of the material that opened it.
async fn decrypt(scene: &Scene, blob: &Value) -> Value {
    let opened = scene.ok("Decrypt", json!({"CiphertextBlob": blob})).await;
    assert_eq!(opened["Plaintext"], "aGk=");
    opened["KeyMaterialId"].clone()
}

const A: &[u8] = &[1; 32];
const B: &[u8] = &[2; 32];
const C: &[u8] = &[3; 32];
const OK: &str = "";
const INCORRECT: &str = "IncorrectKeyMaterialException";
const NEW: &str = r#"{"ImportType":"NEW_KEY_MATERIAL"}"#;
const EXISTING: &str = r#"{"ImportType":"EXISTING_KEY_MATERIAL"}"#;
const ID_OF_NONE: &str =
    r#"{"KeyMaterialId":"0000000000000000000000000000000000000000000000000000000000000000"}"#;
