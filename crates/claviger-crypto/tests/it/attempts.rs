//! Many generated attempts to read a blob that is not one's own. None may succeed.

use std::collections::BTreeMap;

use claviger_crypto::blob::{self, Address, Blob};
use claviger_crypto::context::Context;

use crate::{backing, random};

#[test]
fn nobody_reads_what_is_not_theirs() {
    let material = random::<32>();
    let at = Address {
        key: random(),
        material: random(),
    };
    let pairs: Vec<_> = (0..=3).map(pairs).collect();
    let contexts: Vec<_> = pairs.iter().map(|one| Context::of(one).unwrap()).collect();
    let mut opened = 0_u32;
    for attempt in 0..ATTEMPTS {
        let number = usize::try_from(attempt % 3).unwrap();
        let context = contexts[number];
        let mut sealed = blob::seal(
            &backing(&material),
            &at,
            &context,
            &random::<32>(),
            &random(),
        )
        .unwrap();
        let draw = random::<8>();
        let at = usize::from(u16::from_be_bytes([draw[0], draw[1]])) % sealed.len();
        let (reader, presented) = match attempt % 6 {
            // Another key.
            0 => (random::<32>(), context),
            // Another key with the same imported bytes, and the blob readdressed to it.
            1 => {
                sealed[2..18].copy_from_slice(&random::<16>());
                (material, context)
            }
            // Another context.
            2 => (material, contexts[number + 1]),
            // A flipped bit.
            3 => {
                sealed[at] ^= 1 << (draw[2] % 8);
                (material, context)
            }
            // Cut off anywhere.
            4 => {
                sealed.truncate(at);
                (material, context)
            }
            // Longer, by a byte or by a tag.
            _ => {
                let longer = if draw[2].is_multiple_of(2) { 1 } else { 16 };
                sealed.splice(at..at, random::<16>().into_iter().take(longer));
                (material, context)
            }
        };
        let outcome =
            Blob::parse(&sealed).and_then(|blob| blob::open(&backing(&reader), &blob, &presented));
        opened += u32::from(outcome.is_ok());
    }
    assert_eq!(opened, 0);
}

fn pairs(count: u32) -> BTreeMap<String, String> {
    let pairs = (0..count).map(|pair| (format!("key {pair}"), "value".to_owned()));
    pairs.collect()
}

const ATTEMPTS: u32 = 100_000;
