//! GenerateRandom.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html>

use claviger_audit::Parameters;
use claviger_model::{GenerateRandomInput, GenerateRandomOutput, Secret};

use super::{key_stores, messages};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, NoKey, Operation},
    records::Fault,
    rule::Rule,
};

pub(super) struct GenerateRandom;

impl Operation for GenerateRandom {
    const RULE: Rule = Rule::reads_no_key("GenerateRandom", "kms:GenerateRandom");
    type Input = GenerateRandomInput;
    type Output = GenerateRandomOutput;
    type Subject = NoKey;

    fn subject(_: &GenerateRandomInput) {}

    fn parameters(_: &GenerateRandomInput, _: &mut Parameters) {}

    fn check(input: &GenerateRandomInput) -> Result<(), Error> {
        messages::refuse_recipient(input.recipient.as_ref())
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GenerateRandomInput,
        _: &Admitted<NoKey>,
    ) -> Result<GenerateRandomOutput, Error> {
        if let Some(store) = &input.custom_key_store_id {
            key_stores::refuse_randomness(cx, store).await?;
        }
        let bytes = input
            .number_of_bytes
            .ok_or_else(|| error::validation("NumberOfBytes is required."))?;
        let bytes = usize::try_from(bytes).map_err(|_| Fault::Engine)?;
        let random =
            Secret::try_filled(bytes, |out| cx.core.rng.fill(out)).map_err(|_| Fault::Engine)?;
        Ok(GenerateRandomOutput {
            plaintext: Some(random),
            ..GenerateRandomOutput::default()
        })
    }
}
