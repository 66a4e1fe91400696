//! Bytes from outside, of every kind that comes in: none may panic, and none that is noise may pass.

use claviger_crypto::blob::Blob;
use claviger_crypto::engine::{Backing, Message};
use claviger_crypto::import::{material_from, token};
use claviger_crypto::spec::{self, Family};
use claviger_model::{KeySpec, Secret};
use proptest::prelude::*;

use crate::openssl;

proptest! {
    #[test]
    fn noise_is_no_key_pair(bytes in noise()) {
        for facts in spec::TABLE.iter().filter(|facts| facts.importable) {
            let raw = matches!(facts.family, Family::Symmetric | Family::Mac);
            let material = Secret::copy_of(&bytes);
            prop_assert!(raw || material_from(facts.spec, &material).is_err());
            prop_assert!(raw || Backing::open(facts.spec, &material).is_err());
        }
        let _ = Blob::parse(&bytes);
        let _ = token::open(&Secret::copy_of(&[1; 32]), &bytes);
    }

    #[test]
    fn a_key_with_noise_in_it_does_not_panic(
        bytes in noise(),
        pair in 0..8_usize,
        at in any::<prop::sample::Index>(),
    ) {
        let (facts, pkcs8) = openssl::pairs().nth(pair).unwrap();
        let mut mixed = pkcs8.to_vec();
        let at = at.index(mixed.len());
        let end = mixed.len().min(at + bytes.len());
        mixed.splice(at..end, bytes);
        let _ = material_from(facts.spec, &Secret::from_vec(mixed));
    }

    #[test]
    fn noise_is_no_public_key_signature_or_ciphertext(bytes in noise(), pair in 0..8_usize) {
        let (facts, pkcs8) = openssl::pairs().nth(pair).unwrap();
        let key = Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        prop_assert!(key.agree(&bytes).is_err());
        for algorithm in facts.signing {
            for message in [Message::Raw(b"message"), Message::Digest(&bytes)] {
                prop_assert!(!matches!(key.verify(*algorithm, message, &bytes), Ok(true)));
            }
        }
        for algorithm in facts.encryption {
            prop_assert!(key.decrypt_rsa(*algorithm, &bytes).is_err());
        }
    }
}

/// Noise, some of it with the beginnings of DER.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::collection::vec(any::<u8>(), 0..600);
    let begun = prop::collection::vec(any::<u8>(), 0..300)
        .prop_map(|tail| [&[0x30, 0x80, 0x02, 0x01, 0x00, 0x30, 0x80, 0x06][..], &tail].concat());
    prop_oneof![bytes, begun]
}

#[test]
fn nothing_is_no_key() {
    for spec in KeySpec::ALL {
        assert!(material_from(spec, &Secret::default()).is_err());
        assert!(Backing::open(spec, &Secret::default()).is_err());
    }
}
