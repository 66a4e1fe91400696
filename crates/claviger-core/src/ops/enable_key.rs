//! EnableKey.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html>

use claviger_audit::Parameters;
use claviger_model::{EnableKeyInput, EnableKeyOutput};

use super::keys;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule, States},
};

pub(super) struct EnableKey;

impl Operation for EnableKey {
    const RULE: Rule = Rule {
        states: &States::SWITCH,
        ..Rule::kms("EnableKey", Actions::One("kms:EnableKey"))
    };
    type Input = EnableKeyInput;
    type Output = EnableKeyOutput;
    type Subject = OneKey;

    fn subject(input: &EnableKeyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &EnableKeyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &EnableKeyInput,
        on: &Admitted<OneKey>,
    ) -> Result<EnableKeyOutput, Error> {
        keys::switch(cx, on.key(), false).await?;
        Ok(EnableKeyOutput)
    }
}
