//! What AWS says in so many words.

use serde_json::{Value, json};

use crate::{
    people::{arn, identity},
    scene::{ACCOUNT, Answer, Scene, code, refusal},
};

#[tokio::test]
async fn of_a_grant_that_cannot_be() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let body = json!({"KeyId": key, "GranteePrincipal": root, "Operations": ["Decrypt"]});
    let twice =
        json!({"EncryptionContextEquals": {}, "EncryptionContextSubset": {"tenant": "t-17"}});
    let alone = "Grants must not contain only the CreateGrant operation.";
    for (member, value, text) in [
        ("Operations", json!(["CreateGrant"]), alone),
        ("Operations", json!(["CreateGrant", "CreateGrant"]), alone),
        ("Constraints", twice, "More than one constraint supplied"),
    ] {
        let mut body = body.clone();
        body[member] = value;
        let answer = scene.call("CreateGrant", body).await;
        said(answer, "ValidationException", text);
    }
}

#[tokio::test]
async fn of_a_context_where_none_can_be() {
    let scene = Scene::new().await;
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    for (spec, usage) in [
        ("RSA_2048", "ENCRYPT_DECRYPT"),
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
    ] {
        let key = scene
            .new_key(json!({"KeySpec": spec, "KeyUsage": usage}))
            .await;
        // Asked before the operation that does not suit the key either.
        for operation in ["DescribeKey", "GenerateDataKey"] {
            let body = json!({
                "KeyId": key, "GranteePrincipal": root, "Operations": [operation],
                "Constraints": {"EncryptionContextSubset": {"tenant": "t-17"}},
            });
            let answer = scene.call("CreateGrant", body).await;
            let text = "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.";
            said(answer, "ValidationException", text);
        }
    }
}

#[tokio::test]
async fn of_a_data_key_under_an_asymmetric_key() {
    let scene = Scene::new().await;
    let body = json!({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"});
    let key = scene.new_key(body).await;
    for operation in ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"] {
        for dry_run in [false, true] {
            let body = json!({"KeyId": key, "KeySpec": "AES_256", "DryRun": dry_run});
            let answer = scene.call(operation, body).await;
            let text = "You cannot generate a data key with an asymmetric CMK";
            said(answer, "InvalidKeyUsageException", text);
        }
    }
}

#[tokio::test]
async fn of_a_waiting_period_that_cannot_be() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    for days in [1, 6, 31, 365] {
        let body = json!({"KeyId": key, "PendingWindowInDays": days});
        let answer = scene.call("ScheduleKeyDeletion", body).await;
        let text = "PendingWindowInDays must be between 7 and 30";
        said(answer, "ValidationException", text);
    }
    assert_eq!(scene.key_state(&key).await, "Enabled");
}

#[tokio::test]
async fn of_an_alias_that_cannot_be() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let alias = json!({"AliasName": "alias/a", "TargetKeyId": key});
    scene.ok("CreateAlias", alias).await;
    let by_arn = format!("arn:aws:kms:us-east-1:{ACCOUNT}:alias/a");
    let no_key = "Aliases must refer to keys. Not aliases";
    let colon = "alias/b:c contains invalid characters for an alias";
    for (operation, name, target, text) in [
        ("CreateAlias", "alias/b", "alias/a", no_key),
        ("CreateAlias", "alias/b", "alias/nowhere", no_key),
        ("CreateAlias", "alias/b", &by_arn, no_key),
        ("UpdateAlias", "alias/a", &by_arn, no_key),
        ("CreateAlias", "alias/b:c", &key, colon),
    ] {
        let body = json!({"AliasName": name, "TargetKeyId": target});
        said(
            scene.call(operation, body).await,
            "ValidationException",
            text,
        );
    }
}

/// Whether there is such an alias or not.
#[tokio::test]
async fn of_an_alias_in_the_place_of_a_key() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let alias = json!({"AliasName": "alias/a", "TargetKeyId": key});
    scene.ok("CreateAlias", alias).await;
    for name in ["alias/a", "alias/nowhere"] {
        let by_arn = format!("arn:aws:kms:us-east-1:{ACCOUNT}:{name}");
        for named in [name, &by_arn] {
            for operation in ["GetKeyPolicy", "EnableKey", "ListGrants"] {
                let answer = scene.call(operation, json!({"KeyId": named})).await;
                let text = "Key Aliases are not supported for this operation.";
                said(answer, "InvalidArnException", text);
            }
        }
    }
}

/// In the error that AWS's model lists for the operation.
#[tokio::test]
async fn of_an_arn_that_is_none() {
    let scene = Scene::new().await;
    let arn = "arn:aws:s3:::bucket";
    let text = format!("Invalid arn {arn}");
    let plaintext = json!({"KeyId": arn, "Plaintext": "AA=="});
    let alias = json!({"AliasName": "alias/a", "TargetKeyId": arn});
    for (operation, body, code) in [
        ("Encrypt", plaintext, "NotFoundException"),
        ("CreateAlias", alias, "NotFoundException"),
        ("GetKeyPolicy", json!({"KeyId": arn}), "InvalidArnException"),
        ("GetPublicKey", json!({"KeyId": arn}), "InvalidArnException"),
    ] {
        said(scene.call(operation, body).await, code, &text);
    }
}

#[tokio::test]
async fn of_a_wrapping_that_does_not_fit() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"Origin": "EXTERNAL"})).await;
    for (algorithm, spec) in [
        ("RSA_AES_KEY_WRAP_SHA_256", "RSA_3072"),
        ("RSAES_PKCS1_V1_5", "RSA_2048"),
    ] {
        let body = json!({"KeyId": key, "WrappingAlgorithm": algorithm, "WrappingKeySpec": spec});
        let answer = scene.call("GetParametersForImport", body).await;
        let text = format!(
            "Wrapping algorithm {algorithm} and wrapping key spec {spec} cannot be used to import a SYMMETRIC_DEFAULT key."
        );
        said(answer, "ValidationException", &text);
    }
}

/// The right to tag new keys is one on all keys of the account, as AWS's examples give it; on a single one it is none.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/tag-permissions.html>
#[tokio::test]
async fn of_tags_at_creation_with_the_right_to_tag_keys() {
    let scene = Scene::new().await;
    let mut alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    let body = json!({"Tags": [{"TagKey": "a", "TagValue": "b"}]}).to_string();
    for (resource, expected) in [
        ("arn:aws:kms:*:111122223333:key/*", ""),
        ("arn:aws:kms:us-east-1:111122223333:key/*", ""),
        (
            "arn:aws:kms:eu-west-1:111122223333:key/*",
            "AccessDeniedException",
        ),
        ("arn:aws:kms:*:444455556666:key/*", "AccessDeniedException"),
        (
            "arn:aws:kms:*:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "AccessDeniedException",
        ),
        (
            "arn:aws:kms:*:111122223333:alias/*",
            "AccessDeniedException",
        ),
    ] {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"},
            {"Effect": "Allow", "Action": "kms:TagResource", "Resource": resource},
        ]});
        let own = std::sync::Arc::get_mut(&mut alice).unwrap();
        own.identity_policies = vec![identity(&policy)];
        let answer = scene.send(&alice, "CreateKey", body.clone()).await;
        assert_eq!(code(&answer), expected, "{resource}");
    }
}

/// The resource is named for the operation's own action alone.
#[tokio::test]
async fn of_tags_at_creation_without_the_right_to_tag() {
    let scene = Scene::new().await;
    let mut alice = scene.at_rest.people.hire(ACCOUNT, "user/alice");
    let who = arn("user/alice");
    let body = json!({"Tags": [{"TagKey": "a", "TagValue": "b"}]}).to_string();
    for (action, told) in [
        ("kms:TagResource", "kms:CreateKey on resource: *"),
        ("kms:CreateKey", "kms:TagResource"),
    ] {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}});
        let own = std::sync::Arc::get_mut(&mut alice).unwrap();
        own.identity_policies = vec![identity(&policy)];
        let answer = scene.send(&alice, "CreateKey", body.clone()).await;
        let (lacking, _) = told.split_once(' ').unwrap_or((told, ""));
        let text = format!(
            "User: {who} is not authorized to perform: {told} because no identity-based policy allows the {lacking} action"
        );
        said(answer, "AccessDeniedException", &text);
    }
}

#[tokio::test]
async fn of_tags_that_are_none() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({"Tags": []})).await;
    for (operation, member) in [("TagResource", "Tags"), ("UntagResource", "TagKeys")] {
        let mut body = json!({"KeyId": key});
        body[member] = json!([]);
        let answer = scene.call(operation, body).await;
        said(answer, "TagException", "No tags were specified");
    }
}

#[tokio::test]
async fn of_a_key_policy_that_names_nobody() {
    let scene = Scene::new().await;
    for principal in [json!({}), json!({"AWS": []}), Value::Null] {
        let mut statement = json!({"Effect": "Allow", "Action": "kms:*", "Resource": "*"});
        if !principal.is_null() {
            statement["Principal"] = principal;
        }
        let policy = json!({"Version": "2012-10-17", "Statement": statement});
        let body = json!({"Policy": policy.to_string()});
        let answer = scene.call("CreateKey", body).await;
        let text = "Policy contains a statement with no principal.";
        said(answer, "MalformedPolicyDocumentException", text);
    }
}

#[tokio::test]
async fn of_a_key_policy_that_speaks_of_tags() {
    let scene = Scene::new().await;
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/Team": "a"}},
    }});
    let body: Value = json!({"Policy": policy.to_string()});
    let answer = scene.call("CreateKey", body).await;
    let text = "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases";
    said(answer, "MalformedPolicyDocumentException", text);
}

fn said(answer: Answer, code: &str, text: &str) {
    let (given, told) = refusal(answer);
    assert_eq!((given.as_str(), told.as_deref()), (code, Some(text)));
}
