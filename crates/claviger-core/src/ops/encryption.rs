//! Encrypting and decrypting under a key of either kind: what Encrypt, Decrypt and ReEncrypt share.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>

use claviger_model::{EncryptionAlgorithmSpec, KeySpec, Secret};

use super::{
    algorithms,
    messages::{self, Pairs},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    pipeline::AdmittedKey,
};

/// How a request wants a message to be encrypted, or says that it was.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) algorithm: EncryptionAlgorithmSpec,
    pub(super) context: Option<&'a Pairs>,
}

/// A ciphertext, and the material that made it. The materials of asymmetric keys have no public ids.
pub(super) struct Encrypted<'a> {
    pub(super) ciphertext: Vec<u8>,
    /// The printed id.
    pub(super) material: Option<&'a str>,
}

/// A plaintext, and the material that gave it back.
pub(super) struct Decrypted<'a> {
    pub(super) plaintext: Secret,
    /// The printed id.
    pub(super) material: Option<&'a str>,
}

impl<'a> Terms<'a> {
    /// The terms of a request; no algorithm means the symmetric one.
    pub(super) fn of(
        algorithm: Option<EncryptionAlgorithmSpec>,
        context: Option<&'a Pairs>,
    ) -> Self {
        Self {
            algorithm: algorithm.unwrap_or(EncryptionAlgorithmSpec::SymmetricDefault),
            context,
        }
    }

    /// Whether these terms suit the key.
    pub(super) fn fit(&self, key: &Key) -> Result<(), Error> {
        algorithms::fits(key, self.algorithm, |facts| facts.encryption)?;
        let bound = self.context.is_some_and(|context| !context.is_empty());
        if bound && !self.symmetric() {
            return Err(error::context_of_asymmetric_key());
        }
        Ok(())
    }

    /// Whether a ciphertext under these terms says which key made it.
    pub(super) fn symmetric(&self) -> bool {
        self.algorithm == EncryptionAlgorithmSpec::SymmetricDefault
    }

    /// Encrypts.
    pub(super) async fn encrypt<'k>(
        &self,
        cx: &Cx<'_>,
        key: AdmittedKey<'k>,
        plaintext: &Secret,
    ) -> Result<Encrypted<'k>, Error> {
        // EXPOSE: it is encrypted right here.
        let plaintext = plaintext.expose();
        if self.symmetric() {
            let sealed = messages::seal(cx, key, self.context, plaintext).await?;
            return Ok(Encrypted {
                ciphertext: sealed.blob,
                material: Some(&sealed.material.printed),
            });
        }
        let (algorithm, spec) = (self.algorithm, key.record.spec);
        let max = capacity(spec, algorithm);
        if plaintext.len() > max {
            return Err(error::too_large(algorithm, spec, max));
        }
        let material = key.current_material(cx).await?;
        // Cheap: the public key does it.
        let ciphertext = material.backing.encrypt_rsa(algorithm, plaintext);
        Ok(Encrypted {
            ciphertext: ciphertext.map_err(error::internal)?,
            material: None,
        })
    }

    /// Decrypts.
    pub(super) async fn decrypt<'k>(
        &self,
        cx: &Cx<'_>,
        key: AdmittedKey<'k>,
        ciphertext: &[u8],
    ) -> Result<Decrypted<'k>, Error> {
        if self.symmetric() {
            let opened = messages::open(cx, key, self.context, ciphertext).await?;
            return Ok(Decrypted {
                plaintext: opened.plaintext,
                material: Some(&opened.material.printed),
            });
        }
        let (algorithm, ciphertext) = (self.algorithm, ciphertext.to_vec());
        let material = key.current_material(cx).await?;
        let plaintext = material
            .compute(cx, move |backing| {
                backing.decrypt_rsa(algorithm, &ciphertext)
            })
            .await?;
        Ok(Decrypted {
            // One error for whatever is wrong: more would be an oracle.
            plaintext: plaintext.map_err(|_| error::invalid_ciphertext())?,
            material: None,
        })
    }
}

/// The longest message in bytes: the modulus less the padding (RFC 8017, section 7.1.1).
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html#KMS-Encrypt-request-Plaintext>
fn capacity(spec: KeySpec, algorithm: EncryptionAlgorithmSpec) -> usize {
    let hash: usize = match algorithm {
        EncryptionAlgorithmSpec::RsaesOaepSha1 => 20,
        EncryptionAlgorithmSpec::RsaesOaepSha256 => 32,
        EncryptionAlgorithmSpec::SymmetricDefault | EncryptionAlgorithmSpec::Sm2pke => 0,
    };
    let modulus: usize = if spec == KeySpec::Rsa2048 {
        256
    } else if spec == KeySpec::Rsa3072 {
        384
    } else {
        512
    };
    modulus.saturating_sub(2 * hash + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_capacities_are_those_that_aws_documents() {
        use EncryptionAlgorithmSpec::{RsaesOaepSha1, RsaesOaepSha256};
        for (spec, sha1, sha256) in [
            (KeySpec::Rsa2048, 214, 190),
            (KeySpec::Rsa3072, 342, 318),
            (KeySpec::Rsa4096, 470, 446),
        ] {
            assert_eq!(capacity(spec, RsaesOaepSha1), sha1);
            assert_eq!(capacity(spec, RsaesOaepSha256), sha256);
        }
    }
}
