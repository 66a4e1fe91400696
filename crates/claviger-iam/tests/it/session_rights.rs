//! What a session carries: its length, its policies, its tags, and how much of that fits.

use std::sync::Arc;

use serde_json::json;

use crate::{
    client::{allow, code, text},
    scene::ACCOUNT,
    sts::{again, own, scene},
};

#[tokio::test]
async fn a_session_lasts_no_longer_than_its_role_allows() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", json!({"AWS": ACCOUNT})).await;
    scene
        .put_policy("alice", "may", &allow(json!("sts:*")))
        .await;
    scene
        .put_role_policy("worker", &allow(json!("sts:*")))
        .await;
    let alice = again(&scene, &alice).await;
    let long = [("DurationSeconds", "7200")];
    let refused = scene.assume(&alice, &role, &long).await.unwrap_err();
    assert_eq!(
        refused,
        "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    scene
        .ok(
            "UpdateRole",
            &[("RoleName", "worker"), ("MaxSessionDuration", "7200")],
        )
        .await;
    let session = scene.assume(&alice, &role, &long).await.unwrap();
    // A session that assumes a role gets an hour.
    let chained = scene.present(&session).await.unwrap();
    let refused = scene.assume(&chained, &role, &long).await.unwrap_err();
    assert_eq!(
        refused,
        "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    );
    let session = scene.assume(&chained, &role, &[]).await.unwrap();
    assert_eq!(text(&session.answer, "Expiration"), "2026-01-02T04:04:05Z");
}

#[tokio::test]
async fn session_policies_narrow_and_never_widen() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", own("alice")).await;
    scene
        .put_role_policy("worker", &allow(json!("kms:List*")))
        .await;
    let own_policy = scene
        .managed_policy("lists", &allow(json!("kms:ListKeys")))
        .await;
    let aws_policy = "arn:aws:iam::aws:policy/AdministratorAccess";
    let (nothing, keys, all) = (
        allow(json!("sts:*")),
        allow(json!("kms:ListKeys")),
        allow(json!("*")),
    );
    for (parameters, may) in [
        (vec![], true),
        (vec![("Policy", nothing.as_str())], false),
        (vec![("Policy", keys.as_str())], true),
        (vec![("PolicyArns.member.1.arn", own_policy.as_str())], true),
        (vec![("PolicyArns.member.1.arn", aws_policy)], true),
        (
            vec![
                ("Policy", nothing.as_str()),
                ("PolicyArns.member.1.arn", aws_policy),
            ],
            true,
        ),
    ] {
        let session = scene.assume(&alice, &role, &parameters).await.unwrap();
        let answer = scene.session_may_list(&session).await;
        assert_eq!(answer.is_ok(), may, "{parameters:?}: {answer:?}");
        if let Err(denied) = answer {
            assert!(denied.contains("no session policy allows"), "{denied}");
        }
    }
    let wide = scene
        .assume(&alice, &role, &[("Policy", all.as_str())])
        .await
        .unwrap();
    let who = scene.present(&wide).await.unwrap();
    let refused = scene.iam_as(&who, "ListUsers", &[]).await;
    assert!(refused.is_err(), "a session policy gives nothing");
    // A managed policy that a session uses ends the session when it goes.
    let narrowed = scene
        .assume(
            &alice,
            &role,
            &[("PolicyArns.member.1.arn", own_policy.as_str())],
        )
        .await
        .unwrap();
    assert!(scene.present(&narrowed).await.is_some());
    scene
        .ok("DeletePolicy", &[("PolicyArn", &own_policy)])
        .await;
    scene.managed_policy("lists", &allow(json!("*"))).await;
    assert!(scene.present(&narrowed).await.is_none());
}

/// AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
#[tokio::test]
async fn the_policies_of_a_session_have_2048_characters_together() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", own("alice")).await;
    let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    let policy = allow(json!("kms:ListKeys"));
    let padded = |chars: usize| policy.clone() + &" ".repeat(chars - policy.len());
    for (chars, arns, fits) in [
        (2_048, false, true),
        (2_049, false, false),
        (100_000, false, false),
        (2_048 - arn.len(), true, true),
        (2_049 - arn.len(), true, false),
    ] {
        let policy = padded(chars);
        let mut asked = vec![("Policy", policy.as_str())];
        asked.extend(arns.then_some(("PolicyArns.member.1.arn", arn)));
        let answer = scene.assume(&alice, &role, &asked).await;
        assert_eq!(answer.is_ok(), fits, "{chars} {arns}");
        if let Err(refused) = answer {
            let expected = "ValidationError: 1 validation error detected: Value at 'policy' failed to satisfy constraint: \
                Member must have length less than or equal to 2048";
            assert_eq!(refused, expected);
        }
    }
}

/// What is inherited is not overridden by another spelling, whatever its letters.
#[tokio::test]
async fn a_transitive_tag_stays_as_it_is_in_every_spelling() {
    let (scene, alice) = scene().await;
    let first = scene.role_for("first", own("alice")).await;
    let second = scene.role_for("second", json!({"AWS": ACCOUNT})).await;
    scene.put_role_policy("first", &allow(json!("sts:*"))).await;
    let given = [
        ("Tags.member.1.Key", "ÉQUIPE"),
        ("Tags.member.1.Value", "bleue"),
        ("TransitiveTagKeys.member.1", "ÉQUIPE"),
    ];
    let session = scene.assume(&alice, &first, &given).await.unwrap();
    let who = scene.present(&session).await.unwrap();
    let again = [
        ("Tags.member.1.Key", "équipe"),
        ("Tags.member.1.Value", "rouge"),
    ];
    let refused = scene.assume(&who, &second, &again).await.unwrap_err();
    assert_eq!(code(&refused), "ValidationError");
    let own_tag = [
        ("RoleName", "second"),
        ("Tags.member.1.Key", "équipe"),
        ("Tags.member.1.Value", "rouge"),
    ];
    scene.ok("TagRole", &own_tag).await;
    let chained = scene.assume(&who, &second, &[]).await.unwrap();
    let tags = scene.present(&chained).await.unwrap().caller.tags.clone();
    let tags: Vec<_> = tags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(tags, [("ÉQUIPE", "bleue")]);
}

#[tokio::test]
async fn too_much_does_not_fit_into_a_token() {
    let (scene, alice) = scene().await;
    let role = scene.role_for("worker", own("alice")).await;
    // Texts without repetition, which nothing makes shorter.
    let noise = |n: u32| {
        (0..8)
            .map(|part| format!("{:08x}", (n * 8 + part).wrapping_mul(2_654_435_761)))
            .collect::<String>()
    };
    let tags: Vec<(String, String)> = (1..=50)
        .flat_map(|n| {
            [
                (format!("Tags.member.{n}.Key"), noise(n)),
                (
                    format!("Tags.member.{n}.Value"),
                    noise(1000 + n) + &noise(2000 + n),
                ),
            ]
        })
        .collect();
    let mut fitting = 0;
    for count in [1, 5, 10, 20, 30, 50] {
        let some: Vec<_> = tags
            .iter()
            .take(count * 2)
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        match scene.assume(&alice, &role, &some).await {
            Ok(session) => {
                assert!(session.token.len() <= 4096, "{}", session.token.len());
                assert!(scene.present(&session).await.is_some());
                fitting = count;
            }
            Err(refused) => {
                assert_eq!(code(&refused), "PackedPolicyTooLarge");
                let begins = "PackedPolicyTooLarge: Packed size of session tags consumes ";
                assert!(refused.starts_with(begins), "{refused}");
                assert!(refused.ends_with("% of allotted space."), "{refused}");
            }
        }
    }
    assert!((5..50).contains(&fitting), "{fitting}");
}

#[tokio::test]
async fn tags_are_the_principals_and_pass_on_when_transitive() {
    let (scene, alice) = scene().await;
    let first = scene.role_for("first", own("alice")).await;
    let second = scene.role_for("second", json!({"AWS": ACCOUNT})).await;
    scene.put_role_policy("first", &allow(json!("sts:*"))).await;
    let statement = json!({"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "blue", "aws:SourceIdentity": "alice"}}});
    let policy = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    scene.put_role_policy("second", &policy).await;
    let own_tag = [
        ("RoleName", "second"),
        ("Tags.member.1.Key", "TEAM"),
        ("Tags.member.1.Value", "red"),
    ];
    scene.ok("TagRole", &own_tag).await;
    let tags = [
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "blue"),
        ("Tags.member.2.Key", "stage"),
        ("Tags.member.2.Value", "prod"),
        ("TransitiveTagKeys.member.1", "team"),
        ("SourceIdentity", "alice"),
    ];
    let session = scene.assume(&alice, &first, &tags).await.unwrap();
    let who = scene.present(&session).await.unwrap();
    let chained = scene.assume(&who, &second, &[]).await.unwrap();
    assert_eq!(
        scene.events().pop().unwrap()["requestParameters"],
        json!({"roleArn": second, "roleSessionName": "build", "incomingTransitiveTags": {"team": "blue"}})
    );
    let caller = Arc::clone(&scene.present(&chained).await.unwrap().caller);
    assert_eq!(caller.tags.get("team").map(String::as_str), Some("blue"));
    assert_eq!(caller.tags.len(), 1, "{:?}", caller.tags);
    assert_eq!(scene.session_may_list(&chained).await, Ok(()));
    let again = [
        ("Tags.member.1.Key", "Team"),
        ("Tags.member.1.Value", "red"),
    ];
    let refused = scene.assume(&who, &second, &again).await.unwrap_err();
    assert_eq!(code(&refused), "ValidationError");
    let refused = scene
        .assume(&who, &second, &[("SourceIdentity", "bob")])
        .await
        .unwrap_err();
    assert_eq!(code(&refused), "AccessDeniedException");
}
