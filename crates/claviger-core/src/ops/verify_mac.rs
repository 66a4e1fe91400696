//! VerifyMac. A code that is not valid is an error, never an answer.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html>

use claviger_audit::Parameters;
use claviger_crypto::constant_time_eq;
use claviger_model::{KeyUsageType, VerifyMacInput, VerifyMacOutput};
use claviger_policy::Values;

use super::macs;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct VerifyMac;

impl Operation for VerifyMac {
    const RULE: Rule = Rule::uses(
        "VerifyMac",
        Actions::One("kms:VerifyMac"),
        KeyUsageType::GenerateVerifyMac,
    );
    type Input = VerifyMacInput;
    type Output = VerifyMacOutput;
    type Subject = OneKey;

    fn subject(input: &VerifyMacInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &VerifyMacInput, out: &mut Parameters) {
        macs::put_parameters(out, &input.key_id, input.mac_algorithm);
    }

    fn condition<'a>(input: &'a VerifyMacInput, key: &str) -> Option<Values<'a>> {
        macs::condition(input.mac_algorithm, key)
    }

    fn grant_tokens(input: &VerifyMacInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &VerifyMacInput) -> bool {
        input.dry_run == Some(true)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &VerifyMacInput,
        on: &Admitted<OneKey>,
    ) -> Result<VerifyMacOutput, Error> {
        let key = on.key();
        let mac = macs::compute(cx, key, input.mac_algorithm, &input.message).await?;
        if !constant_time_eq(&mac, &input.mac) {
            return Err(error::invalid_mac());
        }
        Ok(VerifyMacOutput {
            key_id: Some(key.arn.clone()),
            mac_valid: Some(true),
            mac_algorithm: Some(input.mac_algorithm),
        })
    }
}
