//! GetKeyRotationStatus.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html>

use claviger_audit::Parameters;
use claviger_model::{GetKeyRotationStatusInput, GetKeyRotationStatusOutput};

use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    records::RotationSchedule,
    rule::{Rule, States},
};

pub(super) struct GetKeyRotationStatus;

impl Operation for GetKeyRotationStatus {
    const RULE: Rule = Rule {
        cross_account: true,
        states: &States::ROTATION_STATUS,
        ..Rule::reads("GetKeyRotationStatus", "kms:GetKeyRotationStatus")
    };
    type Input = GetKeyRotationStatusInput;
    type Output = GetKeyRotationStatusOutput;
    type Subject = OneKey;

    fn subject(input: &GetKeyRotationStatusInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GetKeyRotationStatusInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    /// A rotation on demand is over when its call is answered, so `OnDemandRotationStartDate` is never there.
    async fn run(
        _: &mut Cx<'_>,
        _: &GetKeyRotationStatusInput,
        on: &Admitted<OneKey>,
    ) -> Result<GetKeyRotationStatusOutput, Error> {
        let record = &on.key().record;
        // A key that waits for its deletion shows no schedule; it has it again when the deletion is cancelled.
        let waits = record.deletion_ms.is_some() || record.replica_window_days.is_some();
        let schedule = record.rotation.filter(|_| !waits);
        Ok(GetKeyRotationStatusOutput {
            key_rotation_enabled: Some(schedule.is_some()),
            key_id: Some(record.key_id().to_string()),
            rotation_period_in_days: schedule
                .and_then(|schedule| i32::try_from(schedule.period_days).ok()),
            next_rotation_date: schedule.map(RotationSchedule::next),
            on_demand_rotation_start_date: None,
        })
    }
}
