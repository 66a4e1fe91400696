//! What a service calls all day: the operations of symmetric keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_e2e::Client;
use serde_json::{Value, json};

use crate::operation::Operation;

/// All of them, with a new key on each server.
pub(crate) fn all(clients: &[Client]) -> Vec<Operation> {
    let keys: Vec<String> = clients
        .iter()
        .map(|client| client.create_key("AWS_KMS"))
        .collect();
    let context = json!({ "department": "10103.0", "purpose": "benchmark" });
    let encrypt = |key: &String, bytes: usize| json!({ "KeyId": key, "Plaintext": STANDARD.encode(vec![7; bytes]), "EncryptionContext": context });
    let decrypt = |(client, key): (&Client, &String)| {
        let sealed = client.call("Encrypt", &encrypt(key, 32));
        json!({ "CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": context })
    };
    let each = |input: &dyn Fn(&String) -> Value| keys.iter().map(input).collect::<Vec<_>>();
    vec![
        Operation::new(
            "GenerateDataKey",
            "GenerateDataKey",
            clients,
            each(
                &|key| json!({ "KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context }),
            ),
        ),
        Operation::new(
            "Encrypt 32 B",
            "Encrypt",
            clients,
            each(&|key| encrypt(key, 32)),
        ),
        Operation::new(
            "Encrypt 4 KiB",
            "Encrypt",
            clients,
            each(&|key| encrypt(key, 4096)),
        ),
        Operation::new(
            "Decrypt",
            "Decrypt",
            clients,
            clients.iter().zip(&keys).map(decrypt).collect(),
        ),
        Operation::new(
            "DescribeKey",
            "DescribeKey",
            clients,
            each(&|key| json!({ "KeyId": key })),
        ),
    ]
}
