//! TagResource.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html>

use claviger_audit::Parameters;
use claviger_model::{TagResourceInput, TagResourceOutput};
use claviger_policy::Values;

use super::keys;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule, States},
};

pub(super) struct TagResource;

impl Operation for TagResource {
    const RULE: Rule = Rule {
        states: &States::NOT_PENDING_DELETION,
        ..Rule::kms("TagResource", Actions::One("kms:TagResource"))
    };
    type Input = TagResourceInput;
    type Output = TagResourceOutput;
    type Subject = OneKey;

    fn subject(input: &TagResourceInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &TagResourceInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        keys::put_tags(out, "tags", &input.tags);
    }

    fn condition<'a>(input: &'a TagResourceInput, key: &str) -> Option<Values<'a>> {
        keys::tag_condition(&input.tags, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &TagResourceInput,
        on: &Admitted<OneKey>,
    ) -> Result<TagResourceOutput, Error> {
        if input.tags.is_empty() {
            return Err(error::no_tags());
        }
        let key = on.key();
        let mut record = key.record.clone();
        keys::add_tags(&mut record.tags, &input.tags)?;
        cx.note_key(&key);
        cx.change_key(&key, record)?;
        Ok(TagResourceOutput)
    }
}
