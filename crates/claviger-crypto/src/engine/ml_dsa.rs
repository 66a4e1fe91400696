//! ML-DSA (FIPS 204): pure, hedged, with an empty context.
//!
//! AWS-LC signs messages. For a mu that the caller computed it has no safe interface: there the `ml-dsa` crate signs.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{
    KeyPair as _, ML_DSA_44, ML_DSA_44_SIGNING, ML_DSA_65, ML_DSA_65_SIGNING, ML_DSA_87,
    ML_DSA_87_SIGNING, ParsedPublicKey, PqdsaKeyPair, PqdsaSigningAlgorithm,
    PqdsaVerificationAlgorithm,
};
use claviger_model::{KeySpec, Secret, SigningAlgorithmSpec};
use ml_dsa::signature::rand_core::{TryCryptoRng, TryRng};
use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature, SigningKey};

use super::Message;
use super::seed_form::{self, Header, header};
use crate::{Error, Rng, SystemRng};

/// An ML-DSA key pair.
pub struct MlDsa {
    set: &'static Set,
    seed: Secret,
    pair: PqdsaKeyPair,
    verifier: ParsedPublicKey,
    /// Expanded by the first request with a mu: it is ten times the size of everything else here.
    external_mu: OnceLock<Box<dyn ExternalMu>>,
    public: Vec<u8>,
}

impl MlDsa {
    /// New material: PKCS #8 in seed form.
    pub(super) fn generate(spec: KeySpec, rng: &dyn Rng) -> Result<Secret, Error> {
        let set = Set::of(spec)?;
        let seed = Secret::try_filled(SEED_BYTES, |bytes| rng.fill(bytes))?;
        Ok(seed_form::wrap(&set.header, &seed))
    }

    pub(super) fn open(spec: KeySpec, material: &Secret) -> Result<Self, Error> {
        let set = Set::of(spec)?;
        let seed = Self::private_value(spec, material)?;
        // EXPOSE: the library expands the seed.
        let pair =
            PqdsaKeyPair::from_seed(set.signing, seed.expose()).map_err(|_| Error::Engine)?;
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| Error::Engine)?;
        let public = public.as_ref().to_vec();
        Ok(Self {
            set,
            seed,
            verifier: ParsedPublicKey::new(set.verifying, &public).map_err(|_| Error::Engine)?,
            pair,
            external_mu: OnceLock::new(),
            public,
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

    pub(super) fn sign(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
    ) -> Result<Vec<u8>, Error> {
        match Form::of(algorithm, message)? {
            Form::Message(bytes) => {
                let mut signature = vec![0; self.set.signing.signature_len()];
                self.pair
                    .sign(bytes, &mut signature)
                    .map_err(|_| Error::Engine)?;
                Ok(signature)
            }
            Form::Mu(mu) => self.external_mu()?.sign(mu),
        }
    }

    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithmSpec,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<bool, Error> {
        Ok(match Form::of(algorithm, message)? {
            Form::Message(bytes) => self.verifier.verify_sig(bytes, signature).is_ok(),
            Form::Mu(mu) => self.external_mu()?.verify(mu, signature),
        })
    }

    fn external_mu(&self) -> Result<&dyn ExternalMu, Error> {
        // EXPOSE: the crate expands the seed.
        let seed = self.seed.expose().try_into().map_err(|_| Error::Engine)?;
        let key = self.external_mu.get_or_init(|| (self.set.expand)(seed));
        Ok(key.as_ref())
    }
}

/// What is signed.
enum Form<'a> {
    Message(&'a [u8]),
    Mu(&'a [u8; MU_BYTES]),
}

impl<'a> Form<'a> {
    fn of(algorithm: SigningAlgorithmSpec, message: Message<'a>) -> Result<Self, Error> {
        if algorithm != SigningAlgorithmSpec::MlDsaShake256 {
            return Err(Error::Malformed);
        }
        match message {
            Message::Raw(bytes) => Ok(Self::Message(bytes)),
            Message::ExternalMu(mu) => mu.try_into().map(Self::Mu).map_err(|_| Error::Malformed),
            Message::Digest(_) => Err(Error::Malformed),
        }
    }
}

/// A key of some parameter set, for what is signed by its mu.
trait ExternalMu: Send + Sync {
    fn sign(&self, mu: &[u8; MU_BYTES]) -> Result<Vec<u8>, Error>;

    fn verify(&self, mu: &[u8; MU_BYTES], signature: &[u8]) -> bool;
}

impl<P: MlDsaParams> ExternalMu for SigningKey<P>
where
    Self: Send + Sync,
{
    fn sign(&self, mu: &[u8; MU_BYTES]) -> Result<Vec<u8>, Error> {
        self.expanded_key()
            .sign_mu_randomized(&(*mu).into(), &mut Hedge)
            .map(|signature| signature.encode().to_vec())
            .map_err(|_| Error::Engine)
    }

    fn verify(&self, mu: &[u8; MU_BYTES], signature: &[u8]) -> bool {
        Signature::<P>::try_from(signature)
            .is_ok_and(|signature| self.as_ref().verify_mu(&(*mu).into(), &signature))
    }
}

/// AWS-LC's random generator, for the hedge.
struct Hedge;

impl TryRng for Hedge {
    type Error = Error;

    fn try_next_u32(&mut self) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        SystemRng.fill(&mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Error> {
        let mut bytes = [0; 8];
        SystemRng.fill(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        SystemRng.fill(out)
    }
}

impl TryCryptoRng for Hedge {}

/// A parameter set.
pub(super) struct Set {
    pub(super) spec: KeySpec,
    pub(super) header: Header,
    signing: &'static PqdsaSigningAlgorithm,
    pub(super) verifying: &'static PqdsaVerificationAlgorithm,
    expand: fn(&[u8; SEED_BYTES]) -> Box<dyn ExternalMu>,
}

impl Set {
    fn of(spec: KeySpec) -> Result<&'static Self, Error> {
        SETS.iter()
            .find(|set| set.spec == spec)
            .ok_or(Error::Malformed)
    }
}

pub(super) static SETS: [Set; 3] = [
    Set {
        spec: KeySpec::MlDsa44,
        header: header([3, 17], 32),
        signing: &ML_DSA_44_SIGNING,
        verifying: &ML_DSA_44,
        expand: |seed| Box::new(SigningKey::<MlDsa44>::from_seed(&(*seed).into())),
    },
    Set {
        spec: KeySpec::MlDsa65,
        header: header([3, 18], 32),
        signing: &ML_DSA_65_SIGNING,
        verifying: &ML_DSA_65,
        expand: |seed| Box::new(SigningKey::<MlDsa65>::from_seed(&(*seed).into())),
    },
    Set {
        spec: KeySpec::MlDsa87,
        header: header([3, 19], 32),
        signing: &ML_DSA_87_SIGNING,
        verifying: &ML_DSA_87,
        expand: |seed| Box::new(SigningKey::<MlDsa87>::from_seed(&(*seed).into())),
    },
];

const SEED_BYTES: usize = 32;

const MU_BYTES: usize = 64;
