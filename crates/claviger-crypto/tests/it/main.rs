//! The formats from outside: golden files, refusals, and OpenSSL as the other side.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod asymmetric;
mod attempts;
mod barrier;
mod blob;
mod golden;
mod import_material;
mod import_token;
mod keyring;
mod openssl;
mod pairs;
mod post_quantum;
mod token;
mod untrusted;
mod unwrap;

use claviger_crypto::engine::Backing;
use claviger_crypto::{Error, Rng, SystemRng};
use claviger_model::{KeySpec, Secret};

/// Hands out the bytes that it was made of, in their order, and fails at their end.
struct Recorded(std::sync::Mutex<Vec<u8>>);

impl Recorded {
    fn new(bytes: &[u8]) -> Self {
        Self(std::sync::Mutex::new(bytes.to_vec()))
    }
}

impl Rng for Recorded {
    fn fill(&self, out: &mut [u8]) -> Result<(), Error> {
        let mut left = self.0.lock().unwrap();
        if left.len() < out.len() {
            return Err(Error::Engine);
        }
        out.copy_from_slice(&left.drain(..out.len()).collect::<Vec<_>>());
        Ok(())
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    SystemRng.fill(&mut out).unwrap();
    out
}

fn backing(material: &[u8]) -> Backing {
    Backing::open(KeySpec::SymmetricDefault, &Secret::copy_of(material)).unwrap()
}

/// Every way to spoil `bytes` a little: each byte flipped, each shorter front, one byte more at either end.
fn spoiled(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flipped = (0..bytes.len()).flat_map(move |at| {
        [0x01, 0x80, 0xff].map(|bits| {
            let mut spoiled = bytes.to_vec();
            spoiled[at] ^= bits;
            spoiled
        })
    });
    let shorter = (0..bytes.len()).map(|len| bytes[..len].to_vec());
    let longer = [
        [bytes, &[0]].concat(),
        [&[0], bytes].concat(),
        [&[1], bytes].concat(),
    ];
    flipped.chain(shorter).chain(longer)
}
