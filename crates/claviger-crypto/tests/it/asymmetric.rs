//! Signatures, MACs, shared secrets and ciphertexts against OpenSSL, in both directions.

use aws_lc_rs::digest;
use claviger_crypto::engine::{Backing, Message};
use claviger_crypto::spec::Family;
use claviger_crypto::{Error, SystemRng, constant_time_eq};
use claviger_model::{
    EncryptionAlgorithmSpec, KeySpec, MacAlgorithmSpec, Secret, SigningAlgorithmSpec,
};

use crate::{openssl, random};

#[test]
fn signatures_verify_outside_and_openssls_verify_here() {
    for (facts, pkcs8) in openssl::pairs().filter(|(facts, _)| facts.family != Family::Edwards) {
        let key = Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        let public = key.public_key_der().unwrap();
        let message = random::<100>();
        for &algorithm in facts.signing {
            let (hash, options) = scheme(algorithm);
            let options: Vec<_> = options
                .iter()
                .flat_map(|option| ["-pkeyopt", option])
                .collect();
            let digest = digest::digest(hash, &message);
            let digest = digest.as_ref();
            for form in [Message::Raw(&message), Message::Digest(digest)] {
                let signature = key.sign(algorithm, form).unwrap();
                assert!(
                    openssl::verifies(public, &options, digest, &signature),
                    "{} {algorithm}",
                    facts.spec
                );
                assert!(
                    key.verify(algorithm, Message::Raw(&message), &signature)
                        .unwrap()
                );
                assert!(
                    key.verify(algorithm, Message::Digest(digest), &signature)
                        .unwrap()
                );
            }
            let theirs = openssl::private(pkcs8, "-sign", &options, digest);
            assert!(
                key.verify(algorithm, Message::Raw(&message), &theirs)
                    .unwrap()
            );
            assert!(
                key.verify(algorithm, Message::Digest(digest), &theirs)
                    .unwrap()
            );
        }
    }
}

#[test]
fn another_message_signature_or_algorithm_does_not_verify() {
    for (facts, pkcs8) in openssl::pairs() {
        let key = Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        for &algorithm in facts.signing {
            let prehashed = algorithm == SigningAlgorithmSpec::Ed25519PhSha512;
            let form = |bytes| match prehashed {
                true => Message::Digest(bytes),
                false => Message::Raw(bytes),
            };
            let (message, another) = (random::<64>(), random::<64>());
            let signature = key.sign(algorithm, form(&message)).unwrap();
            assert!(key.verify(algorithm, form(&message), &signature).unwrap());
            assert!(!key.verify(algorithm, form(&another), &signature).unwrap());
            for other in facts.signing.iter().filter(|other| **other != algorithm) {
                assert!(!matches!(
                    key.verify(*other, form(&message), &signature),
                    Ok(true)
                ));
            }
            let step = signature.len() / 5;
            for spoiled in crate::spoiled(&signature).step_by(step) {
                assert!(!key.verify(algorithm, form(&message), &spoiled).unwrap());
            }
        }
    }
}

#[test]
fn what_a_key_does_not_do_is_malformed() {
    for (facts, pkcs8) in openssl::pairs() {
        let key = Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        for algorithm in SigningAlgorithmSpec::ALL {
            let foreign = !facts.signing.contains(&algorithm);
            let digest = Message::Digest(&[7; 20]);
            for form in [
                digest,
                Message::ExternalMu(&[7; 64]),
                Message::Raw(b"message"),
            ] {
                if foreign || !matches!(form, Message::Raw(_)) {
                    assert_eq!(key.sign(algorithm, form), Err(Error::Malformed));
                    assert_eq!(
                        key.verify(algorithm, form, b"signature"),
                        Err(Error::Malformed)
                    );
                }
            }
        }
        for algorithm in MacAlgorithmSpec::ALL {
            assert_eq!(key.mac(algorithm, b"message"), Err(Error::Malformed));
        }
        for algorithm in EncryptionAlgorithmSpec::ALL {
            if !facts.encryption.contains(&algorithm) {
                assert_eq!(
                    key.encrypt_rsa(algorithm, b"plaintext"),
                    Err(Error::Malformed)
                );
                assert!(matches!(
                    key.decrypt_rsa(algorithm, b"ciphertext"),
                    Err(Error::Malformed)
                ));
            }
        }
    }
}

#[test]
fn rsa_ciphertexts_open_on_either_side() {
    let pairs = openssl::pairs().filter(|(facts, _)| facts.family == Family::Rsa);
    for ((facts, pkcs8), bytes) in pairs.zip([256, 384, 512]) {
        let key = Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        for (algorithm, hash, overhead) in [
            (EncryptionAlgorithmSpec::RsaesOaepSha1, "sha1", 42),
            (EncryptionAlgorithmSpec::RsaesOaepSha256, "sha256", 66),
        ] {
            let hash = format!("rsa_oaep_md:{hash}");
            let options = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", &hash];
            for plaintext in [vec![1], vec![2; bytes - overhead]] {
                let ours = key.encrypt_rsa(algorithm, &plaintext).unwrap();
                assert_eq!(ours.len(), bytes);
                assert_eq!(
                    openssl::private(pkcs8, "-decrypt", &options, &ours),
                    plaintext
                );
                let theirs = openssl::encrypt(key.public_key_der().unwrap(), &options, &plaintext);
                assert!(
                    key.decrypt_rsa(algorithm, &theirs)
                        .unwrap()
                        .ct_eq(&plaintext)
                );
            }
            assert_eq!(
                key.encrypt_rsa(algorithm, &vec![3; bytes - overhead + 1]),
                Err(Error::Malformed)
            );
            let ciphertext = key.encrypt_rsa(algorithm, b"plaintext").unwrap();
            for spoiled in crate::spoiled(&ciphertext).step_by(97) {
                assert!(matches!(
                    key.decrypt_rsa(algorithm, &spoiled),
                    Err(Error::Rejected)
                ));
            }
        }
    }
}

#[test]
fn shared_secrets_are_openssls() {
    for (facts, pkcs8) in openssl::pairs().filter(|(facts, _)| !facts.agreement.is_empty()) {
        let key = Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        let peer = Backing::generate_material(facts.spec, &SystemRng).unwrap();
        let peer = Backing::open(facts.spec, &peer).unwrap();
        let peer = peer.public_key_der().unwrap();
        let expected = openssl::private(pkcs8, "-derive", &[], peer);
        assert!(key.agree(peer).unwrap().ct_eq(&expected));
    }
}

#[test]
fn a_peer_of_another_curve_is_malformed() {
    let keys: Vec<_> = openssl::pairs()
        .map(|(facts, pkcs8)| {
            (
                facts,
                Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap(),
            )
        })
        .collect();
    for (facts, key) in &keys {
        for (other, peer) in &keys {
            let agrees = facts.spec == other.spec && !facts.agreement.is_empty();
            assert_eq!(key.agree(peer.public_key_der().unwrap()).is_ok(), agrees);
        }
        assert!(matches!(key.agree(b""), Err(Error::Malformed)));
    }
}

#[test]
fn ed25519_signs_the_message_and_ed25519ph_the_hash_of_the_digest() {
    // RFC 8032, section 7.3: the vector of Ed25519ph signs the SHA-512 of "abc"; here the service hashes what it gets, so
    // a "digest" is needed whose hash is known. Both sides are compared through ed25519-dalek instead.
    let (facts, pkcs8) = openssl::pairs()
        .find(|(facts, _)| facts.family == Family::Edwards)
        .unwrap();
    let key = Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
    let public = key.public_key_der().unwrap();
    let options = ["-rawin"];
    let signature = key
        .sign(
            SigningAlgorithmSpec::Ed25519Sha512,
            Message::Raw(b"message"),
        )
        .unwrap();
    assert!(openssl::verifies(public, &options, b"message", &signature));
    let theirs = openssl::private(pkcs8, "-sign", &options, b"message");
    assert_eq!(theirs, signature);

    let digest = random::<64>();
    let signature = key
        .sign(
            SigningAlgorithmSpec::Ed25519PhSha512,
            Message::Digest(&digest),
        )
        .unwrap();
    let verifier = ed25519_dalek::VerifyingKey::from_bytes(public.last_chunk().unwrap()).unwrap();
    let prehash = <ed25519_dalek::Sha512 as ed25519_dalek::Digest>::new_with_prefix(digest);
    let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
    verifier
        .verify_prehashed(prehash, None, &signature)
        .unwrap();
    for wrong in [
        (
            SigningAlgorithmSpec::Ed25519Sha512,
            Message::Digest(&digest),
        ),
        (SigningAlgorithmSpec::Ed25519PhSha512, Message::Raw(&digest)),
        (
            SigningAlgorithmSpec::Ed25519PhSha512,
            Message::Digest(&digest[..63]),
        ),
    ] {
        assert_eq!(key.sign(wrong.0, wrong.1), Err(Error::Malformed));
    }
}

#[test]
fn macs_are_of_rfc_4231() {
    // Test case 2 has a key of 4 bytes, which no KMS key has; case 3 has one of 20. Case 6: 131 bytes. So the key here is
    // case 1's, padded with zeros as HMAC itself pads it.
    let mut key = [0; 64];
    key[..20].fill(0x0b);
    for (spec, algorithm, expected) in [
        (
            KeySpec::Hmac224,
            MacAlgorithmSpec::HmacSha224,
            "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
        ),
        (
            KeySpec::Hmac256,
            MacAlgorithmSpec::HmacSha256,
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            KeySpec::Hmac384,
            MacAlgorithmSpec::HmacSha384,
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c\
             faea9ea9076ede7f4af152e8b2fa9cb6",
        ),
        (
            KeySpec::Hmac512,
            MacAlgorithmSpec::HmacSha512,
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde\
             daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        ),
    ] {
        let backing = Backing::open(spec, &Secret::copy_of(&key)).unwrap();
        let mac = backing.mac(algorithm, b"Hi There").unwrap();
        assert_eq!(hex::encode(&mac), expected);
        assert!(constant_time_eq(
            &mac,
            &backing.mac(algorithm, b"Hi There").unwrap()
        ));
        for other in MacAlgorithmSpec::ALL
            .into_iter()
            .filter(|other| *other != algorithm)
        {
            assert_eq!(backing.mac(other, b"Hi There"), Err(Error::Malformed));
        }
        for length in [0, mac.len() - 1, 129] {
            let short = Secret::copy_of(&vec![1; length]);
            assert!(matches!(Backing::open(spec, &short), Err(Error::Malformed)));
        }
        for length in [mac.len(), 128] {
            assert!(Backing::open(spec, &Secret::copy_of(&vec![1; length])).is_ok());
        }
        assert_eq!(
            Backing::generate_material(spec, &SystemRng).unwrap().len(),
            mac.len()
        );
    }
}

/// The hash of an algorithm and what OpenSSL calls the algorithm.
fn scheme(
    algorithm: SigningAlgorithmSpec,
) -> (&'static digest::Algorithm, &'static [&'static str]) {
    let name = algorithm.as_str();
    let (hash, pss, plain): (_, &'static [&'static str; 3], &'static [&'static str; 1]) =
        match name.rsplit('_').next() {
            Some("256") => (&digest::SHA256, &PSS_SHA_256, &["digest:sha256"]),
            Some("384") => (&digest::SHA384, &PSS_SHA_384, &["digest:sha384"]),
            Some("512") => (&digest::SHA512, &PSS_SHA_512, &["digest:sha512"]),
            other => panic!("{other:?}"),
        };
    (hash, if name.contains("PSS") { pss } else { plain })
}

const PSS_SHA_256: [&str; 3] = [
    "rsa_padding_mode:pss",
    "digest:sha256",
    "rsa_pss_saltlen:32",
];

const PSS_SHA_384: [&str; 3] = [
    "rsa_padding_mode:pss",
    "digest:sha384",
    "rsa_pss_saltlen:48",
];

const PSS_SHA_512: [&str; 3] = [
    "rsa_padding_mode:pss",
    "digest:sha512",
    "rsa_pss_saltlen:64",
];
