//! The policy simulator: the same policies and the same decisions as real calls.

use serde_json::json;

use crate::{
    client::{allow, code, text, texts},
    roles::trust,
    scene::{ACCOUNT, Scene},
};

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

#[tokio::test]
async fn each_decision_names_its_statement() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let inline = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"},{"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}]}"#;
    let put = [
        ("RoleName", "worker"),
        ("PolicyName", "own"),
        ("PolicyDocument", inline),
    ];
    scene.ok("PutRolePolicy", &put).await;
    let arn = &format!("arn:aws:iam::{ACCOUNT}:role/worker");
    let simulated = scene
        .ok(
            "SimulatePrincipalPolicy",
            &[
                ("PolicySourceArn", arn),
                ("ActionNames.member.1", "kms:Encrypt"),
                ("ActionNames.member.2", "kms:Decrypt"),
                ("ActionNames.member.3", "iam:GetRole"),
                ("ResourceArns.member.1", KEY),
            ],
        )
        .await;
    assert_eq!(
        texts(&simulated, "EvalDecision"),
        ["allowed", "explicitDeny", "implicitDeny"]
    );
    assert_eq!(
        texts(&simulated, "EvalResourceDecision"),
        texts(&simulated, "EvalDecision")
    );
    let first = "<SourcePolicyId>role_worker_own</SourcePolicyId><SourcePolicyType>role</SourcePolicyType>\
        <StartPosition><Line>1</Line><Column>38</Column></StartPosition>\
        <EndPosition><Line>1</Line><Column>88</Column></EndPosition>";
    assert!(simulated.contains(first), "{simulated}");
    let deny = "<StartPosition><Line>1</Line><Column>89</Column></StartPosition>";
    assert!(simulated.contains(deny), "{simulated}");
}

#[tokio::test]
async fn attached_policies_boundaries_and_new_versions_count() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let arn = scene.managed("keys", "kms:Encrypt").await;
    let attached = [("RoleName", "worker"), ("PolicyArn", arn.as_str())];
    scene.ok("AttachRolePolicy", &attached).await;
    assert_eq!(scene.would("kms:Encrypt").await, "allowed");
    assert_eq!(scene.would("kms:Decrypt").await, "implicitDeny");
    let decrypt = allow(json!("kms:Decrypt"));
    let version = [
        ("PolicyArn", arn.as_str()),
        ("PolicyDocument", &decrypt),
        ("SetAsDefault", "true"),
    ];
    scene.ok("CreatePolicyVersion", &version).await;
    assert_eq!(scene.would("kms:Encrypt").await, "implicitDeny");
    assert_eq!(scene.would("kms:Decrypt").await, "allowed");
    let boundary = scene.managed("bounds", "kms:Encrypt").await;
    let put = [
        ("RoleName", "worker"),
        ("PermissionsBoundary", boundary.as_str()),
    ];
    scene.ok("PutRolePermissionsBoundary", &put).await;
    assert_eq!(scene.would("kms:Decrypt").await, "implicitDeny");
    let role = &format!("arn:aws:iam::{ACCOUNT}:role/worker");
    let asked = [
        ("PolicySourceArn", role.as_str()),
        ("ActionNames.member.1", "kms:Decrypt"),
    ];
    let simulated = scene.ok("SimulatePrincipalPolicy", &asked).await;
    assert_eq!(text(&simulated, "AllowedByPermissionsBoundary"), "false");
    // The request's own boundary takes the place of the role's.
    let wide = allow(json!("kms:*"));
    let asked = [
        &asked[..],
        &[("PermissionsBoundaryPolicyInputList.member.1", wide.as_str())],
    ]
    .concat();
    let simulated = scene.ok("SimulatePrincipalPolicy", &asked).await;
    assert_eq!(text(&simulated, "EvalDecision"), "allowed");
    assert_eq!(text(&simulated, "AllowedByPermissionsBoundary"), "true");
    assert!(simulated.contains("<SourcePolicyType>user-managed</SourcePolicyType>"));
}

#[tokio::test]
async fn a_policy_that_is_gone_simulates_nobody() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let arn = scene.managed("keys", "kms:Encrypt").await;
    let attached = [("RoleName", "worker"), ("PolicyArn", arn.as_str())];
    scene.ok("AttachRolePolicy", &attached).await;
    let path = scene.paths("managed-policy").await.remove(0);
    scene.remove(&path).await;
    let role = &format!("arn:aws:iam::{ACCOUNT}:role/worker");
    let asked = [
        ("PolicySourceArn", role.as_str()),
        ("ActionNames.member.1", "kms:Encrypt"),
    ];
    assert!(scene.iam("SimulatePrincipalPolicy", &asked).await.is_err());
}

/// What a real call would know of its caller, the simulator knows too.
#[tokio::test]
async fn the_tags_of_the_principal_are_known() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"blue","aws:PrincipalArn":"arn:aws:iam::111122223333:role/worker"}}}]}"#;
    let put = [
        ("RoleName", "worker"),
        ("PolicyName", "own"),
        ("PolicyDocument", policy),
    ];
    scene.ok("PutRolePolicy", &put).await;
    assert_eq!(scene.would("kms:Encrypt").await, "implicitDeny");
    let tags = [
        ("RoleName", "worker"),
        ("Tags.member.1.Key", "Team"),
        ("Tags.member.1.Value", "blue"),
    ];
    scene.ok("TagRole", &tags).await;
    assert_eq!(scene.would("kms:Encrypt").await, "allowed");
}

#[tokio::test]
async fn the_policies_of_groups_speak_for_their_users() {
    let scene = Scene::new().await;
    scene.user("alice").await;
    scene.ok("CreateGroup", &[("GroupName", "team")]).await;
    let document = allow(json!("kms:Encrypt"));
    let put = [
        ("GroupName", "team"),
        ("PolicyName", "own"),
        ("PolicyDocument", &document),
    ];
    scene.ok("PutGroupPolicy", &put).await;
    let member = [("GroupName", "team"), ("UserName", "alice")];
    for (joined, decision) in [(false, "implicitDeny"), (true, "allowed")] {
        if joined {
            scene.ok("AddUserToGroup", &member).await;
        }
        for (source, decision) in [("user/alice", decision), ("group/team", "allowed")] {
            let source = format!("arn:aws:iam::{ACCOUNT}:{source}");
            let asked = [
                ("PolicySourceArn", source.as_str()),
                ("ActionNames.member.1", "kms:Encrypt"),
            ];
            let simulated = scene.ok("SimulatePrincipalPolicy", &asked).await;
            let decided = text(&simulated, "EvalDecision");
            assert_eq!(decided, decision, "{source}");
            let named = texts(&simulated, "SourcePolicyId");
            assert_eq!(
                named.contains(&"group_team_own".to_owned()),
                decision == "allowed"
            );
        }
    }
}

/// AWS's documented example.
// AWS: https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html
#[tokio::test]
async fn conditions_see_the_context_of_the_request() {
    let scene = Scene::new().await;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}"#;
    let asked = [
        ("PolicyInputList.member.1", policy),
        ("ActionNames.member.1", "dynamodb:CreateBackup"),
    ];
    for (time, decision, missing) in [
        (Some("2019-04-25T11:00:00Z"), "allowed", &[][..]),
        (Some("2014-04-25T11:00:00Z"), "implicitDeny", &[]),
        (None, "implicitDeny", &["aws:CurrentTime"]),
    ] {
        let mut asked = asked.to_vec();
        if let Some(time) = time {
            asked.extend([
                ("ContextEntries.member.1.ContextKeyName", "aws:CurrentTime"),
                ("ContextEntries.member.1.ContextKeyValues.member.1", time),
                ("ContextEntries.member.1.ContextKeyType", "date"),
            ]);
        }
        let simulated = scene.ok("SimulateCustomPolicy", &asked).await;
        assert_eq!(text(&simulated, "EvalDecision"), decision);
        let named = text(&simulated, "MissingContextValues");
        assert_eq!(texts(&named, "member"), missing, "{simulated}");
        let matched =
            "<Column>38</Column></StartPosition><EndPosition><Line>1</Line><Column>167</Column>";
        assert_eq!(
            simulated.contains(matched),
            decision == "allowed",
            "{simulated}"
        );
    }
}

#[tokio::test]
async fn a_resource_policy_takes_part() {
    let scene = Scene::new().await;
    scene.role("worker").await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/worker");
    let stranger = "arn:aws:iam::444455556666:user/stranger";
    let key_policy = |principal: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"kms:Encrypt","Resource":"*"}}]}}"#
        )
    };
    let nothing = allow(json!("iam:GetRole"));
    let encrypt = allow(json!("kms:Encrypt"));
    for (caller, identity, policy, decision) in [
        (role.as_str(), &nothing, key_policy(&role), "allowed"),
        (&role, &nothing, key_policy(ACCOUNT), "implicitDeny"),
        (&role, &encrypt, key_policy(ACCOUNT), "allowed"),
        (&role, &encrypt, key_policy(stranger), "implicitDeny"),
        (stranger, &nothing, key_policy(stranger), "implicitDeny"),
        (stranger, &encrypt, key_policy(stranger), "allowed"),
    ] {
        let asked = [
            ("PolicyInputList.member.1", identity.as_str()),
            ("ActionNames.member.1", "kms:Encrypt"),
            ("ResourceArns.member.1", KEY),
            ("ResourcePolicy", &policy),
            ("CallerArn", caller),
        ];
        let simulated = scene.ok("SimulateCustomPolicy", &asked).await;
        let decided = text(&simulated, "EvalDecision");
        assert_eq!(decided, decision, "{caller} {identity} {policy}");
    }
    let trust = trust(&role);
    let asked = [
        ("PolicyInputList.member.1", nothing.as_str()),
        ("ActionNames.member.1", "sts:AssumeRole"),
        (
            "ResourceArns.member.1",
            "arn:aws:iam::111122223333:role/vault",
        ),
        ("ResourcePolicy", &trust),
        ("CallerArn", &role),
    ];
    let simulated = scene.ok("SimulateCustomPolicy", &asked).await;
    assert_eq!(text(&simulated, "EvalDecision"), "allowed");
    assert!(simulated.contains("<SourcePolicyId>ResourcePolicy</SourcePolicyId>"));
}

/// Every key is told at once that could matter, as AWS does it: also behind a condition that fails, in a statement that would not
/// decide, and in a variable.
#[tokio::test]
async fn all_missing_context_values_are_told() {
    let scene = Scene::new().await;
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*", "Condition": {
            "StringEquals": {"kms:KeySpec": "RSA_2048", "kms:KeyUsage": "ENCRYPT_DECRYPT"},
            "StringNotEquals": {"kms:KeyOrigin": "${aws:PrincipalTag/origin}"},
        }},
        {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*", "Condition": {
            "Null": {"kms:ViaService": "false"},
            "StringLike": {"kms:EncryptionContext:team": "${aws:PrincipalTag/team}-*"},
        }},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {
            "StringEquals": {"kms:RequestAlias": "alias/elsewhere"},
        }},
    ]});
    let simulated = scene
        .ok(
            "SimulateCustomPolicy",
            &[
                ("PolicyInputList.member.1", policy.to_string().as_str()),
                ("ActionNames.member.1", "kms:Encrypt"),
                ("ContextEntries.member.1.ContextKeyName", "kms:KeyUsage"),
                ("ContextEntries.member.1.ContextKeyValues.member.1", "x"),
                ("ContextEntries.member.1.ContextKeyType", "string"),
            ],
        )
        .await;
    let mut named = texts(&text(&simulated, "MissingContextValues"), "member");
    named.sort();
    assert_eq!(
        named,
        [
            "aws:PrincipalTag/origin",
            "aws:PrincipalTag/team",
            "kms:EncryptionContext:team",
            "kms:KeyOrigin",
            "kms:KeySpec",
            "kms:ViaService",
        ]
    );
}

#[tokio::test]
async fn results_come_in_pages() {
    let scene = Scene::new().await;
    let policy = allow(json!("kms:Encrypt"));
    let asked = [
        ("PolicyInputList.member.1", policy.as_str()),
        ("ActionNames.member.1", "kms:Encrypt"),
        ("ActionNames.member.2", "kms:Decrypt"),
        (
            "ResourceArns.member.1",
            "arn:aws:kms:us-east-1:111122223333:key/a",
        ),
        (
            "ResourceArns.member.2",
            "arn:aws:kms:us-east-1:111122223333:key/b",
        ),
        ("MaxItems", "3"),
    ];
    let first = scene.ok("SimulateCustomPolicy", &asked).await;
    let marker = text(&first, "Marker");
    let rest = [&asked[..], &[("Marker", marker.as_str())]].concat();
    let rest = scene.ok("SimulateCustomPolicy", &rest).await;
    let decisions = [texts(&first, "EvalDecision"), texts(&rest, "EvalDecision")].concat();
    assert_eq!(
        decisions,
        ["allowed", "allowed", "implicitDeny", "implicitDeny"]
    );
    assert_eq!(text(&rest, "IsTruncated"), "false");
    let forged = [
        &asked[..],
        &[("Marker", "0000000000000000000000000000000012")],
    ]
    .concat();
    let refused = scene.refused("SimulateCustomPolicy", &forged).await;
    assert_eq!(code(&refused), "ValidationError");
}

#[tokio::test]
async fn hostile_simulations_are_refused() {
    let scene = Scene::new().await;
    let good = allow(json!("kms:Encrypt"));
    let action = ("ActionNames.member.1", "kms:Encrypt");
    for hostile in [
        &[("PolicyInputList.member.1", "{"), action][..],
        &[
            ("PolicyInputList.member.1", &good),
            action,
            ("ResourcePolicy", "{}"),
        ],
        &[
            ("PolicyInputList.member.1", &good),
            action,
            ("CallerArn", "nobody"),
        ],
        &[
            ("PolicyInputList.member.1", &good),
            action,
            ("CallerArn", "arn:aws:sts::111122223333:assumed-role/none/s"),
        ],
        &[
            ("PolicyInputList.member.1", &good),
            action,
            ("ResourceOwner", "me"),
        ],
        &[
            ("PolicyInputList.member.1", &good),
            action,
            ("PermissionsBoundaryPolicyInputList.member.1", &good),
            ("PermissionsBoundaryPolicyInputList.member.2", &good),
        ],
        &[
            ("PolicyInputList.member.1", &good),
            action,
            ("ContextEntries.member.1.ContextKeyName", "aws:Something"),
            ("ContextEntries.member.1.ContextKeyValues.member.1", "!"),
            ("ContextEntries.member.1.ContextKeyType", "binary"),
        ],
    ] {
        let refused = scene.refused("SimulateCustomPolicy", hostile).await;
        assert_eq!(code(&refused), "InvalidInput", "{hostile:?}: {refused}");
    }
    for (source, expected) in [
        ("arn:aws:iam::111122223333:role/none", "NoSuchEntity"),
        ("arn:aws:iam::111122223333:user/none", "NoSuchEntity"),
        ("arn:aws:iam::111122223333:group/none", "NoSuchEntity"),
        ("arn:aws:iam::444455556666:role/worker", "NoSuchEntity"),
        (
            "arn:aws:sts::111122223333:assumed-role/worker/s",
            "InvalidInput",
        ),
        ("arn:aws:iam::111122223333:root", "InvalidInput"),
    ] {
        let asked = [("PolicySourceArn", source), action];
        let refused = scene.refused("SimulatePrincipalPolicy", &asked).await;
        assert_eq!(code(&refused), expected, "{source}");
    }
}

#[tokio::test]
async fn the_summary_counts_what_is_there() {
    let scene = Scene::new().await;
    scene.role("one").await;
    scene.role("two").await;
    scene.managed("keys", "kms:Encrypt").await;
    let summary = scene.ok("GetAccountSummary", &[]).await;
    for (key, value) in [
        ("Roles", 2),
        ("Users", 0),
        ("Policies", 1),
        ("PolicyVersionsInUse", 1),
        ("Providers", 0),
        ("RolesQuota", 1_000),
        ("AccountAccessKeysPresent", 1),
    ] {
        let entry = format!("<key>{key}</key><value>{value}</value>");
        assert!(summary.contains(&entry), "{entry} in {summary}");
    }
}

impl Scene {
    /// What the simulator says that the role `worker` would get.
    async fn would(&self, action: &str) -> String {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/worker");
        let asked = [
            ("PolicySourceArn", role.as_str()),
            ("ActionNames.member.1", action),
        ];
        let simulated = self.ok("SimulatePrincipalPolicy", &asked).await;
        text(&simulated, "EvalDecision")
    }
}
