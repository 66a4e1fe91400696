//! What the import operations share: the day's key, the token and the wrapping algorithms.

use claviger_crypto::{
    import::{
        WrappingAlgorithm, WrappingKey, WrappingSpec, material_from,
        token::{self, Token},
    },
    spec::{self, Family},
};
use claviger_model::{AlgorithmSpec, KeySpec, Secret, Timestamp, WrappingKeySpec};

use super::material::Fresh;
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    records::{DAY_KEY_BYTES, Fault, ImportDayRecord, Stored},
};

/// The wrapping that a request asks for, when material of this spec can be wrapped so.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html>
pub(super) fn wrapping(
    algorithm: AlgorithmSpec,
    spec: WrappingKeySpec,
    material: KeySpec,
) -> Result<(WrappingAlgorithm, WrappingSpec), Error> {
    let refused = || error::wrapping_unsupported(algorithm, spec, material);
    let wrapping = match algorithm {
        AlgorithmSpec::RsaesOaepSha1 => WrappingAlgorithm::OaepSha1,
        AlgorithmSpec::RsaesOaepSha256 => WrappingAlgorithm::OaepSha256,
        AlgorithmSpec::RsaAesKeyWrapSha1 => WrappingAlgorithm::RsaAesKeyWrapSha1,
        AlgorithmSpec::RsaAesKeyWrapSha256 => WrappingAlgorithm::RsaAesKeyWrapSha256,
        // PKCS #1 v1.5 is refused since October 2023, SM2 is for the China Regions.
        AlgorithmSpec::RsaesPkcs1V15 | AlgorithmSpec::Sm2pke => return Err(refused()),
    };
    let key = match spec {
        WrappingKeySpec::Rsa2048 => WrappingSpec::Rsa2048,
        WrappingKeySpec::Rsa3072 => WrappingSpec::Rsa3072,
        WrappingKeySpec::Rsa4096 => WrappingSpec::Rsa4096,
        WrappingKeySpec::Sm2 => return Err(refused()),
    };
    let direct = matches!(
        wrapping,
        WrappingAlgorithm::OaepSha1 | WrappingAlgorithm::OaepSha256
    );
    let possible = match spec::facts(material).map(|facts| facts.family) {
        Some(Family::Symmetric | Family::Mac) => direct,
        Some(Family::Rsa) => !direct,
        // A private key of P-521 is longer than what fits into RSA_2048.
        Some(Family::Ecc | Family::Edwards) => {
            !(direct && material == KeySpec::EccNistP521 && key == WrappingSpec::Rsa2048)
        }
        Some(Family::MlDsa | Family::MlKem) | None => false,
    };
    if possible {
        Ok((wrapping, key))
    } else {
        Err(refused())
    }
}

/// Opens a wrap and reads the material in it.
///
/// Every reason why the wrap does not open is one error: the caller learns nothing about the padding. What came out of it
/// is checked completely before anything is stored.
pub(super) async fn unwrap(
    cx: &Cx<'_>,
    token: Token,
    wrapped: Vec<u8>,
    spec: KeySpec,
) -> Result<Fresh, Error> {
    let unwrap = move || {
        let unwrapped = WrappingKey::from_pkcs8(&token.wrapping_key)
            .and_then(|key| key.unwrap(token.algorithm, &wrapped))
            .map_err(|_| error::invalid_ciphertext())?;
        material_from(spec, &unwrapped)
            .and_then(|bytes| Fresh::of(spec, bytes))
            .map_err(|_| error::incorrect_key_material())
    };
    cx.core.heavy.making.run(unwrap).await?
}

/// The key that seals today's tokens. The first request of a day stages it.
pub(super) async fn today(cx: &mut Cx<'_>) -> Result<(u32, Secret), Error> {
    let day = ImportDayRecord::day_at(cx.now)?;
    let id = ImportDayRecord::id(day);
    if let Some(Stored { record, .. }) = cx.read::<ImportDayRecord>(&id).await? {
        return Ok((day, record.key));
    }
    let key = Secret::try_filled(DAY_KEY_BYTES, |out| cx.core.rng.fill(out))
        .map_err(|_| Fault::Engine)?;
    cx.staged.create(
        id,
        None,
        &ImportDayRecord {
            // EXPOSE: one copy is stored, the other seals the first token.
            key: Secret::copy_of(key.expose()),
        },
    )?;
    Ok((day, key))
}

/// Opens a token and sees that it was given out for this key and still stands.
pub(super) async fn accept_token(cx: &Cx<'_>, key: &Key, sealed: &[u8]) -> Result<Token, Error> {
    let day = token::day_of(sealed).ok_or_else(error::invalid_import_token)?;
    let Some(stored) = cx
        .read::<ImportDayRecord>(&ImportDayRecord::id(day))
        .await?
    else {
        // The keys of past days are destroyed; a token of such a day can only be too old.
        let past = day < ImportDayRecord::day_at(cx.now)?;
        return Err(if past {
            error::expired_import_token()
        } else {
            error::invalid_import_token()
        });
    };
    let token =
        token::open(&stored.record.key, sealed).map_err(|_| error::invalid_import_token())?;
    let ours = token.key_uuid == *key.place.key.as_bytes()
        && token.account == key.account.as_u64()
        && token.region == key.place.region.as_str()
        && token.epoch == key.record.import_epoch;
    if !ours {
        return Err(error::invalid_import_token());
    }
    if cx.now >= token.not_after {
        return Err(error::expired_import_token());
    }
    Ok(token)
}

/// Whether the date at which imported material shall expire is one.
pub(super) fn valid_to_in_range(valid_to: Option<Timestamp>, now: Timestamp) -> Result<(), Error> {
    let Some(valid_to) = valid_to else {
        return Ok(());
    };
    // UNKNOWN: AWS's own texts are not recorded.
    if valid_to <= now {
        return Err(error::validation("The validTo date must be in the future."));
    }
    if valid_to > now.saturating_add_days(VALID_DAYS_MAX) {
        return Err(error::validation(
            "The validTo date must be at most 365 days in the future.",
        ));
    }
    Ok(())
}

// AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html
const VALID_DAYS_MAX: i64 = 365;

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS's table, and what its last column excludes.
    #[test]
    fn each_spec_has_its_wrappings() {
        for facts in &spec::TABLE {
            for algorithm in AlgorithmSpec::ALL {
                for key in WrappingKeySpec::ALL {
                    let expected = expected(facts.spec, algorithm, key);
                    let found = wrapping(algorithm, key, facts.spec).is_ok();
                    assert_eq!(found, expected, "{} {algorithm} {key}", facts.spec);
                }
            }
        }
    }

    fn expected(material: KeySpec, algorithm: AlgorithmSpec, key: WrappingKeySpec) -> bool {
        let material = material.as_str();
        let rsa_key = key.as_str().starts_with("RSA_");
        let too_small = material == "ECC_NIST_P521" && key == WrappingKeySpec::Rsa2048;
        rsa_key
            && match algorithm.as_str() {
                "RSAES_OAEP_SHA_1" | "RSAES_OAEP_SHA_256" => {
                    !["RSA_", "ML_"]
                        .iter()
                        .any(|name| material.starts_with(name))
                        && !too_small
                }
                "RSA_AES_KEY_WRAP_SHA_1" | "RSA_AES_KEY_WRAP_SHA_256" => ["RSA_", "ECC_"]
                    .iter()
                    .any(|name| material.starts_with(name)),
                _ => false,
            }
    }
}
