//! Data key pairs, as their receivers see them.

use std::process::Command;

use claviger_crypto::engine::Backing;
use claviger_crypto::import::material_from;
use claviger_crypto::{Error, SystemRng, pair};
use claviger_model::{DataKeyPairSpec, KeySpec};

use crate::openssl::run;

#[test]
fn openssl_reads_both_halves_and_they_belong_together() {
    for spec in pairs() {
        let (private, public) = pair::generate(spec, &SystemRng).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.args(["pkey", "-inform", "DER", "-pubout", "-outform", "DER"]);
        assert_eq!(run(&mut openssl, private.expose()), public, "{spec}");
    }
}

#[test]
fn a_pair_can_be_imported_as_a_key_of_the_same_name() {
    for spec in pairs() {
        let (private, public) = pair::generate(spec, &SystemRng).unwrap();
        let key_spec = KeySpec::from_wire(spec.as_str()).unwrap();
        let stored = material_from(key_spec, &private).unwrap();
        assert!(stored.ct_eq(private.expose()), "{spec}");
        let key = Backing::open(key_spec, &stored).unwrap();
        assert_eq!(key.public_key_der(), Some(public.as_slice()));
        let (another, _) = pair::generate(spec, &SystemRng).unwrap();
        assert!(!another.ct_eq(private.expose()));
    }
}

#[test]
fn sm2_is_of_the_china_regions() {
    assert!(matches!(
        pair::generate(DataKeyPairSpec::Sm2, &SystemRng),
        Err(Error::Malformed)
    ));
}

/// What OpenSSL 3.0 knows and is soon generated; `post_quantum` has the others.
fn pairs() -> impl Iterator<Item = DataKeyPairSpec> {
    DataKeyPairSpec::ALL.into_iter().filter(|spec| {
        let name = spec.as_str();
        !name.starts_with("ML_KEM") && name != "SM2" && name != "RSA_4096" && name != "RSA_3072"
    })
}
