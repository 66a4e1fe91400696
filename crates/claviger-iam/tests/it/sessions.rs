//! Session tokens: whose they are, how long, and what ends them before.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_core::jobs;
use claviger_iam::{Credential, Presented, RoleRecord, by_name, revoke_sessions};
use claviger_model::Timestamp;
use claviger_policy::PrincipalKind;
use claviger_store::{Call, Fault};
use serde_json::json;
use tokio::sync::Barrier;

use crate::{
    client::{allow, text},
    scene::{ACCOUNT, KEY_ID, Scene, account},
    sts_client::Session,
};

#[tokio::test]
async fn a_session_is_its_role_under_a_name() {
    let (scene, _, session) = scene().await;
    assert!(session.id.starts_with("ASIA") && session.id.len() == 20);
    assert!(session.token.len() <= 4096);
    let known = scene.present(&session).await.unwrap();
    assert!(known.secret.ct_eq(session.secret.as_bytes()));
    let principal = &known.caller.principal;
    let role_id = role(&scene).await.id;
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/worker/build");
    assert_eq!(principal.arn, arn);
    assert_eq!(principal.unique_id, format!("{role_id}:build"));
    assert_eq!(
        principal.kind,
        PrincipalKind::Session {
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/worker"),
            role_id
        }
    );
    let identity = scene
        .sts_as(&known, "GetCallerIdentity", &[])
        .await
        .unwrap();
    assert_eq!(text(&identity, "Arn"), arn);
    assert_eq!(scene.session_may_list(&session).await, Ok(()));
    let event = scene.events().pop().unwrap();
    let who = &event["userIdentity"];
    assert_eq!(who["type"], "AssumedRole");
    assert_eq!(who["accessKeyId"], session.id.as_str());
    assert_eq!(who["sessionContext"]["sessionIssuer"]["userName"], "worker");
}

/// Any process of this cluster verifies a token; the store never sees one, and the log neither token nor secret.
#[tokio::test]
async fn a_session_is_stored_nowhere() {
    let (scene, _, session) = scene().await;
    let scene = scene.restart().await;
    assert_eq!(scene.session_may_list(&session).await, Ok(()));
    let (stored, logged) = scene.all_bytes().await;
    let sealed = STANDARD.decode(&session.token).unwrap();
    for text in [
        session.token.as_bytes(),
        session.secret.as_bytes(),
        session.id.as_bytes(),
        &sealed[5..37],
    ] {
        assert!(!stored.windows(text.len()).any(|window| window == text));
    }
    assert!(logged.contains(&session.id));
    assert!(!logged.contains(&session.secret) && !logged.contains(&session.token));
}

#[tokio::test]
async fn a_session_ends_at_its_second() {
    let (scene, _, session) = scene().await;
    let end = scene.core.clock.now().epoch_ms() + 3_600_000;
    for opened_before in [false, true] {
        if opened_before {
            assert!(scene.present(&session).await.is_some());
        }
        let at = |ms| Timestamp::from_epoch_ms(end + ms);
        let token = Some(session.token.as_str());
        let last = scene.present_at(&session.id, token, at(-1)).await;
        assert!(matches!(last, Presented::Known(_)));
        for over in [0, 1, 1_000_000_000] {
            let presented = scene.present_at(&session.id, token, at(over)).await;
            assert!(matches!(presented, Presented::Expired), "{over}");
        }
    }
    jobs::advance_clock(&scene.core, 3_600).await.unwrap();
    assert!(scene.present(&session).await.is_none());
}

#[tokio::test]
async fn a_token_goes_with_its_own_key_only() {
    let (scene, alice, session) = scene().await;
    let other = scene.assume(&alice, ROLE, &[]).await.unwrap();
    let now = scene.core.clock.now();
    assert!(scene.present(&session).await.is_some());
    for (id, token) in [
        (session.id.as_str(), None),
        (&session.id, Some("")),
        (&session.id, Some(other.token.as_str())),
        (&other.id, Some(session.token.as_str())),
        (KEY_ID, Some(session.token.as_str())),
        (KEY_ID, Some("")),
        ("", Some(session.token.as_str())),
    ] {
        let presented = scene.present_at(id, token, now).await;
        assert!(matches!(presented, Presented::Unknown), "{id} {token:?}");
    }
}

#[tokio::test]
async fn every_changed_bit_is_refused_and_takes_no_room() {
    let (scene, _, session) = scene().await;
    let now = scene.core.clock.now();
    assert!(scene.present(&session).await.is_some());
    let sealed = STANDARD.decode(&session.token).unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        refused(&scene, &session.id, &STANDARD.encode(flipped), now).await;
    }
    let long = session.token.repeat(20);
    for text in [
        "AAAA",
        "no base64!",
        session.token.split_at(1).1,
        &format!("{}=", session.token),
        &format!(" {}", session.token),
        &session.token.replace('=', "").to_lowercase(),
        &long,
    ] {
        refused(&scene, &session.id, text, now).await;
    }
    let (elsewhere, _, of_another_cluster) = self::scene().await;
    assert!(elsewhere.present(&of_another_cluster).await.is_some());
    refused(
        &scene,
        &of_another_cluster.id,
        &of_another_cluster.token,
        now,
    )
    .await;
}

async fn refused(scene: &Scene, id: &str, token: &str, now: Timestamp) {
    let presented = scene.present_at(id, Some(token), now).await;
    assert!(matches!(presented, Presented::Unknown), "{token}");
    assert!(scene.iam.cached_presented(id, Some(token), now).is_none());
}

#[tokio::test]
async fn what_the_role_loses_its_sessions_lose() {
    let (scene, _, session) = scene().await;
    assert_eq!(scene.session_may_list(&session).await, Ok(()));
    let own = [("RoleName", "worker"), ("PolicyName", "own")];
    scene.ok("DeleteRolePolicy", &own).await;
    let denied = scene.session_may_list(&session).await.unwrap_err();
    assert!(denied.contains("no identity-based policy"), "{denied}");
    scene
        .put_role_policy("worker", &allow(json!("kms:ListKeys")))
        .await;
    assert_eq!(scene.session_may_list(&session).await, Ok(()));
}

/// Whoever read the records before a change does not bring the old rights back after it.
#[tokio::test]
async fn a_slow_composition_is_void_after_a_change() {
    for how in [Fault::MeetBefore, Fault::MeetAfter] {
        let (scene, _, session) = scene().await;
        let barrier = Arc::new(Barrier::new(2));
        scene.faulty.inject(Call::Get, 1, how(Arc::clone(&barrier)));
        let slow = scene.present(&session);
        let change = async {
            barrier.wait().await;
            let own = [("RoleName", "worker"), ("PolicyName", "own")];
            scene.ok("DeleteRolePolicy", &own).await;
            barrier.wait().await;
        };
        let (composed, ()) = tokio::join!(slow, change);
        assert!(composed.is_some());
        let denied = scene.session_may_list(&session).await.unwrap_err();
        assert!(denied.contains("no identity-based policy"), "{denied}");
    }
}

#[tokio::test]
async fn a_deleted_role_takes_its_sessions_along() {
    let (scene, _, session) = scene().await;
    assert!(scene.present(&session).await.is_some());
    let own = [("RoleName", "worker"), ("PolicyName", "own")];
    scene.ok("DeleteRolePolicy", &own).await;
    scene.ok("DeleteRole", &[("RoleName", "worker")]).await;
    assert!(scene.present(&session).await.is_none());
    // A namesake is another role.
    scene.role_for("worker", json!({"AWS": ACCOUNT})).await;
    assert!(scene.present(&session).await.is_none());
    assert!(scene.restart().await.present(&session).await.is_none());
}

#[tokio::test]
async fn a_raised_epoch_voids_the_sessions_before_it() {
    let (scene, alice, session) = scene().await;
    assert!(scene.present(&session).await.is_some());
    for nobody in ["worker", "arn:aws:iam::111122223333:role/Worker"] {
        let refused = revoke_sessions(&scene.core, &scene.iam, nobody).await;
        assert_eq!(refused.unwrap_err().code(), "NoSuchEntity");
    }
    assert!(scene.present(&session).await.is_some());
    revoke_sessions(&scene.core, &scene.iam, ROLE)
        .await
        .unwrap();
    let event = scene.events().pop().unwrap();
    assert_eq!(event["eventName"], "RevokeSessions");
    assert!(scene.present(&session).await.is_none());
    let next = scene.assume(&alice, ROLE, &[]).await.unwrap();
    assert!(scene.present(&next).await.is_some());
}

#[tokio::test]
async fn a_missing_part_composes_nobody() {
    let (scene, _, session) = scene().await;
    let arn = scene.managed_policy("more", &allow(json!("kms:*"))).await;
    let attached = [("RoleName", "worker"), ("PolicyArn", arn.as_str())];
    scene.ok("AttachRolePolicy", &attached).await;
    assert!(scene.present(&session).await.is_some());
    let path = scene.paths("managed-policy").await.remove(0);
    scene.remove(&path).await;
    let scene = scene.restart().await;
    let now = scene.core.clock.now();
    let composed = scene.iam.presented(&session.id, Some(&session.token), now);
    assert!(composed.await.is_err());
}

/// Alice, who may assume the role worker, which may list keys; and a session of it.
async fn scene() -> (Scene, Arc<Credential>, Session) {
    let scene = Scene::new().await;
    scene.user("alice").await;
    let key = scene.key_of("alice").await;
    let alice = scene.credential(&key).await.unwrap();
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    scene.role_for("worker", json!({"AWS": arn})).await;
    scene
        .put_role_policy("worker", &allow(json!("kms:ListKeys")))
        .await;
    let session = scene.assume(&alice, ROLE, &[]).await.unwrap();
    (scene, alice, session)
}

async fn role(scene: &Scene) -> RoleRecord {
    let stored = by_name::<RoleRecord>(&scene.core.records, account(ACCOUNT), "worker").await;
    stored.unwrap().unwrap().record
}

const ROLE: &str = "arn:aws:iam::111122223333:role/worker";
