//! Encapsulate.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encapsulate.html>

use claviger_audit::Parameters;
use claviger_model::{EncapsulateInput, EncapsulateOutput, KeyUsageType};

use super::algorithms;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    records::Fault,
    rule::{Actions, Rule},
};

pub(super) struct Encapsulate;

impl Operation for Encapsulate {
    const RULE: Rule = Rule::uses(
        "Encapsulate",
        Actions::One("kms:Encapsulate"),
        KeyUsageType::EncapsulateDecapsulate,
    );
    type Input = EncapsulateInput;
    type Output = EncapsulateOutput;
    type Subject = OneKey;

    fn subject(input: &EncapsulateInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &EncapsulateInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id).put_str(
            "encapsulationAlgorithm",
            input.encapsulation_algorithm.as_str(),
        );
    }

    fn grant_tokens(input: &EncapsulateInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &EncapsulateInput) -> bool {
        input.dry_run == Some(true)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &EncapsulateInput,
        on: &Admitted<OneKey>,
    ) -> Result<EncapsulateOutput, Error> {
        let (key, algorithm) = (on.key(), input.encapsulation_algorithm);
        algorithms::fits(&key, algorithm, |facts| facts.encapsulation)?;
        let material = key.current_material(cx).await?;
        let (ciphertext, secret) = material.backing.encapsulate().map_err(|_| Fault::Engine)?;
        Ok(EncapsulateOutput {
            key_id: Some(key.arn.clone()),
            shared_secret: Some(secret),
            shared_secret_ciphertext_blob: Some(ciphertext),
            encapsulation_algorithm: Some(algorithm),
        })
    }
}
