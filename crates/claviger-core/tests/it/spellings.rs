//! How a key is spelled decides nothing, and what is no policy is never stored.

use std::sync::Arc;

use claviger_core::call::Caller;
use serde_json::{Value, json};

use crate::{
    people::{almighty, arn, identity, powerless},
    policies,
    scene::{ACCOUNT, OTHER_ACCOUNT, Scene, code, key_id, refusal, root},
};

/// The same caller gets the same answer by key id, key ARN, alias name and alias ARN.
#[tokio::test]
async fn the_spelling_of_a_key_is_irrelevant() {
    let scene = Scene::new().await;
    let callers = callers(&scene);
    let account = format!("arn:aws:iam::{ACCOUNT}:root");
    for (number, named) in [vec![account.as_str()], vec![&account, &arn("user/named")]]
        .into_iter()
        .enumerate()
    {
        let key = scene.new_key(json!({"Policy": policies::of(&named)})).await;
        let alias = format!("alias/spelled-{number}");
        let body = json!({"AliasName": alias, "TargetKeyId": key});
        scene.ok("CreateAlias", body).await;
        let alias_arn = key.replace(&format!("key/{}", key_id(&key)), &alias);
        let spellings = [key_id(&key), &key, &alias, &alias_arn];
        for who in &callers {
            same(&scene, who, &spellings[..2], "GetKeyPolicy", json!({})).await;
            same(&scene, who, &spellings[..2], "TagResource", tags()).await;
            same(&scene, who, &spellings, "DescribeKey", json!({})).await;
            same(
                &scene,
                who,
                &spellings,
                "Encrypt",
                json!({"Plaintext": "eA=="}),
            )
            .await;
            same(
                &scene,
                who,
                &spellings,
                "GenerateDataKey",
                json!({"KeySpec": "AES_256"}),
            )
            .await;
        }
    }
}

/// The bare id of another account's key is enough where the ciphertext tells the rest, and for nothing else.
#[tokio::test]
async fn a_ciphertext_and_a_bare_id_name_the_key_of_another_account() {
    let scene = Scene::new().await;
    let roots = [ACCOUNT, OTHER_ACCOUNT].map(|id| format!("arn:aws:iam::{id}:root"));
    let shared = policies::of(&[&roots[0], &roots[1]]);
    let key = scene.new_key(json!({"Policy": shared})).await;
    let private = scene.new_key(json!({})).await;
    let own = scene
        .send(&root(OTHER_ACCOUNT), "CreateKey", "{}".to_owned())
        .await
        .unwrap();
    let own = own["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let seal = async |key: &str| {
        let body = json!({"KeyId": key, "Plaintext": "eA=="});
        scene.ok("Encrypt", body).await["CiphertextBlob"].clone()
    };
    let (blob, secret) = (seal(&key).await, seal(&private).await);
    let unreachable = "AccessDeniedException";
    for (blob, id, expected) in [
        (&blob, key_id(&key), ""),
        (&secret, key_id(&private), unreachable),
        (&secret, key_id(&key), "NotFoundException"),
        (&blob, &own, "IncorrectKeyException"),
    ] {
        let decrypt = json!({"CiphertextBlob": blob, "KeyId": id});
        let other = root(OTHER_ACCOUNT);
        let answer = scene.send(&other, "Decrypt", decrypt.to_string()).await;
        assert_eq!(code(&answer), expected, "{answer:?}");
        let move_it = json!({
            "CiphertextBlob": blob, "SourceKeyId": id, "DestinationKeyId": own,
        });
        let answer = scene.send(&other, "ReEncrypt", move_it.to_string()).await;
        assert_eq!(code(&answer), expected, "{answer:?}");
    }
    for (operation, more) in [
        ("Encrypt", json!({"Plaintext": "eA=="})),
        ("DescribeKey", json!({})),
    ] {
        let mut body = more;
        body["KeyId"] = json!(key_id(&key));
        let answer = scene
            .send(&root(OTHER_ACCOUNT), operation, body.to_string())
            .await;
        assert_eq!(code(&answer), "NotFoundException", "{operation}");
    }
}

/// Sent one after the other: each is refused with AWS's error, and the policy in force stays.
#[tokio::test]
async fn no_malformed_policy_is_stored() {
    let scene = Scene::new().await;
    let key = scene.new_key(json!({})).await;
    let before = scene.at_rest.dump().await;
    let documents = rows(DOCUMENTS).map(str::to_owned);
    let conditions = rows(CONDITIONS)
        .chain(rows(OPERATORS))
        .chain(rows(OPERANDS));
    let conditions = conditions.map(|condition| statement(r#""AWS":"*""#, condition));
    let principals = rows(PRINCIPALS).map(|principal| {
        format!(r#"{{"Statement":{{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{principal}}}}}"#)
    });
    let mut sent = 0;
    for policy in documents.chain(conditions).chain(principals) {
        let body = json!({"KeyId": key, "Policy": policy, "BypassPolicyLockoutSafetyCheck": true});
        let answer = scene.call("PutKeyPolicy", body).await;
        assert!(answer.is_err(), "accepted: {policy}");
        let (error, _) = refusal(answer);
        assert!(
            ["MalformedPolicyDocumentException", "ValidationException"].contains(&error.as_str()),
            "{error}: {policy}"
        );
        sent += 1;
    }
    assert!(sent >= 150, "{sent}");
    assert_eq!(scene.at_rest.dump().await, before);
    scene.ok("DescribeKey", json!({"KeyId": key})).await;
}

fn callers(scene: &Scene) -> Vec<Arc<Caller>> {
    let people = &scene.at_rest.people;
    let mut denied = almighty(people.hire(ACCOUNT, "user/denied"));
    let deny = json!({"Statement": {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "arn:aws:kms:*:*:key/*"}});
    let own = Arc::get_mut(&mut denied).expect("a new caller");
    own.identity_policies.push(identity(&deny));
    people.hire(ACCOUNT, "role/ops");
    vec![
        root(ACCOUNT),
        powerless(ACCOUNT),
        almighty(people.hire(ACCOUNT, "user/almighty")),
        people.hire(ACCOUNT, "user/named"),
        almighty(people.session(ACCOUNT, "ops", "night")),
        denied,
    ]
}

async fn same(
    scene: &Scene,
    who: &Arc<Caller>,
    spellings: &[&str],
    operation: &str,
    mut body: Value,
) {
    let mut told = Vec::new();
    for spelling in spellings {
        body["KeyId"] = json!(spelling);
        let answer = scene.send(who, operation, body.to_string()).await;
        let text = answer.as_ref().err().and_then(|error| error.message());
        told.push((code(&answer).to_owned(), text.map(str::to_owned)));
    }
    told.dedup();
    assert_eq!(
        told.len(),
        1,
        "{operation} as {}: {told:?}",
        who.principal.arn
    );
}

fn tags() -> Value {
    json!({"Tags": [{"TagKey": "a", "TagValue": "b"}]})
}

fn statement(principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{{{principal}}},"Condition":{condition}}}}}"#
    )
}

/// The fragments of a corpus that the policy crate's own tests hold with path and reason.
fn rows(corpus: &str) -> impl Iterator<Item = &str> {
    let lines = corpus.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| Some(line.split_once("  =>  ")?.0))
}

const DOCUMENTS: &str = include_str!("../../../claviger-policy/tests/it/malformed/documents.txt");
const CONDITIONS: &str = include_str!("../../../claviger-policy/tests/it/malformed/conditions.txt");
const OPERATORS: &str = include_str!("../../../claviger-policy/tests/it/malformed/operators.txt");
const OPERANDS: &str = include_str!("../../../claviger-policy/tests/it/malformed/operands.txt");
const PRINCIPALS: &str = include_str!("../../../claviger-policy/tests/it/malformed/principals.txt");
