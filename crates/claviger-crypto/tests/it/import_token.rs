use claviger_crypto::import::token::{self, Token};
use claviger_crypto::import::{WrappingAlgorithm, WrappingKey, WrappingSpec};
use claviger_crypto::{Error, SystemRng};
use claviger_model::{Secret, Timestamp};

use crate::{random, spoiled};

#[test]
fn a_token_of_every_spec_fits_and_opens() {
    for spec in WrappingSpec::ALL {
        let key = WrappingKey::generate(spec).unwrap();
        for algorithm in WrappingAlgorithm::ALL {
            let day_key = Secret::copy_of(&random::<32>());
            let sealed = token::seal(
                &day_key,
                &of(key.to_pkcs8().unwrap(), spec, algorithm),
                &SystemRng,
            )
            .unwrap();
            assert!(sealed.len() <= IMPORT_TOKEN_BYTES_MAX);
            assert_eq!(token::day_of(&sealed), Some(20_780));

            let opened = token::open(&day_key, &sealed).unwrap();
            assert_eq!(
                (opened.day, opened.spec, opened.algorithm),
                (20_780, spec, algorithm)
            );
            assert_eq!(
                (opened.key_uuid, opened.account, opened.epoch),
                ([7; 16], 111_122_223_333, 2)
            );
            assert_eq!(
                (opened.region.as_str(), opened.not_after),
                ("us-east-1", Timestamp::from_epoch_ms(1_795_392_000_000))
            );
            let again = WrappingKey::from_pkcs8(&opened.wrapping_key).unwrap();
            assert_eq!(
                again.public_spki_der().unwrap(),
                key.public_spki_der().unwrap()
            );
        }
    }
}

#[test]
fn spoiled_bytes_and_other_days_are_refused() {
    let day_key = Secret::copy_of(&random::<32>());
    let sealed = token::seal(&day_key, &small(), &SystemRng).unwrap();
    assert!(matches!(
        token::open(&Secret::copy_of(&random::<32>()), &sealed),
        Err(Error::Rejected)
    ));
    for spoiled in spoiled(&sealed) {
        assert!(token::open(&day_key, &spoiled).is_err());
    }
}

#[test]
fn the_day_of_other_bytes_is_none() {
    assert_eq!(token::day_of(b""), None);
    assert_eq!(token::day_of(&[1, 1, 0, 0, 0]), None);
    assert_eq!(token::day_of(&[2, 1, 0, 0, 0, 9]), None);
    assert_eq!(token::day_of(&[1, 1, 0, 0, 0, 9]), Some(9));
}

#[test]
fn a_region_name_has_at_most_255_bytes() {
    let day_key = Secret::copy_of(&random::<32>());
    let of_region = |bytes: usize| {
        token::seal(
            &day_key,
            &Token {
                region: "r".repeat(bytes),
                ..small()
            },
            &SystemRng,
        )
    };
    assert!(token::open(&day_key, &of_region(255).unwrap()).is_ok());
    assert_eq!(of_region(256), Err(Error::Malformed));
}

/// The private key's own bytes do not matter here.
fn small() -> Token {
    of(
        Secret::copy_of(&[9; 64]),
        WrappingSpec::Rsa2048,
        WrappingAlgorithm::OaepSha256,
    )
}

fn of(wrapping_key: Secret, spec: WrappingSpec, algorithm: WrappingAlgorithm) -> Token {
    Token {
        day: 20_780,
        wrapping_key,
        spec,
        algorithm,
        key_uuid: [7; 16],
        account: 111_122_223_333,
        region: "us-east-1".to_owned(),
        epoch: 2,
        not_after: Timestamp::from_epoch_ms(1_795_392_000_000),
    }
}

// AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html
const IMPORT_TOKEN_BYTES_MAX: usize = 6144;
