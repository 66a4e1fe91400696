use claviger_crypto::barrier::{Barrier, RecordId};
use claviger_crypto::keyring::Keyring;
use claviger_crypto::root::FileRootKey;
use claviger_crypto::{Error, SystemRng};

use crate::spoiled;

#[test]
fn a_wrapped_keyring_is_the_same_keyring() {
    let root = root_key();
    let mut keyring = Keyring::generate(&SystemRng).unwrap();
    assert_eq!(keyring.add_generation(&SystemRng), Ok(2));
    let wrapped = keyring.wrap(&root, &SystemRng).unwrap();
    let again = Keyring::unwrap(&wrapped, &root).unwrap();
    assert_eq!(again.cluster(), keyring.cluster());
    assert!(again.audit_seed().ct_eq(keyring.audit_seed().expose()));

    let (one, other) = (Barrier::new(keyring), Barrier::new(again));
    assert_eq!(
        one.index("alias", &[b"name"]),
        other.index("alias", &[b"name"])
    );
    let sealed = one
        .seal(
            &RecordId {
                account: 1,
                table: "key",
                id: b"id",
            },
            1,
            b"plaintext",
            &SystemRng,
        )
        .unwrap();
    assert!(
        other
            .open("key", b"id", &sealed)
            .unwrap()
            .plaintext
            .ct_eq(b"plaintext")
    );
}

#[test]
fn old_generations_stay_readable() {
    let root = root_key();
    let keyring = Keyring::generate(&SystemRng).unwrap();
    let wrapped = keyring.wrap(&root, &SystemRng).unwrap();
    let at = RecordId {
        account: 1,
        table: "key",
        id: b"id",
    };
    let sealed = Barrier::new(keyring)
        .seal(&at, 1, b"plaintext", &SystemRng)
        .unwrap();

    let mut rotated = Keyring::unwrap(&wrapped, &root).unwrap();
    assert_eq!(rotated.add_generation(&SystemRng), Ok(2));
    assert_eq!(rotated.add_generation(&SystemRng), Ok(3));
    let opened = Barrier::new(rotated).open("key", b"id", &sealed).unwrap();
    assert_eq!(opened.generation, 1);
    assert!(opened.plaintext.ct_eq(b"plaintext"));
}

#[test]
fn spoiled_bytes_and_other_root_keys_are_refused() {
    let root = root_key();
    let wrapped = Keyring::generate(&SystemRng)
        .unwrap()
        .wrap(&root, &SystemRng)
        .unwrap();
    assert!(matches!(
        Keyring::unwrap(&wrapped, &root_key()),
        Err(Error::Rejected)
    ));
    for spoiled in spoiled(&wrapped) {
        assert!(Keyring::unwrap(&spoiled, &root).is_err());
    }
}

#[test]
fn the_cluster_has_a_random_uuid() {
    let cluster = || *Keyring::generate(&SystemRng).unwrap().cluster();
    assert_ne!(cluster(), cluster());
    assert_eq!(uuid::Uuid::from_bytes(cluster()).get_version_num(), 4);
}

fn root_key() -> FileRootKey {
    let folder = tempfile::tempdir().unwrap();
    FileRootKey::create(&folder.path().join("root.key"), &SystemRng).unwrap()
}
