//! What the cryptography of a request costs: `cargo run --release -p claviger-crypto --example hot_path`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and may fail loudly"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use claviger_crypto::barrier::{Barrier, RecordId};
use claviger_crypto::blob::{self, Address, Blob};
use claviger_crypto::context::Context;
use claviger_crypto::engine::Backing;
use claviger_crypto::keyring::Keyring;
use claviger_crypto::{Rng, SystemRng};
use claviger_model::KeySpec;

fn main() {
    let spec = KeySpec::SymmetricDefault;
    let material = Backing::generate_material(spec, &SystemRng).unwrap();
    let backing = Backing::open(spec, &material).unwrap();
    let at = Address {
        key: [1; 16],
        material: [2; 16],
    };
    let none = Context::empty();
    let pairs = BTreeMap::from([
        ("tenant".to_owned(), "42".to_owned()),
        ("purpose".to_owned(), "backup".to_owned()),
    ]);
    let two = Context::of(&pairs).unwrap();
    let entropy = [3; blob::ENTROPY_BYTES];

    time("draw 60 bytes (data key, nonce, iv)", || {
        SystemRng.fill(black_box(&mut [0; 60]))
    });
    time("context of two pairs", || Context::of(black_box(&pairs)));
    for (size, plaintext) in [("32 B", vec![0; 32]), ("4 KiB", vec![0; 4096])] {
        time(&format!("seal {size}"), || {
            blob::seal(&backing, &at, &none, black_box(&plaintext), &entropy)
        });
        time(&format!("seal {size}, two pairs"), || {
            blob::seal(&backing, &at, &two, black_box(&plaintext), &entropy)
        });
        let sealed = blob::seal(&backing, &at, &none, &plaintext, &entropy).unwrap();
        time(&format!("open {size}"), || {
            blob::open(&backing, &Blob::parse(black_box(&sealed))?, &none)
        });
    }
    let barrier = Barrier::new(Keyring::generate(&SystemRng).unwrap());
    let record = RecordId {
        account: 1,
        table: "key",
        id: &[5; 16],
    };
    time("seal a record of 1 KiB", || {
        barrier.seal(&record, 1, black_box(&[0; 1024]), &SystemRng)
    });
}

/// Prints the fastest of several rounds: the others were disturbed.
fn time<T, E>(what: &str, mut run: impl FnMut() -> Result<T, E>) {
    let round = || {
        let start = Instant::now();
        for _ in 0..CALLS {
            assert!(black_box(run()).is_ok());
        }
        start.elapsed() / CALLS
    };
    let fastest = std::iter::repeat_with(round)
        .take(ROUNDS)
        .min()
        .unwrap_or_default();
    println!("{:>8} ns  {what}", fastest.as_nanos());
}

const CALLS: u32 = 10_000;

const ROUNDS: usize = 20;
