//! What the service does on its own: the end of keys, of import days and of dates that no longer mean anything.

use claviger_core::jobs;
use claviger_store::{Call, Fault};
use serde_json::{Value, json};

use crate::{
    ceremony::{Ticket, expiring, imported_key},
    scene::{DAY, HOUR, Scene, code, wait_seconds},
};

#[tokio::test]
async fn a_deleted_key_leaves_a_tombstone_and_no_more() {
    let scene = Scene::new().await;
    let (key, ticket) = imported_key(&scene, &[1; 32], expiring(20 * DAY)).await;
    let more = json!({"ImportType": "NEW_KEY_MATERIAL"});
    ticket.import(&scene, &key, &[2; 32], more).await.unwrap();
    for name in ["alias/a", "alias/b"] {
        let body = json!({"AliasName": name, "TargetKeyId": key});
        scene.ok("CreateAlias", body).await;
    }
    let body = json!({"KeyId": "alias/a", "Plaintext": "aGk="});
    let blob = scene.ok("Encrypt", body).await["CiphertextBlob"].clone();
    schedule(&scene, &key).await;
    scene.advance(7 * DAY - 1).await;
    assert_eq!(scene.key_state(&key).await, "PendingDeletion");
    scene.advance(1).await;
    let tables: Vec<String> = table_names(&scene).await;
    assert_eq!(
        tables,
        ["clock", "tombstone"],
        "and the import day's key is past"
    );
    let events = scene.events();
    let event = events
        .iter()
        .find(|event| event["eventName"] == "DeleteKey")
        .unwrap();
    assert_eq!(event["eventType"], "AwsServiceEvent");
    assert_eq!(event["managementEvent"], json!(true));
    assert_eq!(event["responseElements"]["keyId"], json!(key));
    assert_eq!(event["resources"][0]["ARN"], json!(key));
    for (operation, body, expected) in [
        ("DescribeKey", json!({"KeyId": key}), "NotFoundException"),
        (
            "DescribeKey",
            json!({"KeyId": "alias/a"}),
            "NotFoundException",
        ),
        (
            "CancelKeyDeletion",
            json!({"KeyId": key}),
            "NotFoundException",
        ),
        (
            "Decrypt",
            json!({"CiphertextBlob": blob}),
            "AccessDeniedException",
        ),
    ] {
        assert_eq!(
            code(&scene.call(operation, body).await),
            expected,
            "{operation}"
        );
    }
    assert_eq!(scene.ok("ListKeys", json!({})).await["Keys"], json!([]));
    // The names are free.
    let next = scene.new_key(json!({})).await;
    scene
        .ok(
            "CreateAlias",
            json!({"AliasName": "alias/a", "TargetKeyId": next}),
        )
        .await;
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_cancelled_deletion_leaves_nothing_due() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    schedule(&scene, &key).await;
    assert_eq!(scene.at_rest.paths("due").await.len(), 1);
    scene.ok("CancelKeyDeletion", json!({"KeyId": key})).await;
    assert_eq!(scene.at_rest.paths("due").await.len(), 0);
    scene.advance(40 * DAY).await;
    assert_eq!(scene.key_state(&key).await, "Disabled");
}

/// A date of the past that the key does not know any more is dropped, and the key stays.
#[tokio::test]
async fn a_stale_date_does_no_harm() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    schedule(&scene, &key).await;
    let path = scene.at_rest.paths("due").await.remove(0);
    let due = scene.at_rest.dump().await[&path].clone();
    scene.ok("CancelKeyDeletion", json!({"KeyId": key})).await;
    scene.at_rest.put(&path, &due).await;
    scene.advance(8 * DAY).await;
    assert_eq!(scene.key_state(&key).await, "Disabled");
    assert_eq!(scene.at_rest.paths("due").await.len(), 0);
}

#[tokio::test]
async fn the_keys_of_past_import_days_are_destroyed() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"Origin": "EXTERNAL"})).await;
    for day in 0..4 {
        let _ticket = Ticket::of(&scene, &key).await;
        let _second_of_the_day = Ticket::of(&scene, &key).await;
        let kept = scene.at_rest.paths("import-day").await.len();
        assert_eq!(kept, if day == 0 { 1 } else { 2 }, "day {day}");
        scene.advance(DAY).await;
    }
    let destroyed = scene
        .events()
        .into_iter()
        .filter(|event| event["eventName"] == "DestroyImportDayKey");
    assert_eq!(destroyed.count(), 3);
}

/// Whatever call of the store fails, the next round does what is left, once.
#[tokio::test]
async fn jobs_survive_faults_in_their_middle() {
    let scene = Scene::new().await;
    let (key, _) = imported_key(&scene, &[1; 32], expiring(HOUR)).await;
    let doomed = scene.new_key(json!({})).await;
    schedule(&scene, &doomed).await;
    let at_rest = scene.stop().await;
    for fault in [Fault::FailBefore, Fault::FailAfter, Fault::Conflict] {
        for nth in 1.. {
            let scene = at_rest.fork().await.start().await;
            wait_seconds(i64::from(8 * DAY));
            scene.at_rest.faulty.inject(Call::Any, nth, fault.clone());
            let first = jobs::run_due(&scene.core).await;
            if scene.at_rest.faulty.faults_left() > 0 {
                first.unwrap();
                wait_seconds(-i64::from(8 * DAY));
                break;
            }
            for _ in 0..2 {
                jobs::run_due(&scene.core).await.unwrap();
            }
            let shown = format!("{fault:?} at call {nth}, {first:?}");
            assert_eq!(scene.key_state(&key).await, "PendingImport", "{shown}");
            let gone = scene.call("DescribeKey", json!({"KeyId": doomed})).await;
            assert_eq!(code(&gone), "NotFoundException", "{shown}");
            assert_eq!(scene.at_rest.paths("due").await.len(), 0, "{shown}");
            let at_rest = scene.restart().await.stop().await;
            wait_seconds(-i64::from(8 * DAY));
            for name in [
                "DeleteKey",
                "DeleteExpiredKeyMaterial",
                "DestroyImportDayKey",
            ] {
                assert_eq!(count(&at_rest.events(), name), 1, "{shown}: {name}");
            }
            assert_eq!(at_rest.problems().await, Vec::<String>::new(), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_clock_that_was_moved_stays_moved() {
    let scene = Scene::new().await;
    let (key, _) = imported_key(&scene, &[1; 32], expiring(2 * HOUR)).await;
    scene.advance(HOUR).await;
    let scene = scene.restart().await;
    assert_eq!(scene.key_state(&key).await, "Enabled");
    scene.advance(HOUR).await;
    let scene = scene.crash().await;
    assert_eq!(scene.key_state(&key).await, "PendingImport");
}

async fn schedule(scene: &Scene, key: &str) {
    let body = json!({"KeyId": key, "PendingWindowInDays": 7});
    scene.ok("ScheduleKeyDeletion", body).await;
}

/// The tables that hold anything but events on their way to the log.
async fn table_names(scene: &Scene) -> Vec<String> {
    let paths = scene.at_rest.dump().await.into_keys();
    let mut tables: Vec<String> = paths
        .map(|path| path.split('/').next().unwrap().to_owned())
        .collect();
    tables.dedup();
    tables.retain(|table| table != "outbox");
    tables
}

fn count(events: &[Value], name: &str) -> usize {
    events
        .iter()
        .filter(|event| event["eventName"] == name)
        .count()
}
