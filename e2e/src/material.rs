//! The owner's side of an import, in Rust: the same wrap as `openssl pkeyutl` makes in the ceremony scripts.

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Client;

/// What `GetParametersForImport` gave, and how material is wrapped under it.
pub struct ImportParameters {
    /// The token, base64 as it came.
    pub token: String,
    public_key: Vec<u8>,
    algorithm: &'static str,
}

impl ImportParameters {
    /// Fetches fresh ones for a key, with an RSA_2048 wrapping key.
    ///
    /// # Panics
    /// When the server refuses.
    #[must_use]
    pub fn of(client: &Client, key_id: &str, algorithm: &'static str) -> Self {
        let input = json!({ "KeyId": key_id, "WrappingAlgorithm": algorithm, "WrappingKeySpec": "RSA_2048" });
        Self::from_answer(&client.call("GetParametersForImport", &input), algorithm)
    }

    /// Reads an answer of `GetParametersForImport`.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn from_answer(answer: &Value, algorithm: &'static str) -> Self {
        let text = |member: &str| answer[member].as_str().expect("a member").to_owned();
        Self {
            token: text("ImportToken"),
            public_key: STANDARD.decode(text("PublicKey")).expect("base64"),
            algorithm,
        }
    }

    /// Wraps material as the token's algorithm says; base64.
    ///
    /// # Panics
    /// When the material is too long for the wrapping key.
    #[must_use]
    pub fn wrap(&self, material: &[u8]) -> String {
        self.wrap_by(self.algorithm, material)
    }

    /// Wraps material by another algorithm than the token says; base64.
    ///
    /// # Panics
    /// When the material is too long for the wrapping key.
    #[must_use]
    pub fn wrap_by(&self, algorithm: &str, material: &[u8]) -> String {
        let algorithm = if algorithm == "RSAES_OAEP_SHA_1" {
            &OAEP_SHA1_MGF1SHA1
        } else {
            &OAEP_SHA256_MGF1SHA256
        };
        let key = PublicEncryptingKey::from_der(&self.public_key).expect("a public key");
        let key = OaepPublicEncryptingKey::new(key).expect("an OAEP key");
        let mut wrapped = vec![0; key.ciphertext_size()];
        STANDARD.encode(
            key.encrypt(algorithm, material, &mut wrapped, None)
                .expect("a wrap"),
        )
    }

    /// The input of `ImportKeyMaterial` for material that does not expire.
    #[must_use]
    pub fn import(&self, key_id: &str, material: &[u8]) -> Value {
        json!({
            "KeyId": key_id,
            "ImportToken": self.token,
            "EncryptedKeyMaterial": self.wrap(material),
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        })
    }
}
