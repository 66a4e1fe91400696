//! The cryptography alone: the processor time that AWS-LC takes for the same work with a key at hand, in the same run.

use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, ML_DSA_65, ML_DSA_65_SIGNING, ParsedPublicKey, PqdsaKeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, VerificationAlgorithm,
};
use rustix::time::{ClockId, clock_gettime};

/// One call of a cryptographic library.
pub(crate) struct Primitive(Box<dyn Fn() + Send + Sync>);

/// A signature and its verification.
pub(crate) struct Signing {
    pub(crate) sign: Primitive,
    pub(crate) verify: Primitive,
}

impl Primitive {
    fn new(call: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Box::new(call))
    }

    /// Processor time of one call in microseconds, while every processor does nothing else for `length`: under the load, too,
    /// none is idle, and two that share a core are slower then than one alone.
    pub(crate) fn time_us(&self, length: Duration) -> f64 {
        let until = Instant::now() + length;
        let counts = thread::scope(|scope| {
            let processors = thread::available_parallelism().map_or(1, usize::from);
            let threads: Vec<_> = (0..processors)
                .map(|_| scope.spawn(|| self.repeat(until)))
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join());
            joined.collect::<Result<Vec<_>, _>>().expect("the threads")
        });
        let (times, calls): (Vec<f64>, Vec<f64>) = counts.into_iter().unzip();
        times.iter().sum::<f64>() / calls.iter().sum::<f64>()
    }

    /// The processor time of this thread's calls in microseconds, and their number.
    fn repeat(&self, until: Instant) -> (f64, f64) {
        let (started, mut calls) = (thread_time_us(), 0.0);
        while Instant::now() < until {
            for _ in 0..CALLS_BETWEEN_LOOKS {
                (self.0)();
                calls += 1.0;
            }
        }
        (thread_time_us() - started, calls)
    }
}

pub(crate) fn ecdsa_p256() -> Signing {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key pair");
    let sign = |pair: &EcdsaKeyPair| {
        let signature = pair.sign(&SystemRandom::new(), &MESSAGE);
        signature.expect("a signature").as_ref().to_vec()
    };
    signing(pair, sign, &ECDSA_P256_SHA256_ASN1)
}

pub(crate) fn rsa_2048() -> Signing {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key pair");
    let sign = |pair: &RsaKeyPair| {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            &MESSAGE,
            &mut signature,
        )
        .expect("a signature");
        signature
    };
    signing(pair, sign, &RSA_PKCS1_2048_8192_SHA256)
}

pub(crate) fn ed25519() -> Signing {
    let pair = Ed25519KeyPair::generate().expect("a key pair");
    let sign = |pair: &Ed25519KeyPair| pair.sign(&MESSAGE).as_ref().to_vec();
    signing(pair, sign, &ED25519)
}

pub(crate) fn ml_dsa_65() -> Signing {
    let pair = PqdsaKeyPair::generate(&ML_DSA_65_SIGNING).expect("a key pair");
    let sign = |pair: &PqdsaKeyPair| {
        let mut signature = vec![0; pair.algorithm().signature_len()];
        pair.sign(&MESSAGE, &mut signature).expect("a signature");
        signature
    };
    signing(pair, sign, &ML_DSA_65)
}

pub(crate) fn hmac_256() -> Primitive {
    let key = hmac::Key::new(HMAC_SHA256, &[7; 32]);
    Primitive::new(move || {
        std::hint::black_box(hmac::sign(&key, &MESSAGE));
    })
}

/// The generation of a pair, which no key at hand saves.
pub(crate) fn ecdsa_p256_pair() -> Primitive {
    Primitive::new(|| {
        drop(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a pair"))
    })
}

fn signing<K: KeyPair + 'static>(
    pair: K,
    sign: fn(&K) -> Vec<u8>,
    verification: &'static dyn VerificationAlgorithm,
) -> Signing {
    let public = ParsedPublicKey::new(verification, pair.public_key().as_ref()).expect("a key");
    let signature = sign(&pair);
    Signing {
        sign: Primitive::new(move || {
            std::hint::black_box(sign(&pair));
        }),
        verify: Primitive::new(move || {
            let verified = public.verify_sig(&MESSAGE, &signature);
            verified.expect("its own signature");
        }),
    }
}

fn thread_time_us() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// What is signed, here and by the servers.
pub(crate) const MESSAGE: [u8; 256] = [7; 256];

const CALLS_BETWEEN_LOOKS: usize = 16;
