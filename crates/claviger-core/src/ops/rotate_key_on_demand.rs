//! RotateKeyOnDemand.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html>

use claviger_audit::Parameters;
use claviger_model::{OriginType, RotateKeyOnDemandInput, RotateKeyOnDemandOutput};

use super::rotation;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule, States},
};

pub(super) struct RotateKeyOnDemand;

impl Operation for RotateKeyOnDemand {
    const RULE: Rule = Rule {
        states: &States::USE,
        ..Rule::kms("RotateKeyOnDemand", Actions::One("kms:RotateKeyOnDemand"))
    };
    type Input = RotateKeyOnDemandInput;
    type Output = RotateKeyOnDemandOutput;
    type Subject = OneKey;

    fn subject(input: &RotateKeyOnDemandInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &RotateKeyOnDemandInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &RotateKeyOnDemandInput,
        on: &Admitted<OneKey>,
    ) -> Result<RotateKeyOnDemandOutput, Error> {
        let key = on.key();
        rotation::must_rotate(&key)?;
        if key.record.on_demand_rotations >= ROTATIONS_MAX {
            return Err(error::rotations_used_up(&key.arn));
        }
        let soon = cx.now.saturating_add_seconds(QUIET_SECONDS);
        if key.record.rotation_is_due(soon) {
            return Err(error::rotation_at_hand(&key.arn));
        }
        match key.record.origin {
            OriginType::External => rotation::to_pending(cx, &key).await?,
            OriginType::AwsKms => rotation::to_fresh(cx, &key).await?,
            OriginType::AwsCloudhsm | OriginType::ExternalKeyStore => {
                return Err(error::unsupported());
            }
        }
        cx.notes.response().put_str("keyId", &input.key_id);
        Ok(RotateKeyOnDemandOutput {
            key_id: Some(key.record.key_id().to_string()),
        })
    }
}

// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
const ROTATIONS_MAX: u32 = 25;
// AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html#API_RotateKeyOnDemand_Errors
const QUIET_SECONDS: i64 = 20 * 60;
