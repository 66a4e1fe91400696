//! UpdateKeyDescription.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html>

use claviger_audit::Parameters;
use claviger_model::{UpdateKeyDescriptionInput, UpdateKeyDescriptionOutput};

use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    records::KeyRecord,
    rule::{Actions, Rule, States},
};

pub(super) struct UpdateKeyDescription;

impl Operation for UpdateKeyDescription {
    const RULE: Rule = Rule {
        states: &States::NOT_PENDING_DELETION,
        ..Rule::kms(
            "UpdateKeyDescription",
            Actions::One("kms:UpdateKeyDescription"),
        )
    };
    type Input = UpdateKeyDescriptionInput;
    type Output = UpdateKeyDescriptionOutput;
    type Subject = OneKey;

    fn subject(input: &UpdateKeyDescriptionInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &UpdateKeyDescriptionInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id)
            .put_str("description", &input.description);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UpdateKeyDescriptionInput,
        on: &Admitted<OneKey>,
    ) -> Result<UpdateKeyDescriptionOutput, Error> {
        let key = on.key();
        cx.note_key(&key);
        cx.change_key(
            &key,
            KeyRecord {
                description: input.description.clone(),
                ..key.record.clone()
            },
        )?;
        Ok(UpdateKeyDescriptionOutput)
    }
}
