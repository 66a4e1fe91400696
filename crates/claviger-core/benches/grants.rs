//! What a call costs that only a grant allows: on a key with 10 grants and on one with 10,000, which must cost the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    dead_code,
    unused_imports,
    missing_docs,
    reason = "a benchmark may fail loudly, and uses a part of the tests' scene"
)]

#[path = "../tests/it/people.rs"]
mod people;
#[path = "../tests/it/scene.rs"]
mod scene;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    people::arn,
    scene::{ACCOUNT, Scene},
};

fn grants(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    for count in [10, 10_000] {
        let scene = runtime.block_on(Scene::new());
        let grantee = scene.at_rest.people.hire(ACCOUNT, "user/grantee");
        let key = runtime.block_on(key_with_grants(&scene, count));
        let body = json!({"KeyId": key, "KeySpec": "AES_256"}).to_string();
        criterion.bench_function(
            &format!("GenerateDataKey by one grant of {count}"),
            |bench| {
                bench.to_async(&runtime).iter(async || {
                    let answer = scene.send(&grantee, "GenerateDataKey", body.clone()).await;
                    answer.unwrap()
                });
            },
        );
    }
}

async fn key_with_grants(scene: &Scene, count: usize) -> String {
    let key = scene.new_key(json!({})).await;
    for number in 1..count {
        scene
            .at_rest
            .people
            .hire(ACCOUNT, &format!("user/u{number}"));
        grant(scene, &key, &format!("user/u{number}")).await;
    }
    grant(scene, &key, "user/grantee").await;
    key
}

async fn grant(scene: &Scene, key: &str, grantee: &str) -> Value {
    let grant =
        json!({"KeyId": key, "GranteePrincipal": arn(grantee), "Operations": ["GenerateDataKey"]});
    scene.ok("CreateGrant", grant).await
}

criterion_group!(benches, grants);
criterion_main!(benches);
