//! Decapsulate. Only the length of a ciphertext can be wrong: any other gives a secret, which is the sender's or random
//! (FIPS 203, implicit rejection).
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Decapsulate.html>

use claviger_audit::Parameters;
use claviger_model::{DecapsulateInput, DecapsulateOutput, KeyUsageType};

use super::algorithms;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct Decapsulate;

impl Operation for Decapsulate {
    const RULE: Rule = Rule::uses(
        "Decapsulate",
        Actions::One("kms:Decapsulate"),
        KeyUsageType::EncapsulateDecapsulate,
    );
    type Input = DecapsulateInput;
    type Output = DecapsulateOutput;
    type Subject = OneKey;

    fn subject(input: &DecapsulateInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &DecapsulateInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id).put_str(
            "encapsulationAlgorithm",
            input.encapsulation_algorithm.as_str(),
        );
    }

    fn grant_tokens(input: &DecapsulateInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &DecapsulateInput) -> bool {
        input.dry_run == Some(true)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DecapsulateInput,
        on: &Admitted<OneKey>,
    ) -> Result<DecapsulateOutput, Error> {
        let (key, algorithm) = (on.key(), input.encapsulation_algorithm);
        algorithms::fits(&key, algorithm, |facts| facts.encapsulation)?;
        let material = key.current_material(cx).await?;
        let secret = material
            .backing
            .decapsulate(&input.shared_secret_ciphertext_blob)
            .map_err(|_| error::invalid_ciphertext())?;
        Ok(DecapsulateOutput {
            key_id: Some(key.arn.clone()),
            shared_secret: Some(secret),
            encapsulation_algorithm: Some(algorithm),
        })
    }
}
