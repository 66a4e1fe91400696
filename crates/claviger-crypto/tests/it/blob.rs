use std::collections::BTreeMap;

use claviger_crypto::Error;
use claviger_crypto::blob::{self, Address, Blob, OVERHEAD_BYTES};
use claviger_crypto::context::Context;
use proptest::prelude::*;

use crate::{backing, random, spoiled};

#[test]
fn a_blob_is_110_bytes_longer_than_its_plaintext() {
    assert_eq!(OVERHEAD_BYTES, 110);
    for plaintext in [vec![], vec![7], vec![7; 32], vec![7; 4096]] {
        let sealed = blob::seal(
            &backing(&MATERIAL),
            &AT,
            &Context::empty(),
            &plaintext,
            &random(),
        )
        .unwrap();
        assert_eq!(sealed.len(), plaintext.len() + 110);
        let opened = blob::open(
            &backing(&MATERIAL),
            &Blob::parse(&sealed).unwrap(),
            &Context::empty(),
        )
        .unwrap();
        assert!(opened.ct_eq(&plaintext));
    }
}

#[test]
fn spoiled_bytes_are_refused() {
    let pairs = pairs(&[("tenant", "42")]);
    let context = Context::of(&pairs).unwrap();
    let sealed = blob::seal(&backing(&MATERIAL), &AT, &context, b"data key", &random()).unwrap();
    for spoiled in spoiled(&sealed) {
        assert!(open(&MATERIAL, &spoiled, &context).is_err());
    }
}

#[test]
fn the_same_imported_bytes_in_another_key_open_nothing() {
    let sealed = blob::seal(
        &backing(&MATERIAL),
        &AT,
        &Context::empty(),
        b"data key",
        &random(),
    )
    .unwrap();
    // The attacker who owns the other key moves the blob there: byte for byte its own address, same material.
    let mut moved = sealed.clone();
    moved[2..18].copy_from_slice(&[9; 16]);
    assert_eq!(
        open(&MATERIAL, &moved, &Context::empty()),
        Err(Error::Rejected)
    );
    let mut other_material_id = sealed;
    other_material_id[18..34].copy_from_slice(&[9; 16]);
    assert_eq!(
        open(&MATERIAL, &other_material_id, &Context::empty()),
        Err(Error::Rejected)
    );
}

#[test]
fn a_blob_is_bound_to_its_context() {
    let right = pairs(&[("a", "bc"), ("d", "")]);
    let right = Context::of(&right).unwrap();
    let sealed = blob::seal(&backing(&MATERIAL), &AT, &right, b"data key", &random()).unwrap();
    assert_eq!(open(&MATERIAL, &sealed, &right), Ok(b"data key".to_vec()));
    for wrong in [
        &[][..],
        &[("a", "bc")],
        &[("ab", "c"), ("d", "")],
        &[("A", "bc"), ("d", "")],
        &[("a", ""), ("d", "bc")],
    ] {
        assert_eq!(
            open(&MATERIAL, &sealed, &Context::of(&pairs(wrong)).unwrap()),
            Err(Error::Rejected)
        );
    }
}

#[test]
fn a_ciphertext_under_the_right_key_with_a_false_commitment_is_refused() {
    let sealed = blob::seal(
        &backing(&MATERIAL),
        &AT,
        &Context::empty(),
        b"data key",
        &random(),
    )
    .unwrap();
    let mut other = sealed.clone();
    other[50..82].copy_from_slice(&random::<32>());
    assert_eq!(
        open(&MATERIAL, &other, &Context::empty()),
        Err(Error::Rejected)
    );
}

#[test]
fn other_formats_are_malformed() {
    let sealed = blob::seal(&backing(&MATERIAL), &AT, &Context::empty(), b"", &random()).unwrap();
    assert!(matches!(Blob::parse(&sealed[..109]), Err(Error::Malformed)));
    for (at, value) in [(0, 0), (0, 2), (1, 0), (1, 2)] {
        let mut other = sealed.clone();
        other[at] = value;
        assert!(matches!(Blob::parse(&other), Err(Error::Malformed)));
    }
}

#[test]
fn fresh_entropy_makes_fresh_blobs() {
    let seal = || {
        blob::seal(
            &backing(&MATERIAL),
            &AT,
            &Context::empty(),
            b"same",
            &random(),
        )
        .unwrap()
    };
    assert_ne!(seal(), seal());
}

proptest! {
    #[test]
    fn parsing_never_panics(bytes: Vec<u8>) {
        if let Ok(parsed) = Blob::parse(&bytes) {
            prop_assert!(blob::open(&backing(&MATERIAL), &parsed, &Context::empty()).is_err());
        }
    }

    #[test]
    fn what_was_sealed_opens(
        material: [u8; 32],
        key: [u8; 16],
        prefix: [u8; 16],
        pairs in proptest::collection::btree_map(".{0,8}", ".{0,8}", 0..4),
        plaintext: Vec<u8>,
    ) {
        let (at, context) = (Address { key, material: prefix }, Context::of(&pairs).unwrap());
        let sealed = blob::seal(&backing(&material), &at, &context, &plaintext, &random()).unwrap();
        prop_assert_eq!(*Blob::parse(&sealed).unwrap().address(), at);
        prop_assert_eq!(open(&material, &sealed, &context), Ok(plaintext));
    }
}

fn open(material: &[u8], sealed: &[u8], context: &Context<'_>) -> Result<Vec<u8>, Error> {
    let opened = blob::open(&backing(material), &Blob::parse(sealed)?, context)?;
    Ok(opened.expose().to_vec())
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

const AT: Address = Address {
    key: [1; 16],
    material: [2; 16],
};

const MATERIAL: [u8; 32] = [3; 32];
