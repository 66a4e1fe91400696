//! An identity provider for tests: keys, tokens, and a published key set.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
        RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding,
        RsaKeyPair, RsaPublicKeyComponents,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use claviger_iam::web_identity::{KeySetSource, KeySets, Unavailable};
use serde_json::{Value, json};
use tokio::sync::Barrier;

/// A provider that publishes what it is told to.
#[derive(Clone)]
pub(crate) struct Idp(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    answer: Mutex<Option<String>>,
    url: Mutex<String>,
    asked: AtomicUsize,
    /// Met twice by each fetch, when there is one.
    pub(crate) gate: Mutex<Option<Arc<Barrier>>>,
}

impl Idp {
    pub(crate) fn new() -> Self {
        let idp = Self(Arc::new(Inner {
            answer: Mutex::new(None),
            url: Mutex::new(URL.to_owned()),
            asked: AtomicUsize::new(0),
            gate: Mutex::new(None),
        }));
        idp.publish(&material().all_jwks());
        idp
    }

    pub(crate) fn publish(&self, keys: &[Value]) {
        self.answer(Some(json!({ "keys": keys }).to_string()));
    }

    pub(crate) fn answer(&self, answer: Option<String>) {
        *self.0.answer.lock().unwrap() = answer;
    }

    /// Is found there from now on.
    pub(crate) fn move_to(&self, url: &str) {
        url.clone_into(&mut self.0.url.lock().unwrap());
    }

    pub(crate) fn asked(&self) -> usize {
        self.0.asked.load(SeqCst)
    }

    pub(crate) fn key_sets(&self) -> KeySets {
        KeySets::new(Arc::new(self.clone()))
    }
}

impl KeySetSource for Idp {
    fn fetch<'a>(
        &'a self,
        issuer: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Unavailable>> + Send + 'a>> {
        assert_eq!(issuer, format!("https://{}", self.0.url.lock().unwrap()));
        Box::pin(async {
            self.0.asked.fetch_add(1, SeqCst);
            let gate = self.0.gate.lock().unwrap().clone();
            if let Some(gate) = gate {
                gate.wait().await;
                gate.wait().await;
            }
            let answer = self.0.answer.lock().unwrap().clone();
            answer
                .map(String::into_bytes)
                .ok_or_else(|| Unavailable("down".to_owned()))
        })
    }
}

/// The private keys, made once: RSA takes its time.
pub(crate) struct Material {
    pub(crate) rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
}

pub(crate) fn material() -> &'static Material {
    static MADE: OnceLock<Material> = OnceLock::new();
    MADE.get_or_init(|| Material {
        rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
        p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        p384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
    })
}

impl Material {
    pub(crate) fn rsa_jwk(&self) -> Value {
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public_key());
        json!({"kty": "RSA", "kid": "rsa", "use": "sig", "n": BASE64URL.encode(public.n), "e": BASE64URL.encode(public.e)})
    }

    fn ec_jwk(kid: &str, curve: &str, key: &EcdsaKeyPair) -> Value {
        let point = &key.public_key().as_ref()[1..];
        let (x, y) = point.split_at(point.len() / 2);
        json!({"kty": "EC", "crv": curve, "kid": kid, "x": BASE64URL.encode(x), "y": BASE64URL.encode(y)})
    }

    fn all_jwks(&self) -> Vec<Value> {
        let mut only = self.rsa_jwk();
        only["kid"] = json!("only-rs256");
        only["alg"] = json!("RS256");
        let mut encrypts = self.rsa_jwk();
        encrypts["kid"] = json!("for-encryption");
        encrypts["use"] = json!("enc");
        vec![
            self.rsa_jwk(),
            Self::ec_jwk("p256", "P-256", &self.p256),
            Self::ec_jwk("p384", "P-384", &self.p384),
            only,
            encrypts,
            json!({"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}),
        ]
    }

    fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        let rsa = |padding: &'static dyn RsaEncoding| {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa
                .sign(padding, &rng, message, &mut signature)
                .unwrap();
            signature
        };
        match alg {
            "ES256" => self.p256.sign(&rng, message).unwrap().as_ref().to_vec(),
            "ES384" => self.p384.sign(&rng, message).unwrap().as_ref().to_vec(),
            "RS384" => rsa(&RSA_PKCS1_SHA384),
            "RS512" => rsa(&RSA_PKCS1_SHA512),
            "PS256" => rsa(&RSA_PSS_SHA256),
            _ => rsa(&RSA_PKCS1_SHA256),
        }
    }
}

pub(crate) fn claims() -> Value {
    json!({"iss": format!("https://{URL}"), "sub": "repo:acme/app", "aud": "sts.amazonaws.com",
        "exp": NOW + 300, "iat": NOW - 5, "nbf": NOW - 5})
}

pub(crate) fn rs256(claims: &Value) -> String {
    sign("RS256", Some("rsa"), claims)
}

/// A token as providers make it.
pub(crate) fn sign(alg: &str, kid: Option<&str>, claims: &Value) -> String {
    let mut header = json!({"typ": "JWT", "alg": alg});
    if let Some(kid) = kid {
        header["kid"] = json!(kid);
    }
    signed(&header, &claims.to_string())
}

/// A token with this header, really signed.
pub(crate) fn signed(header: &Value, claims: &str) -> String {
    let message = unsigned(header, claims);
    let alg = header["alg"].as_str().unwrap();
    let signature = material().sign(alg, message.as_bytes());
    format!("{message}.{}", BASE64URL.encode(signature))
}

/// Header and claims of a token.
pub(crate) fn unsigned(header: &Value, claims: &str) -> String {
    let header = BASE64URL.encode(header.to_string());
    format!("{header}.{}", BASE64URL.encode(claims))
}

pub(crate) const URL: &str = "idp.example/tenant";
pub(crate) const ARN: &str = "arn:aws:iam::111122223333:oidc-provider/idp.example/tenant";
/// 2026-01-02T03:04:05Z.
pub(crate) const NOW: i64 = 1_767_323_045;
