//! ECDSA on secp256k1 by libsecp256k1, which is ten times as fast there as AWS-LC's arithmetic for any curve (ADR 0009).

use claviger_model::Secret;
use secp256k1::{Message, PublicKey, SecretKey, ecdsa};

use crate::{Error, Rng, SystemRng};

/// A key pair, parsed by AWS-LC before it came here.
pub(super) struct Secp256k1 {
    secret: SecretKey,
    public: PublicKey,
}

impl Secp256k1 {
    pub(super) fn new(scalar: &Secret) -> Result<Self, Error> {
        // EXPOSE: the library's own type for a scalar, overwritten on drop.
        let bytes = scalar.expose().try_into().map_err(|_| Error::Malformed)?;
        let secret = SecretKey::from_secret_bytes(bytes).map_err(|_| Error::Malformed)?;
        Ok(Self {
            public: PublicKey::from_secret_key(&secret),
            secret,
        })
    }

    /// A signature in DER, with the lower of the two possible values of s. Its nonce is that of RFC 6979, hedged: a fault
    /// in the arithmetic does not repeat it.
    pub(super) fn sign(&self, digest: [u8; 32]) -> Result<Vec<u8>, Error> {
        let mut hedge = [0; 32];
        SystemRng.fill(&mut hedge)?;
        let message = Message::from_digest(digest);
        let signature = ecdsa::sign_with_noncedata(message, &self.secret, &hedge);
        Ok(signature.serialize_der().to_vec())
    }

    pub(super) fn verify(&self, digest: [u8; 32], signature: &[u8]) -> bool {
        verify(&self.public, digest, signature)
    }
}

impl Drop for Secp256k1 {
    fn drop(&mut self) {
        self.secret.non_secure_erase();
    }
}

/// Either value of s is a signature, as AWS KMS and FIPS 186-5 have it; the library alone takes the lower one only.
pub(super) fn verify(public: &PublicKey, digest: [u8; 32], signature: &[u8]) -> bool {
    ecdsa::Signature::from_der(signature).is_ok_and(|mut signature| {
        signature.normalize_s();
        ecdsa::verify(&signature, Message::from_digest(digest), public).is_ok()
    })
}
