//! What is called of the other key families: signatures, MACs and data key pairs, each with its bare primitive.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_e2e::Client;
use serde_json::{Value, json};

use crate::operation::Operation;
use crate::primitives::{self, MESSAGE, Signing};

/// All of them, with new keys on each server.
pub(crate) fn all(clients: &[Client]) -> Vec<Operation> {
    let mut all: Vec<Operation> = SIGNERS
        .iter()
        .flat_map(|signer| signer.operations(clients))
        .collect();
    let keys = keys(clients, "HMAC_256", "GENERATE_VERIFY_MAC");
    let mac = |key| json!({ "KeyId": key, "Message": STANDARD.encode(MESSAGE), "MacAlgorithm": "HMAC_SHA_256" });
    let inputs = keys.iter().map(mac).collect();
    all.push(
        Operation::new("GenerateMac", "GenerateMac", clients, inputs)
            .beside(primitives::hmac_256()),
    );
    let keys = self::keys(clients, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
    let pair = |key| json!({ "KeyId": key, "KeyPairSpec": "ECC_NIST_P256" });
    let inputs = keys.iter().map(pair).collect();
    all.push(
        Operation::new("DataKeyPair P-256", "GenerateDataKeyPair", clients, inputs)
            .beside(primitives::ecdsa_p256_pair()),
    );
    all
}

/// The load beside which cheap calls must not wait.
pub(crate) fn rsa_4096_signing(clients: &[Client]) -> Operation {
    let keys = keys(clients, "RSA_4096", "SIGN_VERIFY");
    let inputs = keys.iter().map(|key| message(key, RSA)).collect();
    Operation::new("Sign RSA-4096", "Sign", clients, inputs)
}

struct Signer {
    sign: &'static str,
    verify: &'static str,
    spec: &'static str,
    algorithm: &'static str,
    primitives: fn() -> Signing,
}

impl Signer {
    fn operations(&self, clients: &[Client]) -> [Operation; 2] {
        let keys = keys(clients, self.spec, "SIGN_VERIFY");
        let signed: Vec<Value> = keys
            .iter()
            .map(|key| message(key, self.algorithm))
            .collect();
        let verified = clients.iter().zip(&signed).map(|(client, input)| {
            let mut input = input.clone();
            input["Signature"] = client.call("Sign", &input)["Signature"].clone();
            input
        });
        let verified = verified.collect();
        let primitives = (self.primitives)();
        [
            Operation::new(self.sign, "Sign", clients, signed).beside(primitives.sign),
            Operation::new(self.verify, "Verify", clients, verified).beside(primitives.verify),
        ]
    }
}

fn keys(clients: &[Client], spec: &str, usage: &str) -> Vec<String> {
    let input = json!({ "KeySpec": spec, "KeyUsage": usage });
    let create = |client: &Client| {
        let created = client.call("CreateKey", &input);
        let id = created["KeyMetadata"]["KeyId"].as_str();
        id.expect("a key id").to_owned()
    };
    clients.iter().map(create).collect()
}

fn message(key: &str, algorithm: &str) -> Value {
    json!({ "KeyId": key, "Message": STANDARD.encode(MESSAGE), "SigningAlgorithm": algorithm })
}

const SIGNERS: [Signer; 4] = [
    Signer {
        sign: "Sign P-256",
        verify: "Verify P-256",
        spec: "ECC_NIST_P256",
        algorithm: "ECDSA_SHA_256",
        primitives: primitives::ecdsa_p256,
    },
    Signer {
        sign: "Sign RSA-2048",
        verify: "Verify RSA-2048",
        spec: "RSA_2048",
        algorithm: RSA,
        primitives: primitives::rsa_2048,
    },
    Signer {
        sign: "Sign Ed25519",
        verify: "Verify Ed25519",
        spec: "ECC_NIST_EDWARDS25519",
        algorithm: "ED25519_SHA_512",
        primitives: primitives::ed25519,
    },
    Signer {
        sign: "Sign ML-DSA-65",
        verify: "Verify ML-DSA-65",
        spec: "ML_DSA_65",
        algorithm: "ML_DSA_SHAKE_256",
        primitives: primitives::ml_dsa_65,
    },
];

const RSA: &str = "RSASSA_PKCS1_V1_5_SHA_256";
