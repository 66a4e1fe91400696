//! DisableKeyRotation.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html>

use claviger_audit::Parameters;
use claviger_model::{DisableKeyRotationInput, DisableKeyRotationOutput, OriginType};

use super::rotation;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule, States},
};

pub(super) struct DisableKeyRotation;

impl Operation for DisableKeyRotation {
    const RULE: Rule = Rule {
        states: &States::USE,
        origin: Some(OriginType::AwsKms),
        ..Rule::kms("DisableKeyRotation", Actions::One("kms:DisableKeyRotation"))
    };
    type Input = DisableKeyRotationInput;
    type Output = DisableKeyRotationOutput;
    type Subject = OneKey;

    fn subject(input: &DisableKeyRotationInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &DisableKeyRotationInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    /// Every material stays: what it encrypted must open for the key's life.
    async fn run(
        cx: &mut Cx<'_>,
        _: &DisableKeyRotationInput,
        on: &Admitted<OneKey>,
    ) -> Result<DisableKeyRotationOutput, Error> {
        rotation::switch(cx, &on.key(), None).await?;
        Ok(DisableKeyRotationOutput)
    }
}
