//! DeriveSharedSecret.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html>

use claviger_audit::Parameters;
use claviger_model::{DeriveSharedSecretInput, DeriveSharedSecretOutput, KeyUsageType};
use claviger_policy::Values;

use super::{algorithms, messages};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    records::Fault,
    rule::{Actions, Rule},
};

pub(super) struct DeriveSharedSecret;

impl Operation for DeriveSharedSecret {
    const RULE: Rule = Rule::uses(
        "DeriveSharedSecret",
        Actions::One("kms:DeriveSharedSecret"),
        KeyUsageType::KeyAgreement,
    );
    type Input = DeriveSharedSecretInput;
    type Output = DeriveSharedSecretOutput;
    type Subject = OneKey;

    fn subject(input: &DeriveSharedSecretInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &DeriveSharedSecretInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id).put_str(
            "keyAgreementAlgorithm",
            input.key_agreement_algorithm.as_str(),
        );
    }

    fn condition<'a>(input: &'a DeriveSharedSecretInput, key: &str) -> Option<Values<'a>> {
        (key == "kms:keyagreementalgorithm")
            .then(|| Values::text(input.key_agreement_algorithm.as_str()))
    }

    fn grant_tokens(input: &DeriveSharedSecretInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &DeriveSharedSecretInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &DeriveSharedSecretInput) -> Result<(), Error> {
        messages::refuse_recipient(input.recipient.as_ref())
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DeriveSharedSecretInput,
        on: &Admitted<OneKey>,
    ) -> Result<DeriveSharedSecretOutput, Error> {
        let (key, algorithm) = (on.key(), input.key_agreement_algorithm);
        algorithms::fits(&key, algorithm, |facts| facts.agreement)?;
        let material = key.current_material(cx).await?;
        let secret = material.backing.agree(&input.public_key);
        let secret = secret.map_err(|failure| match failure {
            claviger_crypto::Error::Malformed | claviger_crypto::Error::Rejected => {
                error::invalid_peer_key()
            }
            claviger_crypto::Error::Engine => error::internal(Fault::Engine),
        })?;
        Ok(DeriveSharedSecretOutput {
            key_id: Some(key.arn.clone()),
            shared_secret: Some(secret),
            key_agreement_algorithm: Some(algorithm),
            key_origin: Some(key.record.origin),
            ..DeriveSharedSecretOutput::default()
        })
    }
}
