//! UpdatePrimaryRegion.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html>

use claviger_audit::Parameters;
use claviger_model::{UpdatePrimaryRegionInput, UpdatePrimaryRegionOutput};
use claviger_policy::Values;

use super::{regions, rotation};
use crate::{
    cx::Cx,
    error::{self, Error},
    notes::{Form, ServiceEvent},
    pipeline::{Admitted, Operation, Promotion},
    records::KeyRecord,
    rule::{Actions, Rule, States},
};

pub(super) struct UpdatePrimaryRegion;

impl Operation for UpdatePrimaryRegion {
    const RULE: Rule = Rule {
        states: &States::USE,
        ..Rule::kms(
            "UpdatePrimaryRegion",
            Actions::One("kms:UpdatePrimaryRegion"),
        )
    };
    type Input = UpdatePrimaryRegionInput;
    type Output = UpdatePrimaryRegionOutput;
    type Subject = Promotion;

    fn subject(input: &UpdatePrimaryRegionInput) -> (&str, &str) {
        (&input.key_id, &input.primary_region)
    }

    fn parameters(input: &UpdatePrimaryRegionInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id)
            .put_str("primaryRegion", &input.primary_region);
    }

    fn condition<'a>(input: &'a UpdatePrimaryRegionInput, key: &str) -> Option<Values<'a>> {
        (key == "kms:primaryregion").then(|| Values::text(&input.primary_region))
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UpdatePrimaryRegionInput,
        on: &Admitted<Promotion>,
    ) -> Result<UpdatePrimaryRegionOutput, Error> {
        let primary = on.subject().primary();
        regions::must_be_primary(primary)?;
        let (Some(replica), Some(related)) = (on.subject().replica(), &primary.record.related)
        else {
            return Err(error::no_replica_in(&primary.arn, &input.primary_region));
        };
        let shared = KeyRecord {
            related: Some(related.promoting(&replica.record.region)),
            ..primary.record.clone()
        };
        let _told_by_the_call =
            regions::change_shared(cx.core, &mut cx.staged, primary, shared).await?;
        rotation::hand_over(&mut cx.staged, primary, replica)?;
        cx.note_key(primary);
        // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/ct-update-primary-region.html
        let mut there = Parameters::new();
        there
            .put_str("keyId", &replica.arn)
            .put_str("primaryRegion", &input.primary_region);
        let mut event = ServiceEvent {
            // In this event alone, only the members above and the answer name the key.
            key_arn: None,
            ..ServiceEvent::of_key(Self::RULE.name, replica, None)
                .as_form(Form::OnBehalf(Some(there)))
        };
        event.note_key(&replica.arn);
        cx.notes.service_events.push(event);
        Ok(UpdatePrimaryRegionOutput)
    }
}
