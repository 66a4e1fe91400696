//! ML-KEM (FIPS 203).
//!
//! A key is stored as its 64-byte seed. AWS-LC's safe interface takes no seed, so the `ml-kem` crate expands it, once;
//! every encapsulation and decapsulation is AWS-LC's.

use aws_lc_rs::kem::{
    Algorithm, Ciphertext, DecapsulationKey, EncapsulationKey, ML_KEM_512, ML_KEM_768, ML_KEM_1024,
};
use claviger_model::{KeySpec, Secret};
use ml_kem::{Seed, ml_kem_512, ml_kem_768, ml_kem_1024};
use zeroize::Zeroizing;

use super::seed_form::{self, Header, header};
use crate::{Error, Rng};

/// An ML-KEM key pair.
pub struct MlKem {
    decapsulating: DecapsulationKey,
    encapsulating: EncapsulationKey,
    public: Vec<u8>,
}

impl MlKem {
    /// A new pair as PKCS #8, in seed form, and SubjectPublicKeyInfo.
    pub(super) fn generate(spec: KeySpec, rng: &dyn Rng) -> Result<(Secret, Vec<u8>), Error> {
        let set = Set::of(spec)?;
        let seed = Secret::try_filled(SEED_BYTES, |bytes| rng.fill(bytes))?;
        let private = seed_form::wrap(&set.header, &seed);
        let public = Self::open(spec, &private)?.public;
        Ok((private, public))
    }

    pub(super) fn open(spec: KeySpec, material: &Secret) -> Result<Self, Error> {
        let set = Set::of(spec)?;
        let expanded = (set.expand)(seed_form::unwrap(&set.header, material)?);
        let public = encapsulation_key(&expanded)?;
        Ok(Self {
            decapsulating: DecapsulationKey::new(set.algorithm, &expanded)
                .map_err(|_| Error::Engine)?,
            encapsulating: EncapsulationKey::new(set.algorithm, public)
                .map_err(|_| Error::Engine)?,
            public: [set.public_header.as_slice(), public].concat(),
        })
    }

    /// The private value: the seed.
    pub(super) fn private_value(spec: KeySpec, material: &Secret) -> Result<Secret, Error> {
        let seed: &[u8; SEED_BYTES] = seed_form::unwrap(&Set::of(spec)?.header, material)?;
        Ok(Secret::copy_of(seed))
    }

    pub(super) fn public_der(&self) -> &[u8] {
        &self.public
    }

    pub(super) fn encapsulate(&self) -> Result<(Vec<u8>, Secret), Error> {
        let (ciphertext, shared) = self
            .encapsulating
            .encapsulate()
            .map_err(|_| Error::Engine)?;
        Ok((
            ciphertext.as_ref().to_vec(),
            Secret::copy_of(shared.as_ref()),
        ))
    }

    /// Only a ciphertext of another length is refused; any other gives a secret, if need be a pseudo-random one.
    pub(super) fn decapsulate(&self, ciphertext: &[u8]) -> Result<Secret, Error> {
        self.decapsulating
            .decapsulate(Ciphertext::from(ciphertext))
            .map(|shared| Secret::copy_of(shared.as_ref()))
            .map_err(|_| Error::Rejected)
    }
}

/// The encapsulation key stands inside the decapsulation key (FIPS 203, algorithm 16):
/// `dk_pke 384k │ ek 384k + 32 │ H(ek) 32 │ z 32`.
fn encapsulation_key(expanded: &[u8]) -> Result<&[u8], Error> {
    let start = expanded.len().saturating_sub(96) / 2;
    expanded
        .get(start..expanded.len().saturating_sub(64))
        .ok_or(Error::Engine)
}

/// A parameter set.
pub(super) struct Set {
    spec: KeySpec,
    algorithm: &'static Algorithm,
    pub(super) header: Header,
    public_header: PublicHeader,
    expand: fn(&[u8; SEED_BYTES]) -> Zeroizing<Vec<u8>>,
}

impl Set {
    pub(super) fn of(spec: KeySpec) -> Result<&'static Self, Error> {
        SETS.iter()
            .find(|set| set.spec == spec)
            .ok_or(Error::Malformed)
    }
}

#[expect(
    deprecated,
    reason = "the crate would rather have seeds stored, which they are; AWS-LC takes the expanded key"
)]
fn expand<K: From<Seed> + ml_kem::ExpandedKeyEncoding>(
    seed: &[u8; SEED_BYTES],
) -> Zeroizing<Vec<u8>> {
    let key = K::from(Seed::from(*seed));
    let mut expanded = key.to_expanded_bytes();
    let bytes = Zeroizing::new(expanded.to_vec());
    zeroize::Zeroize::zeroize(expanded.as_mut_slice());
    bytes
}

/// SubjectPublicKeyInfo before the key: `length` is that of the key.
const fn public_header(parameters: u8, length: u16) -> PublicHeader {
    let [outer_high, outer_low] = (length + 18).to_be_bytes();
    let [inner_high, inner_low] = (length + 1).to_be_bytes();
    [
        0x30, 0x82, outer_high, outer_low, // SubjectPublicKeyInfo
        0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, parameters, 0x03,
        0x82, inner_high, inner_low, 0x00, // BIT STRING
    ]
}

type PublicHeader = [u8; 22];

static SETS: [Set; 3] = [
    Set {
        spec: KeySpec::MlKem512,
        algorithm: &ML_KEM_512,
        header: header([4, 1], 64),
        public_header: public_header(1, 800),
        expand: expand::<ml_kem_512::DecapsulationKey>,
    },
    Set {
        spec: KeySpec::MlKem768,
        algorithm: &ML_KEM_768,
        header: header([4, 2], 64),
        public_header: public_header(2, 1184),
        expand: expand::<ml_kem_768::DecapsulationKey>,
    },
    Set {
        spec: KeySpec::MlKem1024,
        algorithm: &ML_KEM_1024,
        header: header([4, 3], 64),
        public_header: public_header(3, 1568),
        expand: expand::<ml_kem_1024::DecapsulationKey>,
    },
];

const SEED_BYTES: usize = 64;
