//! The other side of an import is OpenSSL, as in the documented ceremony.

use std::process::Command;

use claviger_crypto::Error;
use claviger_crypto::import::{WrappingAlgorithm, WrappingKey, WrappingSpec};
use claviger_model::Secret;

use crate::openssl::run;
use crate::{random, spoiled};

#[test]
fn what_openssl_wraps_unwraps() {
    for spec in WrappingSpec::ALL {
        let key = WrappingKey::generate(spec).unwrap();
        for (algorithm, hash) in [
            (WrappingAlgorithm::OaepSha1, "sha1"),
            (WrappingAlgorithm::OaepSha256, "sha256"),
        ] {
            let material = random::<32>();
            let wrapped = openssl_wrap(&key, hash, &material);
            assert!(key.unwrap(algorithm, &wrapped).unwrap().ct_eq(&material));
            // Through a token and back it is still the same key.
            let again = WrappingKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(again.spec(), spec);
            assert!(again.unwrap(algorithm, &wrapped).unwrap().ct_eq(&material));
        }
    }
}

#[test]
fn what_openssl_wraps_in_two_steps_unwraps() {
    for spec in WrappingSpec::ALL {
        let key = WrappingKey::generate(spec).unwrap();
        for (algorithm, hash) in TWO_STEPS {
            for length in [1, 7, 8, 32, 121, 2375] {
                let material = vec![0x5a; length];
                let kek = random::<32>();
                let wrapped = [openssl_wrap(&key, hash, &kek), key_wrap(&kek, &material)].concat();
                assert!(key.unwrap(algorithm, &wrapped).unwrap().ct_eq(&material));
            }
        }
    }
}

#[test]
fn every_failure_of_two_steps_is_the_same_refusal() {
    let key = WrappingKey::generate(WrappingSpec::Rsa2048).unwrap();
    let (kek, material) = (random::<32>(), random::<121>());
    let [(sha_1, _), (sha_256, hash)] = TWO_STEPS;
    let (first, second) = (openssl_wrap(&key, hash, &kek), key_wrap(&kek, &material));
    let wrapped = [first.as_slice(), &second].concat();
    let refuse = |algorithm, bytes: &[u8]| {
        assert!(matches!(key.unwrap(algorithm, bytes), Err(Error::Rejected)))
    };
    assert!(key.unwrap(sha_256, &wrapped).is_ok());
    refuse(sha_1, &wrapped);
    refuse(WrappingAlgorithm::OaepSha256, &wrapped);
    refuse(sha_256, &first);
    refuse(sha_256, &[second.as_slice(), &first].concat());
    for length in [16, 24, 33] {
        // AES-128 and AES-192 are not what AWS documents.
        let other = openssl_wrap(&key, hash, &[7; 33][..length]);
        let padded = key_wrap(&[7; 32], &material);
        refuse(sha_256, &[other, padded].concat());
    }
    for spoiled in spoiled(&wrapped).step_by(7) {
        refuse(sha_256, &spoiled);
    }
    for length in [0, 255, 256, 257, 264, 272, 4096] {
        refuse(sha_256, &vec![1; length]);
    }
}

#[test]
fn every_failure_is_the_same_refusal() {
    let key = WrappingKey::generate(WrappingSpec::Rsa2048).unwrap();
    let wrapped = openssl_wrap(&key, "sha256", &random::<32>());
    let refuse = |algorithm, bytes: &[u8]| {
        assert!(matches!(key.unwrap(algorithm, bytes), Err(Error::Rejected)))
    };
    refuse(WrappingAlgorithm::OaepSha1, &wrapped);
    let other = WrappingKey::generate(WrappingSpec::Rsa2048).unwrap();
    refuse(
        WrappingAlgorithm::OaepSha256,
        &openssl_wrap(&other, "sha256", &random::<32>()),
    );
    let pkcs1 = openssl(
        &key,
        &["-pkeyopt", "rsa_padding_mode:pkcs1"],
        &random::<32>(),
    );
    refuse(WrappingAlgorithm::OaepSha256, &pkcs1);
    let other_mask = [
        "-pkeyopt",
        "rsa_padding_mode:oaep",
        "-pkeyopt",
        "rsa_oaep_md:sha256",
        "-pkeyopt",
        "rsa_mgf1_md:sha1",
    ];
    refuse(
        WrappingAlgorithm::OaepSha256,
        &openssl(&key, &other_mask, &random::<32>()),
    );
    for number in [[0; 256], [0xff; 256]] {
        refuse(WrappingAlgorithm::OaepSha256, &number);
    }
    for spoiled in spoiled(&wrapped).step_by(7) {
        refuse(WrappingAlgorithm::OaepSha256, &spoiled);
    }
    for length in [0, 255, 257, 384, 4096] {
        refuse(WrappingAlgorithm::OaepSha256, &vec![1; length]);
    }
}

#[test]
fn the_public_key_is_what_openssl_reads() {
    for (spec, bits) in [
        (WrappingSpec::Rsa2048, "2048"),
        (WrappingSpec::Rsa3072, "3072"),
        (WrappingSpec::Rsa4096, "4096"),
    ] {
        let der = WrappingKey::generate(spec)
            .unwrap()
            .public_spki_der()
            .unwrap();
        let text = run(
            Command::new("openssl").args(["pkey", "-pubin", "-inform", "DER", "-noout", "-text"]),
            &der,
        );
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains(&format!("({bits} bit")), "{text}");
        assert!(text.contains("65537"), "{text}");
    }
}

#[test]
fn other_private_keys_are_malformed() {
    for (algorithm, option) in [
        ("RSA", "rsa_keygen_bits:1024"),
        ("EC", "ec_paramgen_curve:P-256"),
        ("RSA", "rsa_keygen_bits:2056"),
    ] {
        let arguments = [
            "genpkey",
            "-outform",
            "DER",
            "-algorithm",
            algorithm,
            "-pkeyopt",
            option,
        ];
        let pkcs8 = Secret::from_vec(run(Command::new("openssl").args(arguments), b""));
        assert!(
            matches!(WrappingKey::from_pkcs8(&pkcs8), Err(Error::Malformed)),
            "{option}"
        );
    }
    assert!(matches!(
        WrappingKey::from_pkcs8(&Secret::default()),
        Err(Error::Malformed)
    ));
}

/// AES key wrap with padding (RFC 5649), as the documented ceremony calls it.
fn key_wrap(kek: &[u8; 32], material: &[u8]) -> Vec<u8> {
    let kek = hex::encode(kek);
    let mut command = Command::new("openssl");
    run(
        command.args(["enc", "-id-aes256-wrap-pad", "-iv", "A65959A6", "-K", &kek]),
        material,
    )
}

fn openssl_wrap(key: &WrappingKey, hash: &str, material: &[u8]) -> Vec<u8> {
    let hash = format!("rsa_oaep_md:{hash}");
    openssl(
        key,
        &["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", &hash],
        material,
    )
}

fn openssl(key: &WrappingKey, options: &[&str], material: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let public = folder.path().join("public.der");
    std::fs::write(&public, key.public_spki_der().unwrap()).unwrap();
    let mut command = Command::new("openssl");
    command
        .args(["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey"])
        .arg(&public)
        .args(options);
    run(&mut command, material)
}

const TWO_STEPS: [(WrappingAlgorithm, &str); 2] = [
    (WrappingAlgorithm::RsaAesKeyWrapSha1, "sha1"),
    (WrappingAlgorithm::RsaAesKeyWrapSha256, "sha256"),
];
