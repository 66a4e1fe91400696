//! DisableKey.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html>

use claviger_audit::Parameters;
use claviger_model::{DisableKeyInput, DisableKeyOutput};

use super::keys;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule, States},
};

pub(super) struct DisableKey;

impl Operation for DisableKey {
    const RULE: Rule = Rule {
        states: &States::SWITCH,
        ..Rule::kms("DisableKey", Actions::One("kms:DisableKey"))
    };
    type Input = DisableKeyInput;
    type Output = DisableKeyOutput;
    type Subject = OneKey;

    fn subject(input: &DisableKeyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &DisableKeyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DisableKeyInput,
        on: &Admitted<OneKey>,
    ) -> Result<DisableKeyOutput, Error> {
        keys::switch(cx, on.key(), true).await?;
        Ok(DisableKeyOutput)
    }
}
