//! Making accounts.

use std::collections::BTreeSet;

use claviger_crypto::SystemRng;
use claviger_iam::{RootCredentials, create_account};
use claviger_model::Secret;
use claviger_store::{Call, Fault};

use crate::scene::{ACCOUNT, KEY_ID, OTHER_ACCOUNT, SECRET, Scene, account, root_key};

#[test]
fn generated_credentials_have_awss_form() {
    let mut ids = BTreeSet::new();
    let (mut id_letters, mut secret_letters) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..500 {
        let made = RootCredentials::generate(&SystemRng).unwrap();
        let (id, secret) = (made.access_key_id, made.secret.expose().to_vec());
        let rest = id.strip_prefix("AKIA").unwrap();
        assert!(
            rest.len() == 16 && rest.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')),
            "{id}"
        );
        let in_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        assert!(secret.len() == 40 && secret.iter().all(in_base64));
        id_letters.extend(rest.bytes());
        secret_letters.extend(secret);
        ids.insert(id);
    }
    assert_eq!(
        (ids.len(), id_letters.len(), secret_letters.len()),
        (500, 32, 64)
    );
}

#[test]
fn chosen_credentials_must_be_usable() {
    for (id, secret, usable) in [
        ("test", "test", true),
        ("AKIAIOSFODNN7EXAMPLE", "x", true),
        ("minio_admin-1", "x", true),
        ("", "x", false),
        ("x", "", false),
        ("a/b", "x", false),
        ("a b", "x", false),
        ("ä", "x", false),
    ] {
        let chosen = RootCredentials::chosen(id, Secret::copy_of(secret.as_bytes()));
        assert_eq!(chosen.is_some(), usable, "{id:?} {secret:?}");
    }
    assert!(RootCredentials::chosen(&"a".repeat(128), Secret::copy_of(b"x")).is_some());
    assert!(RootCredentials::chosen(&"a".repeat(129), Secret::copy_of(b"x")).is_none());
}

#[tokio::test]
async fn an_account_is_made_once_and_its_making_is_logged() {
    let scene = Scene::new().await;
    let events = scene.events();
    let event = events.last().unwrap();
    assert_eq!(event["eventName"], "CreateAccount");
    assert_eq!(event["serviceEventDetails"]["accountId"], ACCOUNT);
    assert_eq!(event["serviceEventDetails"]["accessKeyId"], KEY_ID);
    for (id, root) in [
        (ACCOUNT, RootCredentials::generate(&SystemRng).unwrap()),
        // Nobody takes another account's access key id.
        (OTHER_ACCOUNT, root_key()),
    ] {
        let refused = create_account(&scene.core, &scene.iam, account(id), &root).await;
        assert_eq!(refused.unwrap_err().code(), "ValidationException", "{id}");
        assert_eq!(scene.paths("account").await, [format!("account/{ACCOUNT}")]);
    }
    assert_eq!(scene.events().len(), events.len());
    let scene = scene.restart().await;
    let found = RootCredentials::of(&scene.iam, account(ACCOUNT))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.access_key_id, KEY_ID);
    assert!(found.secret.ct_eq(SECRET.as_bytes()));
    assert!(
        RootCredentials::of(&scene.iam, account(OTHER_ACCOUNT))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

/// Neither the secret nor the id that it belongs to can be read off the store; the log has the id alone.
#[tokio::test]
async fn a_secret_is_nowhere_in_clear() {
    let scene = Scene::new().await;
    let (stored, logged) = scene.all_bytes().await;
    let holds = |text: &str| {
        stored
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(!holds(SECRET) && !holds(KEY_ID));
    assert!(!logged.contains(SECRET) && logged.contains(KEY_ID));
}

/// An account that is half there serves nobody, and is named.
#[tokio::test]
async fn half_an_account_is_refused() {
    for (table, found) in [("account", Ok(false)), ("credential", Err(()))] {
        let scene = Scene::new().await;
        let path = scene.paths(table).await.remove(0);
        scene.remove(&path).await;
        let scene = scene.restart().await;
        let of = RootCredentials::of(&scene.iam, account(ACCOUNT)).await;
        assert_eq!(
            of.map(|found| found.is_some()).map_err(drop),
            found,
            "{table}"
        );
        assert!(scene.credential(KEY_ID).await.is_none(), "{table}");
        let problems = scene.problems().await;
        assert!(
            problems.iter().any(|problem| problem.contains(&path)),
            "{problems:?}"
        );
    }
}

#[tokio::test]
async fn a_failing_store_leaves_a_whole_account_or_none() {
    for (fault, made) in [
        (Fault::FailBefore, false),
        (Fault::FailAfter, true),
        (Fault::Conflict, false),
    ] {
        let scene = Scene::new().await;
        let root = RootCredentials::generate(&SystemRng).unwrap();
        scene.faulty.inject(Call::Commit, 1, fault.clone());
        let answer = create_account(&scene.core, &scene.iam, account(OTHER_ACCOUNT), &root).await;
        assert_eq!(answer.is_ok(), made, "{fault:?}");
        let scene = scene.restart().await;
        let found = RootCredentials::of(&scene.iam, account(OTHER_ACCOUNT))
            .await
            .unwrap();
        assert_eq!(found.is_some(), made, "{fault:?}");
        assert_eq!(
            scene.credential(&root.access_key_id).await.is_some(),
            made,
            "{fault:?}"
        );
        assert_eq!(scene.problems().await, Vec::<String>::new(), "{fault:?}");
    }
}
