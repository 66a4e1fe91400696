use std::collections::BTreeSet;

use claviger_crypto::barrier::{Barrier, RecordId};
use claviger_crypto::keyring::Keyring;
use claviger_crypto::{Error, SystemRng};

use crate::spoiled;

#[test]
fn a_record_tells_its_account_and_version() {
    let barrier = barrier();
    let opened = barrier.open(AT.table, AT.id, &sealed(&barrier)).unwrap();
    assert_eq!(
        (opened.account, opened.version, opened.generation),
        (AT.account, VERSION, 1)
    );
    assert!(opened.plaintext.ct_eq(b"plaintext"));
}

#[test]
fn spoiled_bytes_are_refused() {
    let barrier = barrier();
    for spoiled in spoiled(&sealed(&barrier)) {
        assert!(barrier.open(AT.table, AT.id, &spoiled).is_err());
    }
}

#[test]
fn a_record_opens_in_its_place_only() {
    let barrier = barrier();
    let sealed = sealed(&barrier);
    assert!(barrier.open(AT.table, AT.id, &sealed).is_ok());
    // The last two join to the same bytes as the right place does.
    for (table, id) in [
        ("alias", AT.id),
        (AT.table, &b"other"[..]),
        ("", AT.id),
        ("keyi", b"d"),
        ("ke", b"yid"),
    ] {
        assert!(
            matches!(barrier.open(table, id, &sealed), Err(Error::Rejected)),
            "{table}"
        );
    }
}

#[test]
fn the_header_cannot_be_given_to_others() {
    let barrier = barrier();
    let sealed = sealed(&barrier);
    let other_account = [&sealed[..6], &5_u64.to_be_bytes(), &sealed[14..]].concat();
    assert!(matches!(
        barrier.open(AT.table, AT.id, &other_account),
        Err(Error::Rejected)
    ));
    let newer = [&sealed[..14], &(VERSION + 1).to_be_bytes(), &sealed[22..]].concat();
    assert!(matches!(
        barrier.open(AT.table, AT.id, &newer),
        Err(Error::Rejected)
    ));
    let unknown_generation = [&sealed[..2], &2_u32.to_be_bytes(), &sealed[6..]].concat();
    assert!(matches!(
        barrier.open(AT.table, AT.id, &unknown_generation),
        Err(Error::Rejected)
    ));
}

#[test]
fn another_cluster_opens_nothing() {
    assert!(matches!(
        barrier().open(AT.table, AT.id, &sealed(&barrier())),
        Err(Error::Rejected)
    ));
}

#[test]
fn rotation_writes_anew_and_reads_everything() {
    let mut keyring = Keyring::generate(&SystemRng).unwrap();
    keyring.add_generation(&SystemRng).unwrap();
    let rotated = Barrier::new(keyring);
    assert_eq!(
        rotated
            .open(AT.table, AT.id, &sealed(&rotated))
            .unwrap()
            .generation,
        2
    );
}

#[test]
fn each_write_differs() {
    let barrier = barrier();
    let writes = (0..100).map(|_| sealed(&barrier)).collect::<BTreeSet<_>>();
    assert_eq!(writes.len(), 100);
}

#[test]
fn index_names_are_stable_and_injective() {
    let one = barrier();
    let parts: [&[&[u8]]; 6] = [
        &[],
        &[b""],
        &[b"ab"],
        &[b"a", b"b"],
        &[b"b", b"a"],
        &[b"ab", b""],
    ];
    let names = ["alias", "user"]
        .iter()
        .flat_map(|label| parts.map(|parts| one.index(label, parts)));
    assert_eq!(names.collect::<BTreeSet<_>>().len(), 12);
    assert_eq!(one.index("alias", parts[3]), one.index("alias", parts[3]));
    assert_ne!(
        one.index("alias", parts[3]),
        barrier().index("alias", parts[3])
    );
}

fn barrier() -> Barrier {
    Barrier::new(Keyring::generate(&SystemRng).unwrap())
}

fn sealed(barrier: &Barrier) -> Vec<u8> {
    barrier
        .seal(&AT, VERSION, b"plaintext", &SystemRng)
        .unwrap()
}

const AT: RecordId<'_> = RecordId {
    account: 111_122_223_333,
    table: "key",
    id: b"id",
};

const VERSION: u64 = 3;
