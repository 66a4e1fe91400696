use std::collections::BTreeSet;

use claviger_crypto::keyring::Keyring;
use claviger_crypto::token::{OVERHEAD_BYTES, open, seal, session_secret};
use claviger_crypto::{Error, Rng, SystemRng};

use crate::spoiled;

#[test]
fn a_token_opens_and_grows_by_its_overhead() {
    let keyring = keyring();
    for len in [0, 1, 300, 4096] {
        let plaintext = vec![7; len];
        let token = seal(&keyring, SESSION, &plaintext, &SystemRng).unwrap();
        assert_eq!(token.len(), len + OVERHEAD_BYTES);
        assert!(open(&keyring, SESSION, &token).unwrap().ct_eq(&plaintext));
    }
}

#[test]
fn spoiled_bytes_are_refused() {
    let keyring = keyring();
    for spoiled in spoiled(&token(&keyring)) {
        assert!(open(&keyring, SESSION, &spoiled).is_err());
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let keyring = keyring();
    let token = token(&keyring);
    for bit in 0..token.len() * 8 {
        let mut flipped = token.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&keyring, SESSION, &flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn a_token_of_one_purpose_is_none_of_another() {
    let keyring = keyring();
    let token = token(&keyring);
    for purpose in ["grant", "", "sessio", "session ", "Session"] {
        assert!(
            matches!(open(&keyring, purpose, &token), Err(Error::Rejected)),
            "{purpose:?}"
        );
    }
}

#[test]
fn another_cluster_opens_nothing() {
    let refused = open(&keyring(), SESSION, &token(&keyring()));
    assert!(matches!(refused, Err(Error::Rejected)));
}

#[test]
fn rotation_seals_anew_and_opens_everything() {
    let mut keyring = keyring();
    let older = token(&keyring);
    let older_secret = session_secret(&keyring, &older, ID).unwrap();
    keyring.add_generation(&SystemRng).unwrap();
    let newer = token(&keyring);
    assert_eq!(
        (older[1..5].to_vec(), newer[1..5].to_vec()),
        (vec![0, 0, 0, 1], vec![0, 0, 0, 2])
    );
    assert!(open(&keyring, SESSION, &older).is_ok());
    assert!(open(&keyring, SESSION, &newer).is_ok());
    let newer_secret = session_secret(&keyring, &newer, ID).unwrap();
    assert!(
        session_secret(&keyring, &older, ID)
            .unwrap()
            .ct_eq(older_secret.expose())
    );
    assert!(!newer_secret.ct_eq(older_secret.expose()));
}

#[test]
fn no_two_tokens_are_alike() {
    let keyring = keyring();
    let tokens: BTreeSet<_> = (0..100).map(|_| token(&keyring)).collect();
    assert_eq!(tokens.len(), 100);
}

#[test]
fn a_secret_is_forty_letters_of_its_id_and_cluster() {
    let (one, other) = (keyring(), keyring());
    let mut secrets = BTreeSet::new();
    for (keyring, id) in [
        (&one, ID),
        (&one, "ASIAIOSFODNN7EXAMPLF"),
        (&one, ""),
        (&other, ID),
    ] {
        let secret = session_secret(keyring, &token(keyring), id).unwrap();
        assert!(
            secret.ct_eq(
                session_secret(keyring, &token(keyring), id)
                    .unwrap()
                    .expose()
            )
        );
        let in_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        assert!(secret.len() == 40 && secret.expose().iter().all(in_base64));
        secrets.insert(secret.expose().to_vec());
    }
    assert_eq!(secrets.len(), 4);
}

#[test]
fn a_secret_of_no_token_is_refused() {
    let keyring = keyring();
    let refused = |token: &[u8]| session_secret(&keyring, token, ID).err();
    assert_eq!(refused(b""), Some(Error::Malformed));
    assert_eq!(refused(&[2, 0, 0, 0, 1]), Some(Error::Malformed));
    assert_eq!(refused(&[1, 0, 0, 0]), Some(Error::Malformed));
    assert_eq!(refused(&[1, 0, 0, 0, 2]), Some(Error::Rejected));
}

#[test]
fn without_randomness_there_is_no_token() {
    struct Dry;
    impl Rng for Dry {
        fn fill(&self, _: &mut [u8]) -> Result<(), Error> {
            Err(Error::Engine)
        }
    }
    assert_eq!(
        seal(&keyring(), SESSION, b"plaintext", &Dry),
        Err(Error::Engine)
    );
}

fn keyring() -> Keyring {
    Keyring::generate(&SystemRng).unwrap()
}

fn token(keyring: &Keyring) -> Vec<u8> {
    seal(keyring, SESSION, b"plaintext", &SystemRng).unwrap()
}

const SESSION: &str = "session";
const ID: &str = "ASIAIOSFODNN7EXAMPLE";
