//! GenerateMac.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html>

use claviger_audit::Parameters;
use claviger_model::{GenerateMacInput, GenerateMacOutput, KeyUsageType};
use claviger_policy::Values;

use super::macs;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct GenerateMac;

impl Operation for GenerateMac {
    const RULE: Rule = Rule::uses(
        "GenerateMac",
        Actions::One("kms:GenerateMac"),
        KeyUsageType::GenerateVerifyMac,
    );
    type Input = GenerateMacInput;
    type Output = GenerateMacOutput;
    type Subject = OneKey;

    fn subject(input: &GenerateMacInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GenerateMacInput, out: &mut Parameters) {
        macs::put_parameters(out, &input.key_id, input.mac_algorithm);
    }

    fn condition<'a>(input: &'a GenerateMacInput, key: &str) -> Option<Values<'a>> {
        macs::condition(input.mac_algorithm, key)
    }

    fn grant_tokens(input: &GenerateMacInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &GenerateMacInput) -> bool {
        input.dry_run == Some(true)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GenerateMacInput,
        on: &Admitted<OneKey>,
    ) -> Result<GenerateMacOutput, Error> {
        let key = on.key();
        let mac = macs::compute(cx, key, input.mac_algorithm, &input.message).await?;
        Ok(GenerateMacOutput {
            mac: Some(mac),
            mac_algorithm: Some(input.mac_algorithm),
            key_id: Some(key.arn.clone()),
        })
    }
}
