//! ScheduleKeyDeletion.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html>

use claviger_audit::Parameters;
use claviger_model::{ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput, Timestamp};
use claviger_policy::{Value, Values};

use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    records::{Due, KeyRecord},
    rule::{Actions, Rule, States},
};

pub(super) struct ScheduleKeyDeletion;

impl Operation for ScheduleKeyDeletion {
    const RULE: Rule = Rule {
        states: &States::NOT_PENDING_DELETION,
        ..Rule::kms(
            "ScheduleKeyDeletion",
            Actions::One("kms:ScheduleKeyDeletion"),
        )
    };
    type Input = ScheduleKeyDeletionInput;
    type Output = ScheduleKeyDeletionOutput;
    type Subject = OneKey;

    fn subject(input: &ScheduleKeyDeletionInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &ScheduleKeyDeletionInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        if let Some(days) = input.pending_window_in_days {
            out.put_int("pendingWindowInDays", i64::from(days));
        }
    }

    fn condition<'a>(input: &'a ScheduleKeyDeletionInput, key: &str) -> Option<Values<'a>> {
        (key == "kms:schedulekeydeletionpendingwindowindays")
            .then(|| Values::One(Value::Number(i64::from(window_days(input)))))
    }

    fn check(input: &ScheduleKeyDeletionInput) -> Result<(), Error> {
        // The shape of the member allows 1 to 365; the operation does not.
        if (WINDOW_DAYS_MIN..=WINDOW_DAYS_MAX).contains(&window_days(input)) {
            Ok(())
        } else {
            Err(error::pending_window(WINDOW_DAYS_MIN, WINDOW_DAYS_MAX))
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ScheduleKeyDeletionInput,
        on: &Admitted<OneKey>,
    ) -> Result<ScheduleKeyDeletionOutput, Error> {
        let key = on.key();
        let days = window_days(input);
        // A primary key waits for its replicas, and only then for its date.
        let has_replicas = !key.record.is_replica() && key.record.other_regions().next().is_some();
        let begun = cx.core.clock.latest_now();
        let deletion = (!has_replicas).then(|| begun.saturating_add_days(i64::from(days)));
        if let Some(deletion) = deletion {
            let due = Due::deletion(deletion, &key.place.region, key.place.key);
            cx.staged.set(due.id(), Some(&key.account), &due)?;
        }
        let record = KeyRecord {
            deletion_ms: deletion.map(Timestamp::epoch_ms),
            replica_window_days: u32::try_from(days).ok().filter(|_| has_replicas),
            // Import tokens given out before are void, even if the deletion is cancelled.
            import_epoch: key.record.import_epoch.saturating_add(1),
            ..key.record.clone()
        };
        let state = record.state(cx.now);
        cx.change_key(&key, record)?;
        let noted = cx.note_key(&key).put_str("keyState", state.as_str());
        match deletion {
            Some(deletion) => noted.put_str("deletionDate", &deletion.human()),
            None => noted.put_int("pendingWindowInDays", i64::from(days)),
        };
        Ok(ScheduleKeyDeletionOutput {
            key_id: Some(key.arn.clone()),
            deletion_date: deletion,
            key_state: Some(state),
            pending_window_in_days: Some(days),
        })
    }
}

fn window_days(input: &ScheduleKeyDeletionInput) -> i32 {
    input.pending_window_in_days.unwrap_or(WINDOW_DAYS_MAX)
}

const WINDOW_DAYS_MIN: i32 = 7;
const WINDOW_DAYS_MAX: i32 = 30;
