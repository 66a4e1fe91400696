//! Sign.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html>

use claviger_audit::Parameters;
use claviger_model::{KeyUsageType, SignInput, SignOutput};
use claviger_policy::Values;

use super::signing::{self, Signable};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    records::Fault,
    rule::{Actions, Rule},
};

pub(super) struct Sign;

impl Operation for Sign {
    const RULE: Rule = Rule::uses("Sign", Actions::One("kms:Sign"), KeyUsageType::SignVerify);
    type Input = SignInput;
    type Output = SignOutput;
    type Subject = OneKey;

    fn subject(input: &SignInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &SignInput, out: &mut Parameters) {
        signing::put_parameters(
            out,
            &input.key_id,
            input.message_type,
            input.signing_algorithm,
        );
    }

    fn condition<'a>(input: &'a SignInput, key: &str) -> Option<Values<'a>> {
        signing::condition(input.message_type, input.signing_algorithm, key)
    }

    fn grant_tokens(input: &SignInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &SignInput) -> bool {
        input.dry_run == Some(true)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &SignInput,
        on: &Admitted<OneKey>,
    ) -> Result<SignOutput, Error> {
        let (key, algorithm) = (on.key(), input.signing_algorithm);
        let signable = Signable::accept(&key, algorithm, input.message_type, &input.message)?;
        let material = key.current_material(cx).await?;
        cx.end_dry_run()?;
        let signature = material
            .compute(cx, move |backing| {
                backing.sign(signable.algorithm(), signable.message())
            })
            .await?;
        Ok(SignOutput {
            key_id: Some(key.arn.clone()),
            signature: Some(signature.map_err(|_| Fault::Engine)?),
            signing_algorithm: Some(algorithm),
        })
    }
}
