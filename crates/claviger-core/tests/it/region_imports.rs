//! Multi-Region keys whose material is imported: the same bytes in each Region, and each Region on its own.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-import.html>

use claviger_core::jobs;
use claviger_model::Region;
use serde_json::{Value, json};

use crate::{
    ceremony::{Ticket, expiring},
    regions::EU,
    scene::{HOUR, REGION, Scene, code, key_id, wait_seconds},
};

#[tokio::test]
async fn a_replica_takes_the_bytes_of_its_primary_and_no_others() {
    let stage = Stage::set().await;
    let Stage {
        scene,
        key,
        here,
        there,
    } = &stage;
    assert_eq!(stage.state(EU).await, "PendingImport");
    let use_it = json!({"KeyId": key_id(key), "Plaintext": "aGk="});
    let blob = scene.ok("Encrypt", use_it.clone()).await["CiphertextBlob"].clone();
    let open = json!({"CiphertextBlob": blob});
    let answer = scene.call_in(EU, "Decrypt", open.clone()).await;
    assert_eq!(code(&answer), "KMSInvalidStateException");
    // A token is good in its own Region.
    let body = json!({
        "KeyId": key_id(key), "ImportToken": here.token, "EncryptedKeyMaterial": here.wrap(&[1; 32]),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    let answer = scene.call_in(EU, "ImportKeyMaterial", body).await;
    assert_eq!(code(&answer), "InvalidImportTokenException");
    for (material, more, expected) in [
        ([2; 32], json!({}), "IncorrectKeyMaterialException"),
        ([2; 32], new(), "UnsupportedOperationException"),
        ([1; 32], new(), "UnsupportedOperationException"),
        (
            [1; 32],
            json!({"KeyMaterialDescription": "d"}),
            "UnsupportedOperationException",
        ),
        ([1; 32], json!({}), ""),
    ] {
        let answer = there.import(scene, key_id(key), &material, more).await;
        assert_eq!(code(&answer), expected, "{answer:?}");
    }
    assert_eq!(stage.state(EU).await, "Enabled");
    let opened = scene.ok_in(EU, "Decrypt", open).await;
    assert_eq!(opened["Plaintext"], "aGk=");
    assert_eq!(stage.rotations(EU).await, stage.rotations(REGION).await);
    assert_eq!(
        stage.scene.stop().await.problems().await,
        Vec::<String>::new()
    );
}

/// As many Regions as there are: in each go the bytes, their date, and the place in the list.
#[tokio::test]
async fn pending_material_goes_from_every_region_at_once() {
    let scene = Scene::new().await;
    let body = json!({"Origin": "EXTERNAL", "MultiRegion": true});
    let key = scene.new_key(body).await;
    let here = Ticket::of(&scene, &key).await;
    here.import(&scene, &key, &[1; 32], json!({}))
        .await
        .unwrap();
    let elsewhere = || Region::aws_partition_names().iter().copied();
    let elsewhere = || elsewhere().filter(|region| *region != REGION);
    for region in elsewhere() {
        let body = json!({"KeyId": key, "ReplicaRegion": region});
        scene.ok("ReplicateKey", body).await;
    }
    for by_date in [false, true] {
        let mut more = expiring(HOUR);
        more["ImportType"] = json!("NEW_KEY_MATERIAL");
        let imported = here.import(&scene, &key, &[2; 32], more).await.unwrap();
        for region in elsewhere() {
            let there = Ticket::of_region(&scene, region, key_id(&key)).await;
            let imported = there.import(&scene, key_id(&key), &[2; 32], expiring(2 * HOUR));
            imported.await.unwrap();
        }
        if by_date {
            scene.advance(HOUR).await;
        } else {
            let body = json!({"KeyId": key, "KeyMaterialId": imported["KeyMaterialId"]});
            scene.ok("DeleteImportedKeyMaterial", body).await;
        }
        assert_eq!(scene.at_rest.paths("material").await.len(), 1);
        assert_eq!(scene.at_rest.paths("due").await, Vec::<String>::new());
    }
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn new_material_waits_until_every_region_has_it() {
    let stage = Stage::complete().await;
    let Stage {
        scene,
        key,
        here,
        there,
    } = &stage;
    let more = json!({"ImportType": "NEW_KEY_MATERIAL", "KeyMaterialDescription": "two"});
    let id = here.import(scene, key, &[2; 32], more).await.unwrap()["KeyMaterialId"].clone();
    for (region, import_state) in [(REGION, "IMPORTED"), (EU, "PENDING_IMPORT")] {
        let listed = &stage.rotations(region).await[1];
        assert_eq!(listed["KeyMaterialId"], id);
        assert_eq!(listed["KeyMaterialDescription"], "two");
        assert_eq!(listed["ImportState"], import_state);
        assert_eq!(
            listed["KeyMaterialState"],
            "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
        );
        assert_eq!(stage.state(region).await, "Enabled");
    }
    let rotate = json!({"KeyId": key});
    let answer = scene.call("RotateKeyOnDemand", rotate.clone()).await;
    assert_eq!(code(&answer), "KMSInvalidStateException");
    there
        .import(scene, key_id(key), &[2; 32], json!({}))
        .await
        .unwrap();
    for region in [REGION, EU] {
        assert_eq!(
            stage.rotations(region).await[1]["KeyMaterialState"],
            "PENDING_ROTATION"
        );
    }
    let answer = scene
        .call_in(EU, "RotateKeyOnDemand", json!({"KeyId": key_id(key)}))
        .await;
    assert_eq!(code(&answer), "UnsupportedOperationException");
    scene.ok("RotateKeyOnDemand", rotate).await;
    for region in [REGION, EU] {
        let listed = stage.rotations(region).await;
        assert_eq!(listed[0]["KeyMaterialState"], "NON_CURRENT");
        assert_eq!(listed[1]["KeyMaterialState"], "CURRENT");
        assert_eq!(stage.state(region).await, "Enabled");
    }
    // Both Regions encrypt under it.
    let use_it = json!({"KeyId": key_id(key), "Plaintext": "aGk="});
    let blob = scene.ok_in(EU, "Encrypt", use_it).await["CiphertextBlob"].clone();
    let opened = scene.ok("Decrypt", json!({"CiphertextBlob": blob})).await;
    assert_eq!(opened["KeyMaterialId"], id);
    let events = scene.events();
    let told = |event: &&Value| event["eventName"] == "SynchronizeMultiRegionKey";
    let told: Vec<&Value> = events.iter().filter(told).collect();
    // The replica, the import of what waits for rotation, and the rotation.
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0]["eventType"], "AwsApiCall");
    assert_eq!(told[0]["responseElements"]["keyId"], json!(key));
}

#[tokio::test]
async fn each_region_loses_material_on_its_own() {
    let stage = Stage::complete().await;
    let Stage {
        scene, key, there, ..
    } = &stage;
    scene
        .ok_in(
            EU,
            "DeleteImportedKeyMaterial",
            json!({"KeyId": key_id(key)}),
        )
        .await;
    assert_eq!(stage.state(EU).await, "PendingImport");
    assert_eq!(stage.state(REGION).await, "Enabled");
    there
        .import(scene, key_id(key), &[1; 32], expiring(HOUR))
        .await
        .unwrap();
    assert_eq!(stage.state(EU).await, "Enabled");
    wait_seconds(i64::from(2 * HOUR));
    assert_eq!(stage.state(EU).await, "PendingImport");
    jobs::run_due(&scene.core).await.unwrap();
    assert_eq!(stage.state(REGION).await, "Enabled");
    assert_eq!(scene.at_rest.paths("material").await.len(), 1);
    scene
        .ok("DeleteImportedKeyMaterial", json!({"KeyId": key}))
        .await;
    assert_eq!(stage.state(REGION).await, "PendingImport");
    wait_seconds(-i64::from(2 * HOUR));
    assert_eq!(
        stage.scene.stop().await.problems().await,
        Vec::<String>::new()
    );
}

/// What waits for rotation is the primary's to withdraw.
#[tokio::test]
async fn pending_material_leaves_all_regions_with_the_primary() {
    let stage = Stage::complete().await;
    let Stage {
        scene,
        key,
        here,
        there,
    } = &stage;
    let imported = here.import(scene, key, &[2; 32], new()).await.unwrap();
    let pending = |key: &str| json!({"KeyId": key, "KeyMaterialId": imported["KeyMaterialId"]});
    there
        .import(scene, key_id(key), &[2; 32], json!({}))
        .await
        .unwrap();
    assert_eq!(scene.at_rest.paths("material").await.len(), 4);
    scene
        .ok_in(EU, "DeleteImportedKeyMaterial", pending(key_id(key)))
        .await;
    assert_eq!(
        stage.rotations(REGION).await[1]["KeyMaterialState"],
        "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    );
    there
        .import(scene, key_id(key), &[2; 32], json!({}))
        .await
        .unwrap();
    scene.ok("DeleteImportedKeyMaterial", pending(key)).await;
    assert_eq!(scene.at_rest.paths("material").await.len(), 2);
    for region in [REGION, EU] {
        assert_eq!(stage.rotations(region).await.as_array().unwrap().len(), 1);
        assert_eq!(stage.state(region).await, "Enabled");
    }
    here.import(scene, key, &[3; 32], new()).await.unwrap();
    assert_eq!(
        stage.scene.stop().await.problems().await,
        Vec::<String>::new()
    );
}

/// An imported key with a replica.
struct Stage {
    scene: Scene,
    key: String,
    here: Ticket,
    there: Ticket,
}

impl Stage {
    async fn set() -> Self {
        let scene = Scene::new().await;
        let key = scene
            .new_key(json!({"Origin": "EXTERNAL", "MultiRegion": true}))
            .await;
        let here = Ticket::of(&scene, &key).await;
        here.import(&scene, &key, &[1; 32], json!({}))
            .await
            .unwrap();
        scene
            .ok("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": EU}))
            .await;
        let there = Ticket::of_region(&scene, EU, key_id(&key)).await;
        Self {
            scene,
            key,
            here,
            there,
        }
    }

    /// The same with the material in both Regions.
    async fn complete() -> Self {
        let stage = Self::set().await;
        let there = &stage.there;
        there
            .import(&stage.scene, key_id(&stage.key), &[1; 32], json!({}))
            .await
            .unwrap();
        stage
    }

    async fn state(&self, region: &str) -> Value {
        let body = json!({"KeyId": key_id(&self.key)});
        let described = self.scene.ok_in(region, "DescribeKey", body).await;
        described["KeyMetadata"]["KeyState"].clone()
    }

    async fn rotations(&self, region: &str) -> Value {
        let body = json!({"KeyId": key_id(&self.key), "IncludeKeyMaterial": "ALL_KEY_MATERIAL"});
        self.scene.ok_in(region, "ListKeyRotations", body).await["Rotations"].clone()
    }
}

fn new() -> Value {
    json!({"ImportType": "NEW_KEY_MATERIAL"})
}
