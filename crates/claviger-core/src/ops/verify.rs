//! Verify. A signature that is not valid is an error, never an answer.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html>

use claviger_audit::Parameters;
use claviger_crypto::engine::Backing;
use claviger_model::{KeyUsageType, VerifyInput, VerifyOutput};
use claviger_policy::Values;

use super::signing::{self, Signable};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    records::Fault,
    rule::{Actions, Rule},
};

pub(super) struct Verify;

impl Operation for Verify {
    const RULE: Rule = Rule::uses(
        "Verify",
        Actions::One("kms:Verify"),
        KeyUsageType::SignVerify,
    );
    type Input = VerifyInput;
    type Output = VerifyOutput;
    type Subject = OneKey;

    fn subject(input: &VerifyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &VerifyInput, out: &mut Parameters) {
        signing::put_parameters(
            out,
            &input.key_id,
            input.message_type,
            input.signing_algorithm,
        );
    }

    fn condition<'a>(input: &'a VerifyInput, key: &str) -> Option<Values<'a>> {
        signing::condition(input.message_type, input.signing_algorithm, key)
    }

    fn grant_tokens(input: &VerifyInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &VerifyInput) -> bool {
        input.dry_run == Some(true)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &VerifyInput,
        on: &Admitted<OneKey>,
    ) -> Result<VerifyOutput, Error> {
        let (key, algorithm) = (on.key(), input.signing_algorithm);
        let signable = Signable::accept(&key, algorithm, input.message_type, &input.message)?;
        let material = key.current_material(cx).await?;
        let heavy = signable.is_heavy_to_verify();
        let signature = input.signature.clone();
        let verify = move |backing: &Backing| {
            backing.verify(signable.algorithm(), signable.message(), &signature)
        };
        let valid = if heavy {
            material.compute(cx, verify).await?
        } else {
            verify(material.backing)
        };
        if !valid.map_err(|_| Fault::Engine)? {
            return Err(error::invalid_signature());
        }
        Ok(VerifyOutput {
            key_id: Some(key.arn.clone()),
            signature_valid: Some(true),
            signing_algorithm: Some(algorithm),
        })
    }
}
