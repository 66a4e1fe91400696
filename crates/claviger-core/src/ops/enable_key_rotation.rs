//! EnableKeyRotation.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html>

use claviger_audit::Parameters;
use claviger_model::{EnableKeyRotationInput, EnableKeyRotationOutput, OriginType};
use claviger_policy::{Value, Values};

use super::rotation;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    records::RotationSchedule,
    rule::{Actions, Rule, States},
};

pub(super) struct EnableKeyRotation;

impl Operation for EnableKeyRotation {
    const RULE: Rule = Rule {
        states: &States::USE,
        origin: Some(OriginType::AwsKms),
        ..Rule::kms("EnableKeyRotation", Actions::One("kms:EnableKeyRotation"))
    };
    type Input = EnableKeyRotationInput;
    type Output = EnableKeyRotationOutput;
    type Subject = OneKey;

    fn subject(input: &EnableKeyRotationInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &EnableKeyRotationInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        if let Some(days) = input.rotation_period_in_days {
            out.put_int("rotationPeriodInDays", i64::from(days));
        }
    }

    fn condition<'a>(input: &'a EnableKeyRotationInput, key: &str) -> Option<Values<'a>> {
        (key == "kms:rotationperiodindays")
            .then(|| Values::One(Value::Number(i64::from(period_days(input)))))
    }

    /// The period begins with the call, whether or not rotation was enabled before.
    async fn run(
        cx: &mut Cx<'_>,
        input: &EnableKeyRotationInput,
        on: &Admitted<OneKey>,
    ) -> Result<EnableKeyRotationOutput, Error> {
        let schedule = RotationSchedule::from_now(period_days(input), cx.now);
        rotation::switch(cx, &on.key(), Some(schedule)).await?;
        Ok(EnableKeyRotationOutput)
    }
}

fn period_days(input: &EnableKeyRotationInput) -> u32 {
    input
        .rotation_period_in_days
        .and_then(|days| u32::try_from(days).ok())
        .unwrap_or(rotation::PERIOD_DAYS)
}
