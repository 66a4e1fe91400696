//! From an access key id to who calls.

use std::sync::Arc;

use claviger_core::Principals;
use claviger_crypto::SystemRng;
use claviger_iam::{Authentication, RootCredentials, create_account};
use claviger_policy::{PrincipalKind, PrincipalRef};
use claviger_store::{Call, Fault};
use tokio::sync::Barrier;

use crate::scene::{ACCOUNT, KEY_ID, OTHER_ACCOUNT, SECRET, Scene, account};

#[tokio::test]
async fn a_credential_is_read_once() {
    let scene = Scene::new().await.restart().await;
    assert!(scene.iam.cached(KEY_ID).is_none());
    let found = scene.credential(KEY_ID).await.unwrap();
    assert!(found.secret.ct_eq(SECRET.as_bytes()));
    assert_eq!(found.caller.account, account(ACCOUNT));
    assert_eq!(found.caller.principal.kind, PrincipalKind::Root);
    assert_eq!(
        found.caller.principal.arn,
        format!("arn:aws:iam::{ACCOUNT}:root")
    );
    assert_eq!(found.caller.access_key_id, KEY_ID);
    assert!(found.caller.verified);
    assert!(Arc::ptr_eq(&scene.iam.cached(KEY_ID).unwrap(), &found));
}

#[tokio::test]
async fn what_nobody_has_is_not_found() {
    let scene = Scene::new().await;
    let lower_case = KEY_ID.to_lowercase();
    for id in [
        "",
        "AKIAIOSFODNN7EXAMPLF",
        &lower_case,
        " AKIAIOSFODNN7EXAMPLE",
        ACCOUNT,
        "../credential",
        "a\0b",
    ] {
        assert!(scene.credential(id).await.is_none(), "{id:?}");
        assert!(scene.iam.cached(id).is_none(), "{id:?}");
    }
}

/// Who was looked for just before the account was made is found right after.
#[tokio::test]
async fn a_slow_reader_does_not_hide_a_new_credential() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        let scene = Scene::new().await;
        let root = RootCredentials::generate(&SystemRng).unwrap();
        let barrier = Arc::new(Barrier::new(2));
        scene.faulty.inject(Call::Get, 1, how(Arc::clone(&barrier)));
        let slow = scene.credential(&root.access_key_id);
        let made = async {
            barrier.wait().await;
            create_account(&scene.core, &scene.iam, account(OTHER_ACCOUNT), &root)
                .await
                .unwrap();
            barrier.wait().await;
        };
        let (_, ()) = tokio::join!(slow, made);
        let found = scene.credential(&root.access_key_id).await.unwrap();
        assert_eq!(found.caller.account, account(OTHER_ACCOUNT));
    }
}

#[tokio::test]
async fn a_store_that_fails_is_no_unknown_key() {
    let scene = Scene::new().await.restart().await;
    scene.faulty.inject(Call::Get, 1, Fault::FailBefore);
    assert!(scene.iam.credential(KEY_ID).await.is_err());
    assert!(scene.credential(KEY_ID).await.is_some());
}

#[tokio::test]
async fn any_credentials_are_mapped_to_account_roots() {
    let default_account = account(ACCOUNT);
    let any = Authentication::AnyCredentials { default_account };
    let scene = Scene::new().await.restart_with(any).await;
    for (id, expected) in [
        ("test", ACCOUNT),
        (KEY_ID, ACCOUNT),
        ("", ACCOUNT),
        (OTHER_ACCOUNT, OTHER_ACCOUNT),
        ("000000000000", "000000000000"),
        ("44445555666", ACCOUNT),
        ("4444555566667", ACCOUNT),
    ] {
        let found = scene.credential(id).await.unwrap();
        assert_eq!(found.caller.account, account(expected), "{id}");
        assert_eq!(found.caller.principal.kind, PrincipalKind::Root);
        assert!(!found.caller.verified);
        // The stored secret of the root is not given out with an unproven name.
        assert!(found.secret.is_empty());
    }
}

#[tokio::test]
async fn who_a_policy_may_name() {
    let scene = Scene::new().await;
    for (principal, exists) in [
        (PrincipalRef::AnyOne, true),
        (PrincipalRef::Account(account(ACCOUNT)), true),
        (PrincipalRef::Account(account(OTHER_ACCOUNT)), false),
    ] {
        assert_eq!(
            scene.iam.resolve(&principal).await.unwrap().is_some(),
            exists,
            "{principal:?}"
        );
    }
}
