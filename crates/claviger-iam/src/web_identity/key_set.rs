//! The keys that a provider publishes.

use std::collections::HashMap;

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;

/// A provider's signing keys by id.
#[derive(Default)]
pub(super) struct KeySet(HashMap<String, Vec<Jwk>>);

impl KeySet {
    /// Reads a JWK set (RFC 7517, section 5). Keys that no token may be signed with are left out; nothing when this is no
    /// set, or one of more keys than a provider has.
    pub(super) fn parse(json: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Published {
            // Each for itself: one key of a kind that is not known here does not spoil the others.
            keys: Vec<serde_json::Value>,
        }
        let Published { keys } = serde_json::from_slice(json).ok()?;
        if keys.len() > KEYS_MAX {
            return None;
        }
        let mut by_id: HashMap<String, Vec<Jwk>> = HashMap::new();
        for key in keys {
            let Ok(key) = serde_json::from_value::<Jwk>(key) else {
                continue;
            };
            if let Some(id) = key
                .common
                .key_id
                .clone()
                .filter(|_| is_for_signatures(&key))
            {
                by_id.entry(id).or_default().push(key);
            }
        }
        Some(Self(by_id))
    }

    /// The key of this id for this algorithm. Two of them are none: which one was meant is not ours to guess.
    pub(super) fn key(&self, id: &str, alg: Algorithm) -> Option<DecodingKey> {
        let mut fitting = self.0.get(id)?.iter().filter(|key| is_for(key, alg));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => DecodingKey::from_jwk(only).ok(),
            (None, _) | (Some(_), Some(_)) => None,
        }
    }
}

/// The algorithms that AWS accepts, so far as the library has them: never `none`, never one with a shared secret.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
// DIFFERS: ES512 is refused, because the library has no P-521 for tokens.
pub(super) fn is_accepted(alg: Algorithm) -> bool {
    matches!(
        alg,
        Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::ES256
            | Algorithm::ES384
    )
}

fn is_for_signatures(key: &Jwk) -> bool {
    let used_so = match &key.common.public_key_use {
        None | Some(PublicKeyUse::Signature) => true,
        Some(PublicKeyUse::Encryption | PublicKeyUse::Other(_)) => false,
    };
    let operations = key.common.key_operations.as_deref();
    used_so && operations.is_none_or(|list| list.contains(&KeyOperations::Verify))
}

/// Whether the key's type, curve and own `alg` fit: a key of one kind must not verify what another kind signs.
fn is_for(key: &Jwk, alg: Algorithm) -> bool {
    let fits = if let AlgorithmParameters::EllipticCurve(parameters) = &key.algorithm {
        matches!(
            (&parameters.curve, alg),
            (EllipticCurve::P256, Algorithm::ES256) | (EllipticCurve::P384, Algorithm::ES384)
        )
    } else {
        matches!(key.algorithm, AlgorithmParameters::RSA(_))
            && matches!(alg, Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512)
    };
    let stated = key.common.key_algorithm;
    fits && stated.is_none_or(|stated| Algorithm::try_from(stated) == Ok(alg))
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 100 RSA and 100 EC keys.
const KEYS_MAX: usize = 200;
