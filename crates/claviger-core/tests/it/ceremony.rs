//! The key owner's side of an import.

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::scene::{Answer, REGION, Scene};

/// A public key and the token that belongs to it.
#[derive(Clone)]
pub(crate) struct Ticket {
    pub(crate) token: String,
    public_key: Vec<u8>,
    region: &'static str,
}

impl Ticket {
    pub(crate) async fn of(scene: &Scene, key: &str) -> Self {
        Self::of_region(scene, REGION, key).await
    }

    pub(crate) async fn of_region(scene: &Scene, region: &'static str, key: &str) -> Self {
        let body = json!({
            "KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"
        });
        let parameters = scene.ok_in(region, "GetParametersForImport", body).await;
        Self {
            token: parameters["ImportToken"].as_str().unwrap().to_owned(),
            public_key: STANDARD
                .decode(parameters["PublicKey"].as_str().unwrap())
                .unwrap(),
            region,
        }
    }

    pub(crate) fn wrap(&self, material: &[u8]) -> String {
        let key = PublicEncryptingKey::from_der(&self.public_key).unwrap();
        let key = OaepPublicEncryptingKey::new(key).unwrap();
        let mut wrapped = vec![0; key.ciphertext_size()];
        key.encrypt(&OAEP_SHA256_MGF1SHA256, material, &mut wrapped, None)
            .unwrap();
        STANDARD.encode(wrapped)
    }

    /// Imports `material` for ever, unless `more` says otherwise.
    pub(crate) async fn import(
        &self,
        scene: &Scene,
        key: &str,
        material: &[u8],
        more: Value,
    ) -> Answer {
        let mut body = json!({
            "KeyId": key,
            "ImportToken": self.token,
            "EncryptedKeyMaterial": self.wrap(material),
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        });
        let members = body.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        scene.call_in(self.region, "ImportKeyMaterial", body).await
    }
}

/// A key of origin EXTERNAL with one material, and a ticket for more.
pub(crate) async fn imported_key(scene: &Scene, material: &[u8], more: Value) -> (String, Ticket) {
    let key = scene.new_key(json!({"Origin": "EXTERNAL"})).await;
    let ticket = Ticket::of(scene, &key).await;
    ticket.import(scene, &key, material, more).await.unwrap();
    (key, ticket)
}

/// The members that make an import expire so many seconds after the start of the test.
pub(crate) fn expiring(after_start_seconds: u32) -> Value {
    let valid_to = crate::scene::START_MS / 1000 + i64::from(after_start_seconds);
    json!({"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": valid_to})
}
