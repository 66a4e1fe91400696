//! CancelKeyDeletion.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html>

use claviger_audit::Parameters;
use claviger_model::{CancelKeyDeletionInput, CancelKeyDeletionOutput};

use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    records::{Due, KeyRecord},
    rule::{Actions, Rule, States},
};

pub(super) struct CancelKeyDeletion;

impl Operation for CancelKeyDeletion {
    const RULE: Rule = Rule {
        states: &States::ONLY_PENDING_DELETION,
        ..Rule::kms("CancelKeyDeletion", Actions::One("kms:CancelKeyDeletion"))
    };
    type Input = CancelKeyDeletionInput;
    type Output = CancelKeyDeletionOutput;
    type Subject = OneKey;

    fn subject(input: &CancelKeyDeletionInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &CancelKeyDeletionInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &CancelKeyDeletionInput,
        on: &Admitted<OneKey>,
    ) -> Result<CancelKeyDeletionOutput, Error> {
        let key = on.key();
        if key.record.is_being_destroyed() {
            return Err(error::key_not_found(&key.arn));
        }
        if let Some(deletion) = key.record.deletion() {
            let due = Due::deletion(deletion, &key.place.region, key.place.key);
            cx.staged.remove::<Due>(due.id(), Some(&key.account), None);
        }
        // UNKNOWN: AWS documents Disabled as the result and says nothing of keys that lack material. Those go back to
        // PendingImport and are not disabled besides, so that the import that they wait for enables them as usual.
        let disabled = key.record.disabled || key.record.complete(cx.now);
        cx.change_key(
            &key,
            KeyRecord {
                deletion_ms: None,
                replica_window_days: None,
                disabled,
                ..key.record.clone()
            },
        )?;
        cx.note_key(&key);
        Ok(CancelKeyDeletionOutput {
            key_id: Some(key.arn.clone()),
        })
    }
}
