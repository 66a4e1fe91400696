//! The AWS SDK for Rust against the server, configured by nothing but an endpoint, a Region and an access key.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail loudly"
)]

use aws_config::{BehaviorVersion, Region};
use aws_sdk_kms::config::Credentials;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, KeyState};
use claviger_e2e::{Ground, Server};

#[tokio::test]
async fn what_is_encrypted_is_decrypted_in_its_context_only() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let kms = client(&server).await;
    let key_id = create_key(&kms).await;
    kms.create_alias()
        .alias_name("alias/sdk")
        .target_key_id(&key_id)
        .send()
        .await
        .expect("CreateAlias");

    let secret = Blob::new("a secret");
    let encrypt = kms.encrypt().key_id("alias/sdk").plaintext(secret.clone());
    let sealed = encrypt
        .encryption_context("purpose", "test")
        .send()
        .await
        .expect("Encrypt");
    let blob = sealed.ciphertext_blob().expect("a blob");

    let decrypt = kms.decrypt().ciphertext_blob(blob.clone());
    let opened = decrypt
        .encryption_context("purpose", "test")
        .send()
        .await
        .expect("Decrypt");
    assert_eq!(opened.plaintext(), Some(&secret));
    assert!(opened.key_id().expect("a key").ends_with(&key_id));

    let refused = kms
        .decrypt()
        .ciphertext_blob(blob.clone())
        .send()
        .await
        .expect_err("no context");
    assert!(
        refused
            .into_service_error()
            .is_invalid_ciphertext_exception()
    );
    server.stop();
}

#[tokio::test]
async fn a_data_key_is_opened_again() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let kms = client(&server).await;
    let key_id = create_key(&kms).await;
    let generate = kms
        .generate_data_key()
        .key_id(&key_id)
        .key_spec(DataKeySpec::Aes256);
    let data_key = generate.send().await.expect("GenerateDataKey");
    let blob = data_key.ciphertext_blob().expect("a blob").clone();
    let opened = kms
        .decrypt()
        .ciphertext_blob(blob)
        .send()
        .await
        .expect("Decrypt");
    assert_eq!(opened.plaintext(), data_key.plaintext());
    server.stop();
}

#[tokio::test]
async fn a_disabled_key_says_so() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let kms = client(&server).await;
    let key_id = create_key(&kms).await;
    kms.disable_key()
        .key_id(&key_id)
        .send()
        .await
        .expect("DisableKey");
    let described = kms
        .describe_key()
        .key_id(&key_id)
        .send()
        .await
        .expect("DescribeKey");
    let state = described
        .key_metadata()
        .and_then(|metadata| metadata.key_state());
    assert_eq!(state, Some(&KeyState::Disabled));
    let encrypt = kms.encrypt().key_id(&key_id).plaintext(Blob::new("x"));
    let refused = encrypt.send().await.expect_err("a disabled key");
    assert_eq!(refused.code(), Some("DisabledException"));
    server.stop();
}

#[tokio::test]
async fn every_page_of_a_listing_comes_through_the_paginator() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let kms = client(&server).await;
    for _ in 0..7 {
        kms.create_key().send().await.expect("CreateKey");
    }
    let keys: Vec<_> = kms
        .list_keys()
        .limit(3)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .expect("ListKeys");
    assert_eq!(keys.len(), 7);
    server.stop();
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let right = server.credentials();
    let wrong = Credentials::new(&right.access_key_id, "not-the-secret", None, None, "test");
    let config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&right.endpoint)
        .region(Region::new(right.region.clone()))
        .credentials_provider(wrong)
        .build();
    let refused = aws_sdk_kms::Client::from_conf(config)
        .list_keys()
        .send()
        .await
        .expect_err("a wrong secret");
    assert_eq!(refused.code(), Some("InvalidSignatureException"));
    server.stop();
}

async fn create_key(kms: &aws_sdk_kms::Client) -> String {
    let created = kms.create_key().send().await.expect("CreateKey");
    created
        .key_metadata()
        .expect("metadata")
        .key_id()
        .to_owned()
}

async fn client(server: &Server) -> aws_sdk_kms::Client {
    let credentials = server.credentials();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(&credentials.endpoint)
        .region(Region::new(credentials.region.clone()))
        .credentials_provider(Credentials::new(
            &credentials.access_key_id,
            &credentials.secret_access_key,
            None,
            None,
            "test",
        ))
        .load()
        .await;
    aws_sdk_kms::Client::new(&config)
}
